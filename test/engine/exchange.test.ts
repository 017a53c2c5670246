/** Files in and out of projects: once each, by names, with what people have judged left alone, and every format that can hold it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { SamError } from '../../src/errors.js';
import type { Annotation, DatasetEntry, DatasetSource } from '../../src/dataset/types.js';
import { categoriesOf } from '../../src/engine/categories.js';
import { exportProject, importFile } from '../../src/engine/exchange.js';
import { exportSource } from '../../src/engine/export.js';
import { importDataset, type ImportReport } from '../../src/engine/import.js';
import { imageByName, visitImage } from '../../src/engine/images.js';
import { addMask, maskById, masksOf } from '../../src/engine/masks.js';
import { openProject, type Project } from '../../src/engine/project.js';
import { correctMask, giveVerdict } from '../../src/engine/verdicts.js';
import { scanImages } from '../../src/engine/scan.js';
import { sourceOf } from '../../src/formats/format.js';
import type { Rle } from '../../src/mask/rle.js';
import { boxMask, drawPng, HEIGHT, NOW, projectWith, SCAN, WIDTH } from './scenes.js';

const READ = { lenient: false, maxPixels: 1e8 }, OUT = { allowLossy: false, force: false, dryRun: false };
const AUTO = { as: 'auto', stage: 'auto', annotator: undefined, category: undefined, done: false } as const;

const thing = (id: number, rle: Rle, more: Partial<Annotation> = {}): Annotation => ({ id, imageId: 1, categoryId: 3, isCrowd: false, segmentation: { kind: 'rle', rle }, ...more });
const entry = (fileName: string, annotations: Annotation[], id = 1): DatasetEntry => ({ image: { id, fileName, width: WIDTH, height: HEIGHT }, annotations: annotations.map((annotation) => ({ ...annotation, imageId: id })) });
const fileOf = (...entries: DatasetEntry[]): DatasetSource => sourceOf([{ id: 3, name: 'leaf' }], entries);
const take = (project: Project, source: DatasetSource, file = 'f.json'): Promise<ImportReport> => importDataset(project, source, { ...AUTO, file }, NOW);
const all = async (source: DatasetSource): Promise<DatasetEntry[]> => {
  const entries: DatasetEntry[] = [];
  for await (const one of source.entries()) entries.push(one);
  return entries;
};

test('masks are taken once, by file and id; a second run adds nothing', async (t) => {
  const { project } = await projectWith(t);
  const source = fileOf(entry('a.png', [thing(7, boxMask(0, 0, 9, 9)), thing(8, boxMask(5, 5, 30, 30), { isCrowd: true })]), entry('sub/b.png', [thing(9, boxMask(0, 0, 9, 9))], 2), entry('none.png', [thing(10, boxMask(0, 0, 9, 9))], 3));
  t.like(await take(project, source), { images: 2, added: 3, same: 0, unknownImages: ['none.png'], unknownCount: 1, problems: [] });
  t.like(await take(project, source), { images: 2, added: 0, same: 3 });
  t.deepEqual(categoriesOf(project), [{ id: 3, name: 'leaf' }]);
  t.like(masksOf(project, 1), { 0: { stage: 'assisted-manual', status: 'accepted', categoryId: 3, sourceId: 7 }, 1: { isCrowd: true }, length: 2 });
  t.is(masksOf(project, 2).length, 1, 'found by its base name');
  t.like(await take(project, source, 'other.json'), { added: 3 }, 'another file is another thing');
});

test('what changed in the file replaces what nobody has judged; judged work stays', async (t) => {
  const { project } = await projectWith(t);
  await take(project, fileOf(entry('a.png', [1, 2, 3].map((id) => thing(id, boxMask(id, 0, 20, 20))))));
  giveVerdict(project, { maskId: 2, revision: 1, verdict: 'accept', annotator: 'ann' }, NOW);
  correctMask(project, { maskId: 3, revision: 1, annotator: 'ann' }, { rle: boxMask(0, 0, 40, 40) }, NOW);
  const changed = fileOf(entry('a.png', [1, 2, 3].map((id) => thing(id, boxMask(id, 0, 30, 20)))));
  t.like(await take(project, changed), { added: 0, same: 0, replaced: 1, kept: 2 });
  t.like(maskById(project, 1), { status: 'superseded' });
  t.deepEqual(masksOf(project, 1, ['accepted']).map(({ id, supersedes, box }) => [id, supersedes, box.x1]), [[2, null, 20], [4, 3, 40], [5, 1, 30]]);
  t.like(await take(project, changed), { replaced: 0, same: 1, kept: 2 }, 'and once more nothing is new');
});

test('a generator\'s masks are proposals; a file that says its stage is believed', async (t) => {
  const { project } = await projectWith(t);
  const generator = { predictedIou: 0.9, stabilityScore: 0.95, pointCoords: [[3, 4]] as [number, number][], cropBox: { x0: 0, y0: 0, x1: 64, y1: 48 } };
  await take(project, fileOf(entry('a.png', [thing(1, boxMask(0, 0, 9, 9), { generator }), thing(2, boxMask(9, 9, 19, 19), { generator, attributes: { stage: 'semi-automatic', annotator: 'ann', note: 'x' } })])));
  t.like(masksOf(project, 1), {
    0: { stage: 'fully-automatic', status: 'proposed', predictedIou: 0.9, details: { pointCoords: [[3, 4]], cropBox: generator.cropBox } },
    1: { stage: 'semi-automatic', status: 'accepted', annotator: 'ann', details: { attributes: { note: 'x' } } },
  });
});

test('a record that does not fit costs itself alone', async (t) => {
  const { project } = await projectWith(t);
  const report = await take(project, fileOf(entry('a.png', [thing(1, boxMask(0, 0, 9, 9, 60, 48)), thing(2, boxMask(4, 4, 4, 4)), thing(3, boxMask(0, 0, 9, 9)), { id: 4, imageId: 1, categoryId: 3, isCrowd: false, box: { x0: 0, y0: 0, x1: 4, y1: 4 } }])));
  t.like(report, { added: 1, withoutMask: 1 });
  t.deepEqual(report.problems.map(({ file, record }) => [file, record]), [['a.png', 'annotation 1'], ['a.png', 'annotation 2']]);
});

test('what is exported is the truth, in a stable order, with where it comes from', async (t) => {
  const { project } = await projectWith(t);
  const person = { imageId: 2, categoryId: 1, stage: 'assisted-manual', status: 'accepted', annotator: 'ann' } as const;
  addMask(project, { ...person, rle: boxMask(0, 0, 9, 9) }, NOW);
  const proposed = addMask(project, { ...person, annotator: null, stage: 'semi-automatic', status: 'proposed', predictedIou: 0.8, rle: boxMask(20, 0, 29, 9) }, NOW);
  const corrected = correctMask(project, { maskId: proposed.id, revision: 1, annotator: 'bob' }, { rle: boxMask(20, 0, 30, 9) }, NOW);
  addMask(project, { ...person, imageId: 1, status: 'proposed', rle: boxMask(0, 0, 9, 9) }, NOW);
  visitImage(project, { imageId: 4, outcome: 'done' }, NOW);
  const entries = await all(exportSource(project));
  t.deepEqual(entries.map(({ image, annotations }) => [image.fileName, annotations.map(({ id }) => id)]), [['b.png', [1, corrected.id]], ['d.png', []]]);
  t.deepEqual(entries[0]?.annotations[1], {
    id: corrected.id, imageId: 2, categoryId: 1, isCrowd: false, segmentation: { kind: 'rle', rle: boxMask(20, 0, 30, 9) }, generator: { predictedIou: 0.8 },
    attributes: { stage: 'semi-automatic', round: 1, annotator: 'bob' },
  });
  t.is((await all(exportSource(project, { stages: ['assisted-manual'] })))[0]?.annotations.length, 1);
  t.is((await all(exportSource(project, { statuses: ['proposed'] })))[0]?.image.fileName, 'a.png');
  t.is((await all(exportSource(project, { rounds: [2], listed: 'all' }))).length, 4);
  t.is((await all(exportSource(project, { listed: 'done' }))).length, 1);
  const val = await all(exportSource(project, { split: 'val', listed: 'all' }));
  t.deepEqual(val.map(({ image }) => image.split), [undefined]);
  t.is(val.length, 1);
});

test('every format is written from one project while it is written to, and the same bytes come twice', async (t) => {
  const { project, folder, root } = await projectWith(t);
  for (const id of [1, 2]) addMask(project, { imageId: id, categoryId: 1, stage: 'assisted-manual', status: 'accepted', annotator: 'ann', rle: boxMask(2, 2, 30, 30) }, NOW);
  for (const to of ['coco', 'sa1b', 'yolo', 'voc', 'labelme', 'cvat', 'png', 'label-png', 'csv'] as const) {
    const output = join(root, to);
    const report = await exportProject({ ...OUT, folder, to, output, allowLossy: to !== 'coco' && to !== 'sa1b' });
    t.like(report, { result: 'written', counts: { images: 2, annotations: 2 }, absent: 0 }, to);
    t.is((await exportProject({ ...OUT, folder, to, output, allowLossy: true })).result, 'same', to);
  }
  t.false(readFileSync(join(root, 'coco'), 'utf8').includes(root), 'no path of this machine');
});

test('a file goes through another project and comes back the same', async (t) => {
  const { project, folder, root } = await projectWith(t);
  addMask(project, { imageId: 1, categoryId: 1, stage: 'semi-automatic', status: 'accepted', annotator: 'ann', predictedIou: 0.875, rle: boxMask(2, 2, 30, 30), details: { attributes: { note: 'n' } } }, NOW);
  const output = join(root, 'out.json');
  await exportProject({ ...OUT, folder, to: 'coco', output });
  await project.close();
  const other = await projectWith(t);
  await other.project.close();
  t.like(await importFile({ ...AUTO, ...READ, folder: other.folder, input: output, dryRun: true }, NOW), { from: 'coco', added: 1 });
  t.like(await importFile({ ...AUTO, ...READ, folder: other.folder, input: output }, NOW), { from: 'coco', added: 1, same: 0 }, 'the dry run kept nothing');
  t.like(await importFile({ ...AUTO, ...READ, folder: other.folder, input: output }, NOW), { added: 0, same: 1 });
  await exportProject({ ...OUT, folder: other.folder, to: 'coco', output: join(other.root, 'out.json') });
  t.is(readFileSync(join(other.root, 'out.json'), 'utf8'), readFileSync(output, 'utf8'));
});

test('images that are gone or changed are left out, and told', async (t) => {
  const { project, folder, root, images } = await projectWith(t);
  for (const id of [1, 2]) addMask(project, { imageId: id, categoryId: 1, stage: 'assisted-manual', status: 'accepted', rle: boxMask(2, 2, 30, 30) }, NOW);
  await drawPng(join(images, 'a.png'), 77);
  await scanImages(project, SCAN);
  t.is(imageByName(project, 'a.png')?.state, 'changed');
  t.like(await exportProject({ ...OUT, folder, to: 'coco', output: join(root, 'o.json') }), { counts: { images: 1, annotations: 1 }, absent: 1 });
});

test('what a format cannot hold of the shapes is refused; an output in the place of an image is too', async (t) => {
  const { project, folder, root, images } = await projectWith(t);
  for (const x of [2, 10]) addMask(project, { imageId: 1, categoryId: 1, stage: 'assisted-manual', status: 'accepted', rle: boxMask(x, 2, 30, 30) }, NOW);
  t.like(await exportProject({ ...OUT, folder, to: 'label-png', output: join(root, 'labels') }), { result: 'refused', losses: [{ loss: 'overlap', count: 1 }] });
  await t.throwsAsync(exportProject({ ...OUT, folder, to: 'coco', output: join(images, 'a.png'), force: true }), { instanceOf: SamError, code: 'usage/output-in-input' });
  await t.throwsAsync(exportProject({ ...OUT, folder, to: 'coco', output: join(folder, 'engine.db'), force: true }), { instanceOf: SamError, code: 'usage/output-in-input' });
});

test('an input that is no dataset leaves the project alone', async (t) => {
  const { project, folder, root } = await projectWith(t);
  await project.close();
  writeFileSync(join(root, 'cut.json'), '{"images": [{"id": 1, "file_name": "a.png", "width": 64, "hei');
  mkdirSync(join(root, 'empty'));
  for (const input of ['cut.json', 'empty', 'absent.json']) await t.throwsAsync(importFile({ ...AUTO, ...READ, folder, input: join(root, input) }, NOW), { instanceOf: SamError }, input);
  const again = await openProject(folder, 'write');
  t.is(again.database.count('SELECT count(*) FROM masks'), 0);
  await again.close();
});
