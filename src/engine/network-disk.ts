/** Disks of other machines, where SQLite's log and its locks cannot be relied on. */
import { statfs } from 'node:fs/promises';
import { SamError, printableName } from '../errors.js';

/** What `statfs` calls them (linux/magic.h). What is mounted by FUSE or a virtual machine cannot be told from a local disk. */
const NETWORK = new Map([
  [0x6969, 'NFS'], [0x517b, 'SMB'], [0xff534d42, 'CIFS'], [0xfe534d42, 'SMB'], [0x5346414f, 'AFS'], [0x6b414653, 'AFS'],
  [0x0bd00bd0, 'Lustre'], [0x47504653, 'GPFS'], [0x564c, 'NCP'], [0x73757245, 'Coda'], [0x00c36400, 'Ceph'],
]);

/** Throws `storage/network` where `folder` lies on a network disk. Asks on Linux only: elsewhere the types are other numbers. */
export async function refuseNetworkDisk(folder: string, typeOf: (path: string) => Promise<number> = fileSystemType): Promise<void> {
  if (process.platform !== 'linux') return;
  const kind = NETWORK.get(await typeOf(folder));
  if (kind === undefined) return;
  throw new SamError('storage/network', `${printableName(folder)} lies on a network disk (${kind}), where a database is not safe. Put the project on a local disk; its images may stay where they are.`, { file: folder });
}

async function fileSystemType(path: string): Promise<number> {
  // a type that cannot be asked for is no reason to refuse
  const type = await statfs(path).then((found) => found.type, () => 0);
  return type < 0 ? type + 2 ** 32 : type;
}
