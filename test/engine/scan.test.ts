/** The folder and the project: new, moved, exchanged, changed and missing images, names of any kind, groups and splits that hold. */
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { imageByName, imagesOf, visitImage } from '../../src/engine/images.js';
import { addMask, masksOf } from '../../src/engine/masks.js';
import { createProject, openProject, setImageRoot, type Project } from '../../src/engine/project.js';
import { scanImages } from '../../src/engine/scan.js';
import { encodeJpegRgb } from '../../src/image/encode.js';
import { sharp } from '../../src/image/sharp.js';
import { boxMask, drawPng, NEW, NOW, pixelsOf, placeWith, projectWith, SCAN } from './scenes.js';

const states = (project: Project): Record<string, string> => Object.fromEntries([...imagesOf(project)].map(({ fileName, state }) => [fileName, state]));
const draw = (project: Project, imageId: number): void => void addMask(project, { imageId, categoryId: 1, stage: 'assisted-manual', status: 'accepted', rle: boxMask(1, 1, 9, 9) }, NOW);

test('images are known by name, bytes and upright size; a second look reads nothing anew', async (t) => {
  const { project, report, images } = await projectWith(t, ['b.png', 'a/x.png', 'a.png']);
  t.like(report, { images: 3, added: 3, unchanged: 0, moved: [], changed: [], missing: [], problems: [] });
  t.deepEqual([...imagesOf(project)].map(({ fileName }) => fileName), ['a.png', 'a/x.png', 'b.png'], 'bytewise');
  t.like(imageByName(project, 'a.png'), { width: 64, height: 48, bytes: readFileSync(join(images, 'a.png')).length, state: 'todo', revision: 1 });
  const before = [...imagesOf(project)];
  t.like(await scanImages(project, SCAN), { images: 3, added: 0, unchanged: 3 });
  t.deepEqual([...imagesOf(project)], before);
  // a copied folder has other times: read again, found the same, no revision
  utimesSync(join(images, 'a.png'), 1, 1);
  t.like(await scanImages(project, SCAN), { unchanged: 3 });
  t.deepEqual([...imagesOf(project)], before);
});

test('an image that was moved keeps its masks; one that is exchanged with another too', async (t) => {
  const { project, images } = await projectWith(t);
  for (const id of [1, 2, 3]) draw(project, id);
  visitImage(project, { imageId: 1, outcome: 'done' }, NOW);
  mkdirSync(join(images, 'sub'));
  renameSync(join(images, 'a.png'), join(images, 'sub/new.png'));
  renameSync(join(images, 'b.png'), join(images, 'x'));
  renameSync(join(images, 'c.png'), join(images, 'b.png'));
  renameSync(join(images, 'x'), join(images, 'c.png'));
  const report = await scanImages(project, SCAN);
  t.deepEqual(report.moved.sort((a, b) => (a.from < b.from ? -1 : 1)), [{ from: 'a.png', to: 'sub/new.png' }, { from: 'b.png', to: 'c.png' }, { from: 'c.png', to: 'b.png' }]);
  t.like(report, { images: 4, added: 0, unchanged: 1, missing: [], changed: [] });
  t.deepEqual([1, 2, 3].map((id) => masksOf(project, id).length), [1, 1, 1]);
  t.deepEqual(states(project), { 'b.png': 'todo', 'c.png': 'todo', 'd.png': 'todo', 'sub/new.png': 'done' });
  t.is(imageByName(project, 'c.png')?.id, 2);
});

test('an image put over another\'s name: the one moved, the other is missing, and comes back by its bytes', async (t) => {
  const { project, images, root } = await projectWith(t);
  draw(project, 2);
  copyFileSync(join(images, 'b.png'), join(root, 'kept.png'));
  renameSync(join(images, 'a.png'), join(images, 'b.png'));
  t.like(await scanImages(project, SCAN), { moved: [{ from: 'a.png', to: 'b.png' }], missing: ['b.png'], changed: [], added: 0 });
  t.like(states(project), { 'b.png': 'todo', 'b.png (replaced, image 2)': 'missing' });
  copyFileSync(join(root, 'kept.png'), join(images, 'again.png'));
  t.like(await scanImages(project, SCAN), { moved: [{ from: 'b.png (replaced, image 2)', to: 'again.png' }], missing: [] });
  t.like(imageByName(project, 'again.png'), { id: 2, state: 'todo' });
  t.is(masksOf(project, 2).length, 1);
});

