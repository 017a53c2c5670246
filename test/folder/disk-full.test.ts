/** A disk that is really full: a small tmpfs, filled at every stage of a run in turn. Needs root and mount; skips, saying so, otherwise. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryFolder } from '../files/temporary-folder.js';
import { outcomeOf, runScript, start } from './child.js';
import { fakeRun, treeOf, writeTree, type FakeRun } from './fake-run.js';

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', '/mnt']).status === 0;
const mounted = canMount ? test.serial : test.serial.skip;
if (!canMount) test('skipped: a small file system cannot be mounted here; the full disk was not tried', (t) => { t.pass(); });

function mountSmall(t: ExecutionContext, folder: string, kilobytes: number): void {
  mkdirSync(folder);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'none', folder]).status !== 0) t.fail('mount');
  t.teardown(() => spawnSync('umount', ['--lazy', folder]));
}

for (const layout of ['stem', 'part', 'folder'] as const) {
  mounted(`whatever the disk has room for is kept, the rest goes on when there is more (${layout})`, async (t) => {
    const root = await temporaryFolder(t);
    const images = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`${i}.jpg`, `${'x'.repeat(i)}`]));
    writeTree(join(root, 'in'), images);
    const [disk, output] = [join(root, 'disk'), join(root, 'disk/out')];
    mountSmall(t, disk, 1024);
    const run: FakeRun = { inputs: [join(root, 'in')], output, layout, padding: 9000 };
    await fakeRun({ ...run, output: join(root, 'golden') });
    const golden = treeOf(join(root, 'golden'));
    let stops = 0;
    for (let kilobytes = 4; stops < 60; kilobytes += 8) {
      spawnSync('mount', ['-o', `remount,size=1024k`, disk]);
      spawnSync('rm', ['-rf', output, join(disk, 'filler')]);
      writeFileSync(join(disk, 'filler'), Buffer.alloc((1024 - kilobytes) * 1024));
      const end = await start(runScript(run)).end;
      if (end.code === 0) break;
      stops++;
      t.is(end.code, 8, end.stdout + end.stderr);
      const { summary } = outcomeOf(end);
      t.regex(String(summary['stopped'] ?? summary['message']), /the disk is full.*free/);
      const tree = treeOf(disk);
      t.deepEqual(Object.keys(tree).filter((name) => name.endsWith('.sam-tmp')), []);
      for (const [name, hash] of Object.entries(golden)) {
        const found = tree[`out/${name}`];
        if (found !== undefined && name !== '.sam/ledger.jsonl') t.is(found, hash, `${name} with ${kilobytes} kB`);
      }
      spawnSync('rm', [join(disk, 'filler')]);
      const again = await fakeRun(run);
      t.is(again.summary.skipped, Number(summary['done'] ?? 0), 'what was finished is not done again');
      t.deepEqual(treeOf(output), golden);
    }
    t.true(stops > 3, `${stops} stops`);
  });
}
