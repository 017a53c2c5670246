/** How much processor time a process may use, from files as Linux lays them out in both generations of control groups. */
import { join } from 'node:path';
import test from 'ava';
import { cpuQuota } from '../../src/folder/cpu-quota.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { writeTree } from './fake-run.js';

const UNIFIED = '0::/\n';
const BY_CONTROLLER = '4:memory:/jobs/a\n1:cpu,cpuacct:/jobs/a\n0::/\n';

const ROWS: [string, Record<string, string>, number | undefined][] = [
  ['nothing is there', {}, undefined],
  ['a container with two cores', { self: UNIFIED, 'root/cpu.max': '200000 100000\n' }, 2],
  ['a container with half a core', { self: UNIFIED, 'root/cpu.max': '50000 100000\n' }, 0.5],
  ['no limit', { self: UNIFIED, 'root/cpu.max': 'max 100000\n' }, undefined],
  ['a service in a slice: the tightest counts', { self: '0::/system.slice/sam.service\n', 'root/system.slice/cpu.max': '300000 100000\n', 'root/system.slice/sam.service/cpu.max': '400000 100000\n' }, 3],
  ['a container whose own path is not to be seen', { self: '0::/docker/0123\n', 'root/cpu.max': '150000 100000\n' }, 1.5],
  ['the older groups', { self: BY_CONTROLLER, 'root/cpu/jobs/a/cpu.cfs_quota_us': '400000\n', 'root/cpu/jobs/a/cpu.cfs_period_us': '100000\n' }, 4],
  ['the older groups without a limit', { self: BY_CONTROLLER, 'root/cpu/cpu.cfs_quota_us': '-1\n', 'root/cpu/cpu.cfs_period_us': '100000\n' }, undefined],
  ['nonsense', { self: 'x', 'root/cpu.max': 'x y' }, undefined],
];

for (const [what, files, expected] of ROWS) {
  test(`the quota: ${what}`, async (t) => {
    const folder = await temporaryFolder(t);
    writeTree(folder, files);
    t.is(cpuQuota(join(folder, 'root'), join(folder, 'self')), expected);
  });
}