test('a changed image is marked and told, keeps its masks, and is as before when its bytes are', async (t) => {
  const { project, images } = await projectWith(t);
  draw(project, 1);
  visitImage(project, { imageId: 1, outcome: 'done' }, NOW);
  const old = readFileSync(join(images, 'a.png'));
  await drawPng(join(images, 'a.png'), 99);
  for (let look = 0; look < 2; look++) t.like(await scanImages(project, SCAN), { changed: ['a.png'], unchanged: 3, restored: [] }, 'told at every look');
  t.is(imageByName(project, 'a.png')?.state, 'changed');
  t.is(masksOf(project, 1, ['accepted']).length, 1);
  t.throws(() => visitImage(project, { imageId: 1, outcome: 'done' }, NOW), { code: 'engine/record' });
  writeFileSync(join(images, 'a.png'), old);
  t.like(await scanImages(project, SCAN), { changed: [], restored: ['a.png'] });
  t.is(imageByName(project, 'a.png')?.state, 'done');
});

test('changed images are taken as they are where that is wished; masks of another size are rejected', async (t) => {
  const { project, images } = await projectWith(t);
  draw(project, 1);
  draw(project, 2);
  await drawPng(join(images, 'a.png'), 99);
  await drawPng(join(images, 'b.png'), 98, 32, 32);
  await scanImages(project, SCAN);
  t.like(await scanImages(project, { ...SCAN, adoptChanged: true }), { adopted: ['a.png', 'b.png'], changed: [] });
  t.like(imageByName(project, 'b.png'), { width: 32, height: 32, state: 'todo' });
  t.is(masksOf(project, 1)[0]?.status, 'accepted');
  t.is(masksOf(project, 2)[0]?.status, 'rejected');
  t.like(await scanImages(project, SCAN), { unchanged: 4 });
});

test('a missing image is marked, and back when its file is', async (t) => {
  const { project, images, root } = await projectWith(t);
  renameSync(join(images, 'd.png'), join(root, 'd.png'));
  for (let look = 0; look < 2; look++) t.like(await scanImages(project, SCAN), { images: 3, missing: ['d.png'], unchanged: 3 });
  t.is(imageByName(project, 'd.png')?.state, 'missing');
  renameSync(join(root, 'd.png'), join(images, 'd.png'));
  t.like(await scanImages(project, SCAN), { restored: ['d.png'], missing: [], unchanged: 3 });
  t.is(imageByName(project, 'd.png')?.state, 'todo');
});

test('all images moved to another folder are found again', async (t) => {
  const { project, images, root } = await projectWith(t);
  draw(project, 3);
  renameSync(images, join(root, 'new-place'));
  const moved = await setImageRoot(project, join(root, 'new-place'));
  t.like(await scanImages(moved, SCAN), { images: 4, unchanged: 4, missing: [] });
  t.is(masksOf(moved, 3).length, 1);
});

test('what cannot be read is a problem of its own, and costs no other image', async (t) => {
  const { folder, images } = await placeWith(t, ['good.png']);
  writeFileSync(join(images, 'empty.png'), '');
  writeFileSync(join(images, 'text.jpg'), 'no image at all');
  writeFileSync(join(images, 'cut.jpg'), Buffer.from(await encodeJpegRgb({ data: pixelsOf(1, 200, 200), width: 200, height: 200 }, 90)).subarray(0, 1500));
  writeFileSync(join(images, 'notes.txt'), 'left alone');
  symlinkSync('nowhere', join(images, 'broken.png'));
  await createProject(folder, { ...NEW, images }, NOW);
  const project = await openProject(folder, 'write');
  t.teardown(() => project.close());
  const report = await scanImages(project, SCAN);
  t.like(report, { images: 1, added: 1 });
  t.deepEqual(report.problems.map(({ file, code }) => [file, code]).sort(), [['broken.png', 'image/unreadable'], ['cut.jpg', 'image/truncated'], ['empty.png', 'image/empty'], ['text.jpg', 'image/format']]);
});

test('a known image that cannot be read for now stays what it is', async (t) => {
  const { project, images } = await projectWith(t);
  draw(project, 1);
  writeFileSync(join(images, 'a.png'), 'half a co');
  t.like(await scanImages(project, SCAN), { images: 3, unchanged: 3, missing: [], changed: [], problems: { length: 1 } });
  t.is(imageByName(project, 'a.png')?.state, 'todo');
});

