/** Kills before some of the system calls that change the disk (all of them: `kill-sweep.long.ts`), and errors in their place. */
import { join } from 'node:path';
import test from 'ava';
import { acquireLock } from '../../src/files/lock.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { outcomeOf, runScript, start } from './child.js';
import { fakeRun, treeOf, writeTree, type FakeRun } from './fake-run.js';
import { differences, sweepKills } from './kill-sweep.js';
import { runTraced, tracedTest, type Fault } from './strace.js';
import { LAYOUTS, forcedScene, freshScene } from './sweep-scenes.js';

const RENAME = 'rename,renameat,renameat2';

const SWEEPS = [
  ['a fresh run', freshScene, 'part', RENAME, 1],
  ['a fresh run', freshScene, 'stem', 'fdatasync', 1],
  ['a fresh run', freshScene, 'stem', 'fsync', 1],
  ['a fresh run', freshScene, 'folder', 'fsync', 5],
  ['a fresh run', freshScene, 'stem', 'link,linkat', 1],
  ['a fresh run', freshScene, 'stem', 'unlink,unlinkat', 1],
  ['a forced run over an old tree', forcedScene, 'folder', RENAME, 1],
  ['a forced run over an old tree', forcedScene, 'folder', 'unlink,unlinkat', 2],
  ['a forced run over an old tree', forcedScene, 'stem', 'fsync', 5],
] as const;

for (const [what, scene, layout, calls, stride] of SWEEPS) {
  tracedTest(`${what} (${layout}), killed before ${stride === 1 ? 'every' : `every ${stride}.`} ${calls}, can be run again`, async (t) => {
    const { kills, calls: all, faults } = sweepKills({ ...(await scene(t, layout)), calls, stride });
    t.deepEqual(faults, []);
    t.true(kills > 0 && kills >= Math.floor((all * 0.9) / stride), `${kills} kills at ${all} calls`);
  });
}

tracedTest('a second run writes nothing but its lock', async (t) => {
  for (const layout of LAYOUTS) {
    const { argv } = await freshScene(t, layout);
    await start(argv).end;
    for (const [calls, allowed] of [[RENAME, 0], ['pwrite64', 0], ['fsync', 0], ['fdatasync', 0], ['link,linkat', 1], ['rmdir', 1]] as const) {
      const end = runTraced(argv, calls);
      t.is(end.code, 0);
      t.is(end.calls, allowed, `${layout}: ${calls}`);
    }
  }
});

const FAULTS: [string, Fault, number, RegExp][] = [
  ['fsync', 'ENOSPC', 6, /the disk is full.*free/],
  ['fsync', 'EIO', 5, /EIO/],
  ['pwrite64', 'ENOSPC', 2, /the disk is full.*needed/],
  ['pwrite64', 'EDQUOT', 3, /the disk is full or the quota/],
  ['fdatasync', 'EIO', 2, /EIO/],
  [RENAME, 'EIO', 3, /EIO/],
  [RENAME, 'ENOSPC', 2, /the disk is full/],
  ['mkdir,mkdirat', 'EROFS', 2, /read-only/],
  ['mkdir,mkdirat', 'EACCES', 3, /permission denied/],
];

for (const [calls, fault, when, message] of FAULTS) {
  tracedTest(`${fault} from ${calls} ${when} stops the run with 8, says so, and leaves what can be gone on from`, async (t) => {
    const { argv, output } = await freshScene(t, 'stem');
    const end = runTraced(argv, calls, fault, when);
    t.true(end.isHit);
    t.is(end.code, 8, end.stdout + end.stderr);
    const { summary } = outcomeOf({ ...end, signal: null });
    t.regex(String(summary['stopped'] ?? summary['message']), message);
    const isBegun = summary['stopped'] !== undefined;
    if (isBegun) t.deepEqual(Object.keys(treeOf(output)).filter((name) => name.endsWith('.sam-tmp') || name.endsWith('lock')), []);
    t.is((await start(argv).end).code, 0);
    const golden = join(output, '..', 'golden');
    await fakeRun({ inputs: [join(output, '..', 'in')], output: golden });
    t.deepEqual(differences(treeOf(output), treeOf(golden)), []);
  });
}

tracedTest('a file system without links takes a run, and keeps a second one out', async (t) => {
  const { argv, output } = await freshScene(t, 'stem');
  const end = runTraced(argv, 'link,linkat', 'EPERM', '1+');
  t.true(end.isHit);
  t.is(end.code, 0, end.stdout + end.stderr);
  const tree = treeOf(output);
  t.false('.sam/lock' in tree);
  t.true('.sam/run.json' in tree);
  const lock = await acquireLock(join(output, '.sam/lock'), 'locked/output', 'It');
  t.is(runTraced(argv, 'link,linkat', 'EPERM', '1+').code, 6);
  await lock.release();
  t.is(runTraced(argv, 'link,linkat', 'EPERM', '1+').code, 0);
  t.deepEqual(treeOf(output), tree);
});

test('a write that takes fewer bytes than given is gone on with: no short file under a final name', async (t) => {
  const root = await temporaryFolder(t);
  writeTree(join(root, 'in'), { 'a.jpg': 'a' });
  const output = join(root, 'out');
  const argv = runScript({ inputs: [join(root, 'in')], output, padding: 300_000 } satisfies FakeRun);
  // past the limit, the system first writes a part, then nothing and EFBIG
  const limited = await start(['bash', '-c', 'trap "" XFSZ; ulimit -f 64; exec "$@"', 'bash', ...argv]).end;
  t.is(limited.code, 8, limited.stdout + limited.stderr);
  t.deepEqual(Object.keys(treeOf(output)), ['.sam/', '.sam/ledger.jsonl', '.sam/run.json']);
  t.is((await start(argv).end).code, 0);
  t.true('a.json' in treeOf(output));
});
