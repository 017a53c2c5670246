/** Every format says the same of an input that is not there; folders that cannot be looked into do not go unnoticed. */
import test from 'ava';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../src/dataset/types.js';
import { encodeIndexPng } from '../../src/formats/png/index-png-write.js';
import { FORMATS, formatOf } from '../../src/formats/registry.js';
import { temporaryFolder } from '../files/temporary-folder.js';

for (const format of FORMATS) {
  if (format.reader === undefined) continue;
  test(`${format.name}: an input that is not there`, async (t) => {
    const folder = await temporaryFolder(t);
    const options = { maxPixels: 1 << 20, instances: join(folder, 'instances.json'), report: () => undefined };
    await t.throwsAsync(async () => { await format.reader?.read(join(folder, 'nothing'), options); }, { code: 'usage/input-missing' });
  });
}

const isRoot = process.getuid?.() === 0;
for (const name of ['png', 'label-png', 'npy'] as const) {
  test(`${name}: what cannot be read is told`, async (t) => {
    const folder = await temporaryFolder(t), mask = encodeIndexPng({ width: 2, height: 1, data: Uint8Array.of(0, 255) });
    await mkdir(join(folder, 'a'));
    await writeFile(join(folder, 'a', '0.png'), mask);
    await symlink(join(folder, 'gone'), join(folder, 'a', name === 'npy' ? '1.npy' : '1.png'));
    await mkdir(join(folder, 'locked'));
    if (!isRoot) await chmod(join(folder, 'locked'), 0);
    t.teardown(() => chmod(join(folder, 'locked'), 0o700));
    const findings: Finding[] = [];
    await formatOf(name).reader?.read(folder, { maxPixels: 100, report: (found) => findings.push(found) });
    const told = findings.filter(({ code }) => code === 'file/malformed').map(({ file }) => file?.replace(/\/$/, ''));
    t.deepEqual(told, [name === 'npy' ? 'a/1.npy' : 'a/1.png', ...(isRoot ? [] : ['locked'])]);
  });
}
