/** Projects: made whole, opened by one writer and any reader, brought up to date, and refused, saying why, where they are damaged. */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { SamError } from '../../src/errors.js';
import { categoriesOf } from '../../src/engine/categories.js';
import { Database } from '../../src/engine/database.js';
import { backUp } from '../../src/engine/backup.js';
import { countImages } from '../../src/engine/images.js';
import { addMasks, masksOf } from '../../src/engine/masks.js';
import { refuseNetworkDisk } from '../../src/engine/network-disk.js';
import { createProject, openProject } from '../../src/engine/project.js';
import { factsOf, setSetting, settingOf } from '../../src/engine/project-facts.js';
import { roundsOf } from '../../src/engine/rounds.js';
import { APPLICATION_ID, MIGRATIONS } from '../../src/engine/schema.js';
import { boxMask, NEW, NOW, placeWith, projectWith } from './scenes.js';

test('a new project has one category, one open round, and is one file when it is closed', async (t) => {
  const { folder, images } = await placeWith(t, ['a.png']);
  await createProject(folder, { ...NEW, images }, NOW);
  const project = await openProject(folder, 'write');
  t.deepEqual(categoriesOf(project), [{ id: 1, name: 'object' }]);
  t.like(roundsOf(project), { 0: { number: 1, stage: 'assisted-manual', openedAt: NOW, closedAt: null }, length: 1 });
  t.like(factsOf(project), { seed: 7, valShare: 0.25, createdBy: 'test', createdAt: NOW });
  setSetting(project, 'precision', 0.95);
  t.is(settingOf(project, 'precision'), 0.95);
  t.is(settingOf(project, 'other'), undefined);
  await project.close();
  t.deepEqual(readdirSync(folder).sort(), ['.sam', 'engine.db']);
  t.deepEqual(readdirSync(join(folder, '.sam')), []);
  await t.throwsAsync(createProject(folder, { ...NEW, images }, NOW), { code: 'usage/output-exists' });
  await t.throwsAsync(createProject(join(folder, 'x'), { ...NEW, images: join(images, 'none') }, NOW), { code: 'usage/input-missing' });
  await t.throwsAsync(openProject(images, 'write'), { code: 'usage/no-project', message: /sam engine init/ });
});

test('one process writes, others read what is committed meanwhile', async (t) => {
  const { folder, project } = await projectWith(t);
  const error = await t.throwsAsync(openProject(folder, 'write'), { instanceOf: SamError });
  t.is(error.code, 'locked/project');
  t.is(error.exitCode, 6);
  const reader = await openProject(folder, 'read');
  t.is(countImages(reader), 4);
  addMasks(project, [{ imageId: 1, categoryId: 1, stage: 'assisted-manual', status: 'accepted', rle: boxMask(0, 0, 9, 9) }], NOW);
  t.is(masksOf(reader, 1).length, 1);
  t.throws(() => addMasks(reader, [{ imageId: 1, categoryId: 1, stage: 'assisted-manual', status: 'accepted', rle: boxMask(0, 0, 9, 9) }], NOW), { code: 'storage/not-writable' });
  await project.close();
  await reader.close();
  await t.notThrowsAsync(async () => (await openProject(folder, 'write')).close());
});

test('a process that was killed over the database leaves what the next one, even if it only reads, brings in order', async (t) => {
  const { root, folder, project } = await projectWith(t);
  await project.close();
  const killed = join(root, 'killed');
  // as the file is closed, and before it is opened for good, SQLite's older journal is in use; one that has to be taken back is made by a transaction too large for the cache
  const database = Database.open(join(folder, 'engine.db'), 'write');
  database.exec('PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN IMMEDIATE');
  for (let i = 0; i < 200; i++) database.run("INSERT INTO categories (id, name) VALUES (?, ?)", 100 + i, `${i} ${'x'.repeat(500)}`);
  cpSync(folder, killed, { recursive: true });
  database.exec('ROLLBACK');
  database.close();
  t.true(existsSync(join(killed, 'engine.db-journal')));
  const reader = await openProject(killed, 'read');
  t.deepEqual(categoriesOf(reader), [{ id: 1, name: 'object' }]);
  await reader.close();
  t.false(existsSync(join(killed, 'engine.db-journal')));
});

test('the folder can be moved with its images', async (t) => {
  const { root, project } = await projectWith(t);
  await project.close();
  renameSync(join(root, 'images'), join(root, 'moved-images'));
  mkdirSync(join(root, 'elsewhere'));
  renameSync(join(root, 'project'), join(root, 'elsewhere/project'));
  renameSync(join(root, 'moved-images'), join(root, 'elsewhere/images'));
  const again = await openProject(join(root, 'elsewhere/project'), 'read');
  t.is(again.imageRoot, join(root, 'elsewhere/images'));
  await again.close();
});

test('a transaction that fails leaves nothing', async (t) => {
  const { project } = await projectWith(t);
  const good = { imageId: 1, categoryId: 1, stage: 'assisted-manual', status: 'accepted', rle: boxMask(0, 0, 9, 9) } as const;
  t.throws(() => addMasks(project, [good, { ...good, categoryId: 99 }], NOW), { code: 'engine/record', message: /no category 99/ });
  t.deepEqual(masksOf(project, 1), []);
});

