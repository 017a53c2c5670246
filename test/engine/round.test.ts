/** The end of a round: nothing is trained on what is not there, the better model is kept, an interrupted round goes on. */
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { initProject } from '../../src/engine/init.js';
import { imagesOf } from '../../src/engine/images.js';
import { masksOf } from '../../src/engine/masks.js';
import { currentModel, modelsOf } from '../../src/engine/models.js';
import { openProject } from '../../src/engine/project.js';
import { proposeMasks } from '../../src/engine/propose.js';
import { endRound, type RoundReport, type RoundRequest } from '../../src/engine/round.js';
import { roundsOf } from '../../src/engine/rounds.js';
import { trainerArgv } from '../../src/engine/trainer.js';
import { giveVerdict } from '../../src/engine/verdicts.js';
import { fieldsOf, MemorySource, type Field } from '../../src/models/protobuf.js';
import { TEST_ENV, TEST_MODEL } from '../test-model.js';
import { NOW, placeWith, type Place } from './scenes.js';

const ENV = { ...TEST_ENV, PATH: '/nonexistent' };
const PLACES = { dataset: '/a b/t.json', images: '/i', model: '/m', out: '/o', minutes: '5' };

test('a trainer is words, not a shell: what stands in a placeholder stays one word', (t) => {
  t.deepEqual(trainerArgv('python -m "my trainer" {dataset} --out={out} \'a "b"\' {minutes} $HOME;rm', PLACES), ['python', '-m', 'my trainer', '/a b/t.json', '--out=/o', 'a "b"', '5', '$HOME;rm']);
  t.deepEqual(trainerArgv('t {dataset} {out}', { ...PLACES, dataset: '{out} "$(x)"' }), ['t', '{out} "$(x)"', '/o'], 'what was filled in is not looked at again');
  for (const [wrong, message] of [['', /expects a command/], ['t "{dataset} {out}', /never closed/], ['t {out}', /\{dataset\}/], ['t {dataset}', /\{out\}/]] as const) t.throws(() => trainerArgv(wrong, PLACES), { code: 'usage/option', message });
});

/** Places of the weights (raw_data of the graph's initializers) that are large. */
function* largeWeights(bytes: Uint8Array): Generator<Field> {
  const source = new MemorySource(bytes), inside = function* (parents: Iterable<Field>, wanted: number): Generator<Field> {
    for (const { start, end } of parents) for (const field of fieldsOf(source, start, end)) if (field.number === wanted) yield field;
  };
  const graphs = [...fieldsOf(source, 0, bytes.length)].filter(({ number }) => number === 7);
  for (const field of inside(inside(graphs, 5), 9)) if (field.end - field.start > 100_000) yield field;
}

/** The test model with a part of its weights gone: it runs, and finds less. */
function weakModel(folder: string): string {
  cpSync(TEST_MODEL, folder, { recursive: true });
  const path = join(folder, 'encoder.onnx'), bytes = readFileSync(path);
  for (const { start, end } of largeWeights(bytes)) bytes.fill(0, start, end);
  writeFileSync(path, bytes);
  const json = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as Record<string, unknown>; // our own file
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...json, name: 'weak', files: undefined }));
  return folder;
}

/** A project that works with a weak model; its masks are what the whole one proposed and a person accepted. */
async function judged(t: ExecutionContext): Promise<Place> {
  const place = await placeWith(t, ['a.png', 'b.png', 'c.png']);
  await initProject({ folder: place.folder, images: place.images, model: weakModel(join(place.root, 'weak')), valShare: 0.34, env: ENV }, NOW);
  await proposeMasks({ folder: place.folder, model: TEST_MODEL, env: ENV, generator: { pointsPerSide: 4, predIouThresh: 0.3, stabilityScoreThresh: 0.5 }, options: { workers: 1 } }, NOW);
  const project = await openProject(place.folder, 'write');
  for (const { id } of imagesOf(project)) for (const mask of masksOf(project, id)) giveVerdict(project, { maskId: mask.id, revision: mask.revision, annotator: 'ann', verdict: 'accept' }, NOW);
  await project.close();
  return place;
}

/** A command that "trains" by putting the whole model in place. */
function trainer({ root }: Place, body: string): string {
  const path = join(root, 'trainer.mjs');
  writeFileSync(path, `import { cpSync, readFileSync, mkdirSync, existsSync, writeFileSync } from 'node:fs';\nconst [dataset, out] = process.argv.slice(2);\nJSON.parse(readFileSync(dataset, 'utf8'));\n${body}\n`);
  return `"${process.execPath}" "${path}" {dataset} {out}`;
}

const end = ({ folder }: Place, more: Partial<RoundRequest> = {}): Promise<RoundReport> => endRound({ folder, env: ENV, clicks: 2, ...more }, NOW);

test('a better model is put in use, with its lineage; one that is not is kept on record only', async (t) => {
  const place = await judged(t);
  const failing = trainer(place, `mkdirSync(out); process.exit(9);`);
  await t.throwsAsync(end(place, { trainer: failing }), { code: 'model/training', message: /status 9.*tries again/ });
  t.deepEqual(readdirSync(join(place.folder, 'backups')), ['round-1.db']);
  // the same weights under other hashes: new models as far as the project can tell
  const copying = (mark: string): string => trainer(place, `cpSync(${JSON.stringify(TEST_MODEL)}, out, { recursive: true }); const path = out + '/model.json'; writeFileSync(path, readFileSync(path, 'utf8') + '${mark}');`);
  const good = copying(' ');
  const report = await end(place, { trainer: good });
  t.like(report, { round: 1, isPromoted: true, model: 'round-1', next: 2 });
  t.true(report.after!.mean > report.before!.mean);
  t.deepEqual(readdirSync(join(place.folder, 'backups')), ['round-1.db'], 'the round was closed once');
  const exported = JSON.parse(readFileSync(report.dataset, 'utf8')) as { images: { file_name: string }[] }; // our own COCO
  const same = copying('  ');
  const second = await end(place, { trainer: same });
  t.like(second, { round: 2, isPromoted: false, next: 3 });
  const project = await openProject(place.folder, 'read');
  const splits = new Map([...imagesOf(project)].map(({ fileName, split }) => [fileName, split]));
  t.true(exported.images.length > 0 && exported.images.every(({ file_name: name }) => splits.get(name) === 'train'), 'nothing that is held out is trained on');
  const model = currentModel(project)!;
  t.like(model, { folder: 'rounds/1/model', round: 1, metrics: { ...report.after } });
  t.is(modelsOf(project).find(({ id }) => id === model.parentId)?.folder, join(place.root, 'weak'));
  t.deepEqual(roundsOf(project).map(({ number, closedAt }) => [number, closedAt !== null]), [[1, true], [2, true], [3, false]]);
  await project.close();
});

test('without a trainer it closes, exports, and says what to run; with nothing to train on it changes nothing', async (t) => {
  const empty = await placeWith(t, ['a.png']);
  await initProject({ folder: empty.folder, images: empty.images, env: ENV, model: TEST_MODEL }, NOW);
  await t.throwsAsync(end(empty), { code: 'engine/conflict', message: /nothing to train on/ });
  t.false(existsSync(join(empty.folder, 'rounds')));
  const place = await judged(t);
  const report = await end(place);
  t.like(report, { round: 1, isPromoted: false, model: 'weak' });
  t.deepEqual(report.untrained?.command.slice(0, 3), ['sam', 'models', 'finetune']);
  t.true(existsSync(report.dataset) && existsSync(report.heldOut!));
  t.deepEqual(await end(place), report, 'and the same again');
});
