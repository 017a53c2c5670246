/** Recordings: what people did in one project is done again in another with the same images, once, whatever happens in between. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { eventsOf } from '../../src/engine/events.js';
import { imagesOf } from '../../src/engine/images.js';
import { initProject } from '../../src/engine/init.js';
import { masksOf } from '../../src/engine/masks.js';
import { modelsOf } from '../../src/engine/models.js';
import { openProject, withProject } from '../../src/engine/project.js';
import { proposeMasks } from '../../src/engine/propose.js';
import { replayRecording, type ReplayReport, type ReplayRequest } from '../../src/engine/replay.js';
import { proposeAndJudge } from '../../src/engine/stand-ins.js';
import { simulateAnnotator } from '../../src/engine/simulate.js';
import { verdictsOf } from '../../src/engine/verdicts.js';
import { writeRecording, type RecordingReport } from '../../src/engine/write-recording.js';
import { rleToString } from '../../src/mask/rle-string.js';
import { added, imageOf, onMask, running, Tab } from '../annotator/running.js';
import { TEST_ENV, TEST_MODEL } from '../test-model.js';
import { boxMask, NOW, placeWith, type Place } from './scenes.js';
import { truthOf } from './truth.js';

const ENV = TEST_ENV;
const GRID = { pointsPerSide: 4, predIouThresh: 0.3, stabilityScoreThresh: 0.5 };
const NAMES = ['a.png', 'b.png', 'c.png'];

/** Two projects over the same images, under other names in the second. */
async function twins(t: ExecutionContext): Promise<{ one: Place; two: Place }> {
  const one = await placeWith(t, NAMES);
  const two: Place = { root: one.root, folder: join(one.root, 'other'), images: join(one.root, 'renamed') };
  NAMES.forEach((name, i) => { cpSync(join(one.images, name), join(two.images, 'deep', `${9 - i}.png`)); });
  for (const { folder, images } of [one, two]) await initProject({ folder, images, env: ENV }, NOW);
  return { one, two };
}

const record = (folder: string, output: string, more: object = {}): Promise<RecordingReport> => writeRecording({ folder, output, force: true, dryRun: false, ...more });
const replay = (folder: string, recording: string, more: Partial<ReplayRequest> = {}): Promise<ReplayReport> => replayRecording({ folder, recording, env: ENV, ...more }, NOW * 2);

/** All that people left, by the images' bytes: masks, verdicts, states; without what numbers them. */
async function workOf(folder: string): Promise<unknown[]> {
  const project = await openProject(folder, 'read');
  const work = [...imagesOf(project)].map(({ id, sha256, state }) => ({
    sha256, state,
    masks: masksOf(project, id).map(({ id: maskId, counts, status, stage, seconds, clicks, prompts, annotator, categoryId, predictedIou, createdAt }) => ({
      counts, status, stage, seconds, clicks, prompts, annotator, categoryId, predictedIou, createdAt,
      verdicts: verdictsOf(project, maskId).map(({ verdict, annotator: by, at, seconds: spent, clicks: made, statusBefore }) => ({ verdict, by, at, spent, made, statusBefore })),
    })),
    visits: project.database.all('SELECT outcome, annotator, at, seconds FROM visits WHERE image_id = ? ORDER BY id', id),
    claims: [...eventsOf(project)].filter(({ imageId, kind }) => imageId === id && kind === 'claim').map(({ annotator, at, session }) => ({ annotator, at, session })),
  }));
  await project.close();
  return work.sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
}

/** Two people in a browser: masks drawn, painted, corrected, taken back, judged, an image skipped. */
async function workInBrowser(t: ExecutionContext, folder: string): Promise<void> {
  const server = await running(t, folder, { env: ENV });
  const ann = await Tab.open(server), bob = await Tab.open(server, 'tab-of-another-person', 'bob');
  const { id, masks: [first] } = imageOf(await ann.claim(1)), other = imageOf(await bob.claim(2)).id;
  t.is(first, undefined);
  const counts = rleToString(boxMask(5, 5, 25, 25)), brush = rleToString(boxMask(20, 20, 30, 30));
  const { mask } = await ann.saved(id, { ...added(), counts, candidate: 2, prompts: [{ kind: 'point', x: 9, y: 9, label: 1, at: 0.5 }, { kind: 'brush', add: brush, at: 2.5 }] });
  const corrected = await ann.saved(id, onMask('correct', mask!, { counts: rleToString(boxMask(5, 5, 30, 30)), prompts: [{ kind: 'polygon', add: brush }] }));
  await bob.saved(other, added([1, 1, 9, 9]));
  const back = await ann.saved(id, onMask('undo-correction', corrected.mask!));
  await ann.saved(id, onMask('correct', back.mask!, { categoryId: 1, counts: rleToString(boxMask(5, 5, 24, 24)) }));
  const wrong = await ann.saved(id, added([40, 2, 60, 12]));
  await ann.saved(id, onMask('reject', wrong.mask!));
  await ann.post('/api/finish', { imageId: id, revision: imageOf(await ann.claim(id)).revision, outcome: 'done', seconds: 12.5 });
  await bob.post('/api/finish', { imageId: other, revision: imageOf(await bob.claim(other)).revision, outcome: 'skipped', seconds: 3 });
  await bob.claim(3);
  await server.stop();
}