/** Makes the file one of version 0: nothing but the mark that it is ours. */
function versionZero(path: string): void {
  const database = Database.open(path, 'create');
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; CREATE TABLE old (x); INSERT INTO old VALUES (42);`);
  database.close();
}

test('a project of an older version is copied, then brought up to date', async (t) => {
  const { root } = await placeWith(t, ['a.png']);
  const folder = join(root, 'old');
  mkdirSync(folder);
  versionZero(join(folder, 'engine.db'));
  await t.throwsAsync(openProject(folder, 'read'), { code: 'data/project', message: /older version/ });
  const steps = ['CREATE TABLE project (id INTEGER, image_root TEXT, image_root_absolute TEXT)', "INSERT INTO project VALUES (1, '.', '/nowhere')"];
  const project = await openProject(folder, 'write', steps);
  t.is(project.database.count('PRAGMA user_version'), 2);
  t.is(project.database.count('SELECT x FROM old'), 42);
  await project.close();
  t.deepEqual(readdirSync(join(folder, 'backups')), ['version-0.db']);
  const copy = Database.open(join(folder, 'backups/version-0.db'), 'read');
  t.is(copy.count('PRAGMA user_version'), 0);
  t.is(copy.count('SELECT x FROM old'), 42);
  copy.close();
  await t.throwsAsync(openProject(folder, 'write', steps.slice(0, 1)), { code: 'data/project', message: /newer version.*version 2, this program knows 1/ });
});

test('a step that fails leaves the version before it, whole', async (t) => {
  const { root } = await placeWith(t, ['a.png']);
  const folder = join(root, 'old');
  mkdirSync(folder);
  versionZero(join(folder, 'engine.db'));
  await t.throwsAsync(openProject(folder, 'write', ['CREATE TABLE fresh (x)', 'INSERT INTO fresh VALUES (1); INSERT INTO nowhere VALUES (1)']));
  const database = Database.open(join(folder, 'engine.db'), 'read');
  t.is(database.count('PRAGMA user_version'), 1);
  t.is(database.count('SELECT count(*) FROM fresh'), 0);
  database.close();
  t.deepEqual(readdirSync(join(folder, '.sam')), [], 'and no lock');
});

test('a damaged database is refused, naming the last copy, and is not changed', async (t) => {
  const { folder, project } = await projectWith(t, Array.from({ length: 40 }, (_, i) => `${i}.png`));
  for (let id = 1; id <= 40; id++) addMasks(project, Array.from({ length: 30 }, (_, i) => ({ imageId: id, categoryId: 1, stage: 'assisted-manual', status: 'accepted', rle: boxMask(i, i, i + 9, i + 5), prompts: { text: 'x'.repeat(200) } } as const)), NOW);
  const copy = await backUp(project.database, 'round-1');
  await project.close();
  const path = join(folder, 'engine.db'), whole = readFileSync(path);
  for (const page of [1, 5, 20, Math.floor(whole.length / 4096) - 2]) {
    const bytes = Buffer.from(whole);
    bytes.fill(0xa5, page * 4096, (page + 1) * 4096);
    writeFileSync(path, bytes);
    for (const mode of ['write', 'read'] as const) {
      const error = await t.throwsAsync(openProject(folder, mode), { instanceOf: SamError, code: 'data/project' }, `page ${page}`);
      t.is(error.exitCode, 4);
      t.true(error.message.includes(path) && error.message.includes(copy), error.message);
    }
    t.deepEqual(readFileSync(path), bytes, 'not changed');
  }
  for (const bytes of [whole.subarray(0, 3 * 4096), Buffer.from('not a database, but long enough to be read as one'.repeat(40)), Buffer.alloc(0)]) {
    writeFileSync(path, bytes);
    await t.throwsAsync(openProject(folder, 'write'), { code: 'data/project' });
  }
  copyFileSync(copy, path);
  const restored = await openProject(folder, 'write');
  t.is(masksOf(restored, 40).length, 30);
  await restored.close();
});

test('a folder with a name of any kind holds a project', async (t) => {
  const { root, images } = await placeWith(t, ['a.png']);
  for (const name of ['with space', 'q?mode=ro&x', 'hash#tag', 'per%20cent', 'new\nline', 'qu"ote\'s', 'ünï😀', 'file:x', '-dash']) {
    const folder = join(root, name);
    await createProject(folder, { ...NEW, images }, NOW);
    const project = await openProject(folder, 'write');
    t.is(roundsOf(project).length, 1, name);
    await project.close();
    t.true(readdirSync(folder).includes('engine.db'), name);
  }
});

test('network disks are refused, local ones are not', async (t) => {
  await t.throwsAsync(refuseNetworkDisk('/somewhere', async () => 0x6969), { code: 'storage/network', message: /NFS.*local disk/ });
  await t.throwsAsync(refuseNetworkDisk('/somewhere', async () => 0xff534d42), { code: 'storage/network' });
  await t.notThrowsAsync(refuseNetworkDisk('/somewhere', async () => 0xef53));
});

test('the schema is a list of steps of which none may change', (t) => {
  t.is(MIGRATIONS.length, 7);
});