test('names of any kind', async (t) => {
  const names = ['with space.png', 'new\nline.png', 'qu"ote\'s;DROP TABLE images.png', 'per%20cent.png', 'ünï😀.png', '-dash.png', '../x'.replace('../', 'dots..') + '.png', `${'long'.repeat(60)}.png`, '\u202egnp.png'];
  const { project, report, images } = await projectWith(t, names);
  t.like(report, { added: names.length, problems: [] });
  for (const name of names) t.is(imageByName(project, name)?.fileName, name);
  rmSync(join(images, names[1]!));
  t.deepEqual((await scanImages(project, SCAN)).missing, [names[1]]);
});

test('the project inside the folder of images is no part of them', async (t) => {
  const { images } = await placeWith(t, ['a.png']);
  const folder = join(images, 'project');
  await createProject(folder, { ...NEW, images }, NOW);
  await drawPng(join(folder, 'cache/shown.png'), 5);
  const project = await openProject(folder, 'write');
  t.teardown(() => project.close());
  t.like(await scanImages(project, SCAN), { images: 1, added: 1 });
});

test('images that look alike are one group, never apart: sizes, formats, qualities, light, copies', async (t) => {
  const { folder, images } = await placeWith(t, []);
  for (let seed = 0; seed < 24; seed++) await drawPng(join(images, `${seed}.png`), seed, 320, 240);
  const original = { data: pixelsOf(3, 320, 240), width: 320, height: 240 };
  writeFileSync(join(images, 'three.jpg'), await encodeJpegRgb(original, 60));
  await sharp(original.data, { raw: { width: 320, height: 240, channels: 3 } }).resize(97, 73).linear(0.9, 12).toFile(join(images, 'three-small.webp'));
  copyFileSync(join(images, '5.png'), join(images, 'copy of 5.png'));
  await sharp(Buffer.alloc(3 * 64 * 64, 40), { raw: { width: 64, height: 64, channels: 3 } }).toFile(join(images, 'even.png'));
  await sharp(Buffer.alloc(3 * 64 * 64, 200), { raw: { width: 64, height: 64, channels: 3 } }).toFile(join(images, 'even too.png'));
  await createProject(folder, { ...NEW, images, valShare: 0.3, testShare: 0.2 }, NOW);
  const project = await openProject(folder, 'write');
  t.teardown(() => project.close());
  const report = await scanImages(project, SCAN);
  t.deepEqual(report.nearGroups.map((group) => [...group].sort()), [['3.png', 'three-small.webp', 'three.jpg'], ['5.png', 'copy of 5.png']]);
  for (const group of report.nearGroups) t.is(new Set(group.map((name) => imageByName(project, name)?.split)).size, 1, group.join());
  t.is(imageByName(project, 'even.png')?.phash, null);
  const splits = [...imagesOf(project)].map(({ split }) => split);
  t.deepEqual(['train', 'val', 'test'].map((split) => splits.filter((other) => other === split).length), [14, 9, 6], 'of 29 images, half, three and two tenths');
});

test('splits follow from seed and bytes, not from names or order, and stay when images are added', async (t) => {
  const names = Array.from({ length: 12 }, (_, i) => `${i}.png`);
  const { project, images } = await projectWith(t, names);
  const bySha = new Map([...imagesOf(project)].map(({ sha256, split }) => [sha256, split]));
  const { images: otherImages, folder } = await placeWith(t, []);
  for (const [i, name] of names.entries()) copyFileSync(join(images, name), join(otherImages, `renamed-${99 - i}.png`));
  await createProject(folder, { ...NEW, images: otherImages }, NOW);
  const other = await openProject(folder, 'write');
  t.teardown(() => other.close());
  await scanImages(other, SCAN);
  t.is(bySha.size, 12);
  for (const { sha256, split } of imagesOf(other)) t.is(split, bySha.get(sha256)!);
  for (let seed = 50; seed < 58; seed++) await drawPng(join(images, `late-${seed}.png`), seed);
  await scanImages(project, SCAN);
  for (const { sha256, split } of imagesOf(project)) if (bySha.has(sha256)) t.is(split, bySha.get(sha256)!);
  t.is([...imagesOf(project)].filter(({ split }) => split === 'val').length, 5, 'a quarter of 20');
});

test('an image that grows under the reader is no mixture', async (t) => {
  const { project, images } = await projectWith(t, ['a.png']);
  appendFileSync(join(images, 'a.png'), 'x');
  t.like(await scanImages(project, SCAN), { changed: ['a.png'] });
});