test('what two people did in a browser is done again elsewhere: masks, verdicts, claims, times; and once', async (t) => {
  const { one, two } = await twins(t), file = join(one.root, 'r.jsonl');
  await workInBrowser(t, one.folder);
  t.like(await record(one.folder, file), { steps: 12, older: 0, isWritten: true });
  t.like(await replay(two.folder, file), { steps: 12, done: 12, known: 0, failed: 0, masks: 5, images: 2, decoded: 0, problems: [] });
  t.deepEqual(await workOf(two.folder), await workOf(one.folder));
  const again = await replay(two.folder, file);
  t.like(again, { steps: 12, done: 0, known: 12, failed: 0 });
  t.like(await replay(one.folder, file), { done: 0, known: 12 }, 'nor where it was recorded');
  const copy = join(one.root, 'copy.jsonl');
  await record(two.folder, copy);
  const names = (path: string): string => readFileSync(path, 'utf8').replace(/"file_name":"[^"]*"/g, '');
  t.is(names(copy), names(file), 'and the other project records the same');
  const steps = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1).map((line) => JSON.parse(line) as { kind: string; candidate?: number; mask?: { prompts: object[] } }); // written above
  const drawn = steps.find(({ kind }) => kind === 'add');
  t.is(drawn?.candidate, 2);
  t.deepEqual(drawn?.mask?.prompts[0], { kind: 'point', x: 9, y: 9, label: 1, at: 0.5 });
  const [head = ''] = readFileSync(file, 'utf8').split('\n');
  t.like(JSON.parse(head), { format: 'sam-recording', version: 1, categories: ['object'] });
});

test('cut off after any step and run again, nothing is there twice', async (t) => {
  const { one, two } = await twins(t), file = join(one.root, 'r.jsonl');
  await workInBrowser(t, one.folder);
  await record(one.folder, file);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n'), part = join(one.root, 'part.jsonl');
  for (const end of [2, 5, 9]) {
    writeFileSync(part, `${lines.slice(0, end).join('\n')}\n`);
    t.is((await replay(two.folder, part)).failed, 0);
  }
  await replay(two.folder, file);
  t.deepEqual(await workOf(two.folder), await workOf(one.folder));
});

test('proposals and verdicts of a simulated person: the same, whether the proposals are there or come from the recording', async (t) => {
  const { one, two } = await twins(t), file = join(one.root, 'r.jsonl');
  const propose = ({ folder }: Place): Promise<unknown> => proposeMasks({ folder, env: ENV, generator: GRID, options: { workers: 1 } }, NOW);
  await propose(one);
  const truth = await truthOf(one.folder, join(one.root, 'truth.json'));
  await simulateAnnotator({ folder: one.folder, truth, stage: 'semi', giveUp: 'paint', env: ENV, workers: 1 }, NOW + 5);
  await record(one.folder, file);
  const bare = join(one.root, 'bare');
  await initProject({ folder: bare, images: two.images, env: ENV }, NOW);
  t.like(await replay(bare, file), { failed: 0, known: 0 });
  await propose(two);
  const report = await replay(two.folder, file);
  t.like(report, { failed: 0, known: 0, images: 3 });
  t.true(report.verdicts > 2);
  t.deepEqual(await workOf(two.folder), await workOf(one.folder));
  // proposed and judged by one command, the rest done by another
  const three = join(one.root, 'three'), request = { folder: three, env: ENV, generator: GRID, options: { workers: 1 } };
  await initProject({ folder: three, images: two.images, env: ENV }, NOW);
  await t.throwsAsync(proposeAndJudge(request, { recording: truth }, NOW), { code: 'data/recording' });
  t.is(await count(three, 'SELECT count(*) FROM masks'), 0, 'a file that is none is told before anything is proposed');
  const { replayed } = await proposeAndJudge(request, { recording: file }, NOW);
  t.like(replayed, { done: report.verdicts, failed: 0, images: 0 });
  t.is(replayed!.others, report.done - report.verdicts);
  t.is(await count(three, "SELECT count(*) FROM images WHERE state <> 'todo'"), 0);
  t.is(await count(three, "SELECT count(*) FROM masks WHERE status = 'proposed'"), 0);
  t.like(await replay(three, file), { known: report.verdicts, done: report.done - report.verdicts, failed: 0, others: 0 });
  t.deepEqual(await workOf(three), await workOf(one.folder));
  const project = await openProject(bare, 'read');
  t.is(project.database.count("SELECT count(*) FROM masks WHERE status = 'proposed'"), 0);
  t.is(project.database.count(TRUTH), await count(one.folder, TRUTH));
  await project.close();
});

const TRUTH = "SELECT count(*) FROM masks WHERE status IN ('accepted', 'corrected')";
const count = (folder: string, sql: string): Promise<number> => withProject(folder, 'read', ({ database }) => database.count(sql));

