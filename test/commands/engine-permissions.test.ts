/** Projects and images that may not be read or written: each command says so in words with its exit code, and what may be done still works. Root may do everything, so the commands run as another then. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { placeWith, type Place } from '../engine/scenes.js';
import { truthOf } from '../engine/truth.js';
import { TEST_ENV } from '../test-model.js';
import { runSam, SAM, type SamEnd } from './run-sam.js';

const NOBODY = 65534, isRoot = process.getuid?.() === 0, who = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
const isPossible = process.getuid !== undefined && spawnSync(process.execPath, [SAM, '--version'], who).status === 0;
const permissionTest = isPossible ? test : test.skip;
if (!isPossible) test('skipped: nobody else may run the command here; permissions were not tried', (t) => { t.pass(); });

const sam = (args: readonly string[], cwd: string): Promise<SamEnd> => runSam(['engine', ...args], { cwd, fresh: true, env: { HOME: cwd }, ...(isRoot ? { uid: NOBODY } : {}) });

/** Everything below is theirs who run the commands. */
function give(path: string): void {
  if (isRoot) chownSync(path, NOBODY, NOBODY);
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
}

function chmodAll(path: string, change: (mode: number) => number): void {
  const facts = statSync(path);
  if (facts.isDirectory()) {
    chmodSync(path, 0o700);
    for (const name of readdirSync(path)) chmodAll(join(path, name), change);
  }
  chmodSync(path, change(facts.mode & 0o777));
}

async function project(t: ExecutionContext): Promise<Place & { truth: string }> {
  const place = await placeWith(t, ['a.png', 'b.png', 'c.png']);
  give(place.root);
  t.is((await sam(['init', 'project', '--images', 'images'], place.root)).code, 0);
  // a reader leaves nothing that it could not take away again
  t.teardown(() => { if (statSync(place.root, { throwIfNoEntry: false })) chmodAll(place.root, (mode) => mode | 0o700); });
  const truth = await truthOf(place.folder, join(place.root, 'truth.json'));
  give(place.root);
  return { ...place, truth };
}

const refused = (t: ExecutionContext, { code, stderr }: SamEnd, exit: number, message: RegExp): void => {
  t.is(code, exit, stderr);
  t.regex(stderr, message);
  t.notRegex(stderr, /^ +at /m);
};

permissionTest('a project that may only be read is looked at and taken out; nothing else is done, with exit 8', async (t) => {
  const { root, folder } = await project(t);
  chmodAll(folder, (mode) => mode & 0o555);
  for (const args of [['status', 'project'], ['next', 'project'], ['export', 'project', '--to', 'coco', '--output', 'out.json'], ['export', 'project', '--recording', 'r.jsonl'], ['dedupe', 'project', '--dry-run']]) {
    const { code, stderr } = await sam(args, root);
    t.is(code, 0, stderr);
  }
  for (const args of [['init', 'project'], ['assist', 'project'], ['propose', 'project'], ['round', 'project'], ['import', 'project', 'truth.json']]) {
    refused(t, await sam(args, root), 8, /^error: Cannot write project\/\.sam\/lock: permission denied\. \[storage\/not-writable\]/m);
  }
  chmodSync(root, 0o555);
  refused(t, await sam(['init', 'other', '--images', 'images'], root), 8, /Cannot write other: permission denied/);
});

permissionTest('a project that may not be read is not taken for none', async (t) => {
  const { root, folder } = await project(t);
  chmodSync(join(folder, 'engine.db'), 0);
  for (const args of [['status', 'project'], ['init', 'project'], ['assist', 'project', '--read-only'], ['export', 'project', '--to', 'coco', '--output', 'o.json']]) refused(t, await sam(args, root), 4, /The project project cannot be read: permission denied.*\[data\/unreadable\]/);
  chmodSync(join(folder, 'engine.db'), 0o444);
  t.is((await sam(['status', 'project'], root)).code, 0);
  refused(t, await sam(['init', 'project'], root), 8, /The database cannot be written/);
  chmodSync(folder, 0);
  for (const args of [['status', 'project'], ['init', 'project', '--images', 'images']]) refused(t, await sam(args, root), 4, /permission denied/);
});

permissionTest('the log of a killed writer in a folder that may only be read: told, with the way on', async (t) => {
  const { root, folder } = await project(t);
  // as much as a kill leaves that a copy onto a disk for reading takes along
  const writer = spawnSync(process.execPath, ['--input-type=module', '-e', `const { openProject } = await import(${JSON.stringify(new URL('../../src/engine/project.js', import.meta.url).href)});
    (await openProject('project', 'write')).database.run('UPDATE images SET need = 1'); process.kill(process.pid, 'SIGKILL');`], { ...who, cwd: root });
  t.is(writer.signal, 'SIGKILL');
  rmSync(join(folder, 'engine.db-shm'));
  chmodSync(folder, 0o555);
  refused(t, await sam(['status', 'project'], root), 8, /log of a process that was killed.*Copy the project/);
  chmodSync(folder, 0o755);
  t.is((await sam(['status', 'project'], root)).code, 0);
});

permissionTest('images: read-only is enough, unreadable ones cost themselves', async (t) => {
  const { root, images } = await project(t);
  chmodAll(images, (mode) => mode & 0o555);
  t.is((await sam(['assist', 'project', '--simulate', 'truth.json', '--limit', '1', '--give-up', 'paint', '--workers', '1'], root)).code, 0);
  chmodSync(join(images, 'b.png'), 0);
  chmodSync(join(images, 'c.png'), 0);
  refused(t, await sam(['assist', 'project', '--simulate', 'truth.json', '--give-up', 'paint', '--workers', '1'], root), 3, /[bc]\.png: The image cannot be read: permission denied/);
  refused(t, await sam(['init', 'new', '--images', 'images'], root), 3, /b\.png: The image cannot be read: permission denied/);
  chmodSync(images, 0);
  refused(t, await sam(['init', 'newer', '--images', 'images'], root), 2, /images: the folder cannot be read/);
  t.is((await sam(['status', 'project'], root)).code, 0);
});

permissionTest('places beside the database: a backup that cannot be made ends a round before it is closed, a cache that cannot be written is none', async (t) => {
  const { root, folder } = await project(t);
  t.is((await sam(['assist', 'project', '--simulate', 'truth.json', '--give-up', 'paint', '--workers', '1'], root)).code, 0);
  for (const name of ['backups', 'cache']) mkdirSync(join(folder, name));
  give(folder);
  for (const name of ['backups', 'cache']) chmodSync(join(folder, name), 0o555);
  refused(t, await sam(['round', 'project', '--no-train'], root), 8, /Cannot write .*backups\/round-1\.db: permission denied/);
  const serving = spawn(process.execPath, [SAM, 'engine', 'assist', 'project'], { ...who, cwd: root, env: { ...process.env, ...TEST_ENV, HOME: root }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  serving.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (!said.includes('http://') && (said + text).includes('http://')) serving.kill('SIGINT');
    said += text;
  });
  t.deepEqual(await once(serving, 'close'), [0, null], said);
  chmodSync(join(folder, 'backups'), 0o755);
  t.is((await sam(['round', 'project', '--no-train'], root)).code, 0);
});
