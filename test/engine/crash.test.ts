/** Ends that nobody planned: killed at any moment, a disk that is full. What was said to be saved is there, and the project opens. */
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { countImages } from '../../src/engine/images.js';
import { maskById } from '../../src/engine/masks.js';
import { createProject, openProject, type Project } from '../../src/engine/project.js';
import { scanImages } from '../../src/engine/scan.js';
import { isSamError } from '../../src/errors.js';
import { start, type Running } from '../folder/child.js';
import { runSam, startSam } from '../commands/run-sam.js';
import { NEW, NOW, placeWith, projectWith, SCAN } from './scenes.js';

/** Works on until it is killed, at the latest when the test ends. */
function startWork(t: ExecutionContext, folder: string): Running {
  const running = start([process.execPath, fileURLToPath(new URL('accepting.js', import.meta.url)), folder]);
  t.teardown(() => { running.child.kill('SIGKILL'); });
  return running;
}

/** Everything that was said to be saved is as it was said. Returns how much that is. */
function holdsWhatWasSaid(t: ExecutionContext, project: Project, stdout: string): number {
  const said = new Map<number, string>();
  for (const [, id, status] of stdout.matchAll(/^mask (\d+) (\w+)$/gm)) said.set(Number(id), status!);
  for (const [id, status] of said) {
    const mask = maskById(project, id);
    // the correction is one step; its first line may have been cut off by the kill
    if (mask.status !== status) t.deepEqual([mask.status, said.has(id + 1)], ['superseded', false], `mask ${id}`);
  }
  t.is(project.database.count('SELECT count(*) FROM masks m WHERE supersedes IS NOT NULL AND NOT EXISTS (SELECT 1 FROM masks o WHERE o.id = m.supersedes AND o.status = ?)', 'superseded'), 0, 'corrections are whole');
  t.deepEqual(project.database.all('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
  t.deepEqual(project.database.all('PRAGMA foreign_key_check'), []);
  return said.size;
}

test('killed at any moment, nothing that was saved is lost, and the next one just goes on', async (t) => {
  const { folder, project } = await projectWith(t);
  await project.close();
  let saved = 0;
  for (let kill = 0; kill < 20; kill++) {
    const running = startWork(t, folder);
    await running.says('open');
    await sleep(Math.floor((kill * 37) % 120));
    running.child.kill('SIGKILL');
    const { signal, stdout } = await running.end;
    t.is(signal, 'SIGKILL', stdout);
    const again = await openProject(folder, 'write');
    saved += holdsWhatWasSaid(t, again, stdout);
    // now and then the next one meets the log as the killed one left it
    await again.close();
  }
  t.true(saved > 20, `${saved} masks`);
});

test('a second writer is refused with exit 6 while the first lives, and free when it is killed', async (t) => {
  const { folder, project, images } = await projectWith(t);
  await project.close();
  const running = startWork(t, folder);
  await running.says('mask 1');
  const { code, stderr } = await runSam(['engine', 'init', folder, '--images', images]);
  t.is(code, 6, stderr);
  t.regex(stderr, /is in use by process \d+.*locked\/project/);
  t.is((await runSam(['engine', 'status', folder])).code, 0, 'readers are welcome');
  running.child.kill('SIGKILL');
  await running.end;
  t.is((await runSam(['engine', 'init', folder])).code, 0);
});

test('making a project is all or nothing, and a scan that is killed goes on', async (t) => {
  const { folder, images } = await placeWith(t, Array.from({ length: 120 }, (_, i) => `${i}.png`));
  for (const wait of [150, 250, 350, 450, 550, 700, 900]) {
    const running = startSam(['engine', 'init', folder, '--images', images]);
    await sleep(wait);
    running.child.kill('SIGKILL');
    await running.end;
    const project = await openProject(folder, 'write').catch((error: unknown) => {
      t.true(isSamError(error, 'usage/no-project'), String(error));
      return undefined;
    });
    await project?.close();
  }
  t.is((await runSam(['engine', 'init', folder, '--images', images])).code, 0);
  const project = await openProject(folder, 'read');
  t.is(countImages(project), 120);
  await project.close();
  t.deepEqual(readdirSync(folder).sort(), ['.sam', 'engine.db']);
});

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', '/mnt']).status === 0;
const mounted = canMount ? test.serial : test.serial.skip;
if (!canMount) test('skipped: a small file system cannot be mounted here; the full disk was not tried', (t) => { t.pass(); });

mounted('on a full disk what was saved stays, the rest is refused with exit 8, and work goes on when there is room', async (t) => {
  const { root, images } = await placeWith(t, ['a.png', 'b.png', 'c.png', 'd.png']);
  const disk = join(root, 'disk'), folder = join(disk, 'project');
  spawnSync('mkdir', [disk]);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1024k', 'none', disk]).status !== 0) t.fail('mount');
  t.teardown(() => spawnSync('umount', ['--lazy', disk]));
  await createProject(folder, { ...NEW, images }, NOW);
  const project = await openProject(folder, 'write');
  await scanImages(project, SCAN);
  await project.close();
  for (let round = 0; round < 3; round++) {
    writeFileSync(join(disk, 'filler'), Buffer.alloc(1024 * (300 - 100 * round)));
    const { code, stdout } = await startWork(t, folder).end;
    t.is(code, 8, stdout);
    t.regex(stdout, /storage\/(full|not-writable): .*engine\.db/);
    const reader = await openProject(folder, 'read').catch(() => undefined);
    await reader?.close();
    spawnSync('rm', [join(disk, 'filler')]);
    const again = await openProject(folder, 'write');
    t.true(holdsWhatWasSaid(t, again, stdout) > 0);
    await again.close();
  }
});

mounted('a project that there is no room for is not there at all', async (t) => {
  const { root, images } = await placeWith(t, ['a.png']);
  const disk = join(root, 'disk');
  spawnSync('mkdir', [disk]);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk]).status !== 0) t.fail('mount');
  t.teardown(() => spawnSync('umount', ['--lazy', disk]));
  await t.throwsAsync(createProject(join(disk, 'project'), { ...NEW, images }, NOW), { code: 'storage/full' });
  t.false(readdirSync(join(disk, 'project')).includes('engine.db'));
});