test('decoded anew by the same model, prompts give the same masks; another model is asked by itself', async (t) => {
  const { one, two } = await twins(t), file = join(one.root, 'r.jsonl');
  const truth = await truthOf(one.folder, join(one.root, 'truth.json'));
  await simulateAnnotator({ folder: one.folder, truth, maxClicks: 3, acceptIou: 0.3, correctIou: 0.1, env: ENV, workers: 1 }, NOW + 5);
  await record(one.folder, file);
  const report = await replay(two.folder, file, { replayMasks: 'decoded' });
  t.is(report.failed, 0);
  t.is(report.decoded, report.masks);
  t.true(report.masks > 2);
  t.deepEqual(await workOf(two.folder), await workOf(one.folder));
  // the same weights under another hash: as far as the project can tell, another model
  const model = join(one.root, 'model');
  cpSync(TEST_MODEL, model, { recursive: true });
  const json = JSON.parse(readFileSync(join(model, 'model.json'), 'utf8')) as object; // our own file
  writeFileSync(join(model, 'model.json'), JSON.stringify({ ...json, name: 'twin', files: undefined }));
  writeFileSync(join(model, 'decoder.onnx'), Buffer.concat([readFileSync(join(TEST_MODEL, 'decoder.onnx')), Buffer.from([0x9a, 0x06, 0x01, 0x78])]));
  rmSync(two.folder, { recursive: true });
  await initProject({ folder: two.folder, images: two.images, env: ENV, model }, NOW);
  const other = await replay(two.folder, file);
  t.like(other, { failed: 0, decoded: report.masks, model: 'twin' });
  const project = await openProject(two.folder, 'read');
  const twin = modelsOf(project).find(({ name }) => name === 'twin')?.id;
  t.true([...imagesOf(project)].flatMap(({ id }) => masksOf(project, id)).every(({ modelId }) => modelId === twin));
  await project.close();
});

test('every malformed line is told with its number and field; the others are done', async (t) => {
  const { one, two } = await twins(t), file = join(one.root, 'r.jsonl'), bad = join(one.root, 'bad.jsonl');
  await workInBrowser(t, one.folder);
  await record(one.folder, file);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const at = (kind: string): number => lines.findIndex((line) => line.includes(`"kind":"${kind}"`));
  const change = (index: number, to: (event: Record<string, unknown>) => unknown): string => lines.map((line, i) => (i === index ? JSON.stringify(to(JSON.parse(line) as Record<string, unknown>)) : line)).join('\n'); // written above
  const cases: [string, number, RegExp][] = [
    [change(at('reject'), (event) => ({ ...event, about: { made_by: 'nobody-did-this' } })), at('reject'), /was not made here/],
    [change(at('reject'), (event) => ({ ...event, kind: 'burn' })), at('reject'), /"kind" to be one of claim, add.*found "burn"/],
    [change(at('reject'), (event) => ({ ...event, at: 'noon' })), at('reject'), /"at" to be a whole number.*found "noon"/],
    [change(at('finish'), (event) => ({ ...event, outcome: 'gone' })), at('finish'), /"outcome" to be one of todo, done, skipped/],
    [lines.map((line, i) => (i === at('reject') ? line.slice(0, 40) : line)).join('\n'), at('reject'), /one JSON object/],
    [change(at('reject'), (event) => ({ ...event, image: { ...event['image'] as object, sha256: 'f'.repeat(64) } })), at('reject'), /is not in the project/],
  ];
  for (const [text, index, message] of cases) {
    rmSync(two.folder, { recursive: true });
    await initProject({ folder: two.folder, images: two.images, env: ENV }, NOW);
    writeFileSync(bad, text);
    const report = await replay(two.folder, bad);
    t.like(report, { steps: 12, done: 11, failed: 1 }, String(message));
    t.is(report.problems[0]?.record, `line ${index + 1}`);
    t.regex(report.problems[0]?.message ?? '', message);
  }
  const mask = change(at('add'), (event) => ({ ...event, mask: { ...event['mask'] as object, segmentation: { size: [48, 64], counts: 'zzz' } } }));
  writeFileSync(bad, mask);
  rmSync(two.folder, { recursive: true });
  await initProject({ folder: two.folder, images: two.images, env: ENV }, NOW);
  const report = await replay(two.folder, bad);
  t.is(report.problems[0]?.record, `line ${at('add') + 1}`);
  t.true(report.failed > 1, 'what builds on that mask is left out, too');
  for (const [text, code, words] of [
    ['', 'data/recording', /is empty/], ['{"images": []}\n', 'data/recording', /this is no recording/], ['not json\n', 'data/recording', /one JSON object/],
    [`${lines[0]!.replace('"version":1', '"version":2')}\n`, 'data/recording', /newer version of sam/],
  ] as const) {
    writeFileSync(bad, text);
    await t.throwsAsync(replay(two.folder, bad), { code, message: words });
  }
  await t.throwsAsync(replay(two.folder, join(one.root, 'none')), { code: 'usage/input-missing' });
});
