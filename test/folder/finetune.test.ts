/** Fine-tuning around its Python program: which Python, what it is handed, what its end means, and that nothing is left of one that was ended. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { finetuneModel } from '../../src/folder/finetune.js';
import type { FinetuneReport, FinetuneRequest, FinetuneRun } from '../../src/folder/finetune-options.js';
import { findTrainingPython } from '../../src/folder/training-python.js';
import { locateModel } from '../../src/models/locate.js';
import { modelSha256 } from '../../src/models/located-model.js';
import { rleToCoco } from '../../src/mask/rle-string.js';
import { runSam, SAM } from '../commands/run-sam.js';
import { boxMask, drawPng, HEIGHT, WIDTH } from '../engine/scenes.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { TEST_MODEL } from '../test-model.js';
import { start } from './child.js';
import { fakePython, hollowModel } from './fake-python.js';

interface Place { root: string; images: string; dataset: string; model: string; output: string; python: string }

const NAMES = ['a.png', 'b.png', 'deep/c.png', 'empty.png'];

/** Three drawn images with a mask or two, one of them a crowd, and one without. */
async function place(t: ExecutionContext): Promise<Place> {
  const root = await temporaryFolder(t), images = join(root, 'images'), dataset = join(root, 'things.json');
  for (const [i, name] of NAMES.entries()) await drawPng(join(images, name), i);
  const annotation = (id: number, image: number, more: object = {}): object => ({ id, image_id: image, category_id: 1, iscrowd: 0, segmentation: rleToCoco(boxMask(2 * id, 3, 2 * id + 9, 12)), ...more });
  writeFileSync(dataset, JSON.stringify({
    images: NAMES.map((name, i) => ({ id: 10 + i, file_name: name, width: WIDTH, height: HEIGHT })), categories: [{ id: 1, name: 'thing' }],
    annotations: [annotation(1, 10), annotation(2, 10, { segmentation: [[1, 1, 20, 1, 20, 20, 1, 20]] }), annotation(3, 11), annotation(4, 12), annotation(5, 12, { iscrowd: 1 }), annotation(6, 12, { segmentation: undefined, bbox: [1, 1, 5, 5] })],
  }));
  return { root, images, dataset, model: hollowModel(join(root, 'model')), output: join(root, 'tuned'), python: fakePython(root) };
}

const tune = (at: Place, mode: string, more: Partial<FinetuneRequest> = {}, run: FinetuneRun = {}): Promise<FinetuneReport> =>
  finetuneModel({ dataset: at.dataset, images: at.images, model: at.model, output: at.output, python: at.python, env: { ...process.env, FAKE: mode }, ...more }, run);

/** What stands beside the inputs. */
const left = ({ root }: Place): string[] => readdirSync(root).filter((name) => !['images', 'things.json', 'model', 'python', 'log.json', 'sa1b'].includes(name)).sort();

test('the program gets the masks of the images that have some, and the new model has its lineage', async (t) => {
  const at = await place(t), log = join(at.root, 'log.json'), lines: string[] = [];
  const report = await tune(at, 'better', { env: { ...process.env, FAKE: 'better', FAKE_LOG: log }, options: { minutes: 2, steps: 7, incomplete: true, threads: 1 } }, { tell: (line) => { lines.push(line); } });
  t.deepEqual(report.tuned, { pictures: 3, heldBack: 1, steps: 9, before: { box: 0.5, top: 0.25, best: 0.375 }, after: { box: 0.75, top: 0.25, best: 0.375 }, isBetter: true });
  t.like(report.dataset, { format: 'coco', images: 3, masks: 4, problems: [] });
  t.deepEqual(lines, ['learning']);
  const { words, cwd, dataset } = JSON.parse(readFileSync(log, 'utf8')) as { words: string[]; cwd: string; dataset: { images: { id: number; file_name: string }[]; annotations: { image_id: number; segmentation: { counts: unknown } }[] } }; // what fake-python.ts writes
  t.is(cwd, resolve('.'), 'a folder `training` where the user is must not be taken for ours');
  t.deepEqual(words.slice(0, 2), ['-m', 'training.finetune']);
  t.is(words[words.indexOf('--side') + 1], '64', 'the side of the model');
  t.true(words.includes('--incomplete') && words.includes('--end-with-stdin'));
  t.deepEqual(dataset.images.map(({ file_name: name }) => name), ['a.png', 'b.png', 'deep/c.png']);
  t.deepEqual(dataset.annotations.map(({ image_id: id }) => id), [1, 1, 2, 3]);
  t.true(dataset.annotations.every(({ segmentation }) => typeof segmentation.counts === 'string'), 'one form of masks, whatever came');
  const located = await locateModel(at.output, { env: {} }), parent = await locateModel(at.model, { env: {} });
  t.is(located.name, 'tuned');
  t.deepEqual(located.json?.lineage, { parent: { name: 'model', sha256: modelSha256(parent.files) }, dataset: { name: 'things.json', sha256: report.dataset.sha256 }, steps: 9 });
  t.deepEqual(left(at), ['tuned']);
  await t.throwsAsync(tune(at, 'better'), { code: 'usage/output-exists' });
});

test('what is not better is a result of its own; a program that fails is told with its last words, and nothing is left', async (t) => {
  const at = await place(t);
  t.like((await tune(at, 'worse')).tuned, { isBetter: false });
  for (const [mode, message] of [['fails', /status 1: RuntimeError: the tensors are tired/], ['killed', /SIGKILL.*memory/], ['lies', /there is no model/], ['babbles', /other words than expected.*done/]] as const) {
    await t.throwsAsync(tune(at, mode), { code: 'model/training', message }, mode);
  }
  t.deepEqual(left(at), []);
});

test('the command: a table, exit 7 for what is not better, nothing written by a dry run', async (t) => {
  const at = await place(t), words = ['models', 'finetune', at.dataset, '--images', at.images, '--model', at.model, '--output', at.output, '--python', at.python];
  const dry = await runSam([...words, '--dry-run'], { env: { FAKE: 'fails' } });
  t.is(dry.code, 0, dry.stderr);
  t.regex(dry.stderr, /Would train model on 4 masks on 3 images \(coco\)/);
  const worse = await runSam([...words, '--json'], { env: { FAKE: 'worse' } });
  t.is(worse.code, 7);
  t.is(worse.stderr, '', 'with --json nothing but the object');
  t.like(JSON.parse(worse.stdout), { ok: false, outputs: [], summary: { tuned: { isBetter: false, steps: 9 } }, errors: [{ code: 'threshold/not-better' }] });
  t.deepEqual(left(at), []);
  const better = await runSam(words, { env: { FAKE: 'better' } });
  t.is(better.code, 0, better.stderr);
  t.regex(better.stdout, /mean IoU +before +after\nbox +0\.500 +0\.750\n/);
  t.regex(better.stderr, /^learning\n.*--model .*tuned/s);
});

test('which Python: who names one means it; else the environment that is active, python3, python; each that lacks something is told', async (t) => {
  const root = await temporaryFolder(t), good = join(root, 'good'), bin = join(root, 'venv/bin');
  for (const folder of [good, bin]) mkdirSync(folder, { recursive: true });
  const python = fakePython(good), inVenv = fakePython(bin);
  t.like(await findTrainingPython(python, { FAKE: '' }), { command: python, version: '3.12.1', packages: { torch: '1.0' } });
  t.is((await findTrainingPython(join(root, 'venv'), {})).command, inVenv, 'the folder of an environment');
  t.is((await findTrainingPython(undefined, { SAM_PYTHON: python, VIRTUAL_ENV: join(root, 'venv') })).command, python);
  t.is((await findTrainingPython(undefined, { VIRTUAL_ENV: join(root, 'venv'), PATH: good })).command, inVenv);
  t.is((await findTrainingPython(undefined, { VIRTUAL_ENV: join(root, 'gone'), PATH: good })).command, 'python', 'the first that fits');
  const lacking = { FAKE_LACKS: 'torch,onnx', VIRTUAL_ENV: join(root, 'venv'), PATH: good };
  const message = /bin\/python \(of VIRTUAL_ENV\) \(3\.12\.1\) lacks torch, onnx; python3 cannot be started; python \(3\.12\.1\) lacks torch, onnx\. These two commands make one: python3 -m venv sam-python && sam-python\/bin\/pip install -r .*training\/requirements\.txt/;
  await t.throwsAsync(findTrainingPython(undefined, lacking), { code: 'usage/no-python', message });
  await t.throwsAsync(findTrainingPython('/nowhere/python', { PATH: good }), { code: 'usage/no-python', message: /Tried: \/nowhere\/python \(of --python\) cannot be started\. / }, 'another is not taken in its place');
  await t.throwsAsync(findTrainingPython('/bin/true', {}), { code: 'usage/no-python', message: /answered something else/ });
});

test('a dataset and a model that do not fit are refused before anything is trained', async (t) => {
  const at = await place(t), whole = readFileSync(at.dataset, 'utf8');
  await t.throwsAsync(tune(at, 'better', { model: 'mobile-sam' }), { code: 'model/unfit', message: /trained elsewhere/ });
  await t.throwsAsync(tune(at, 'better', { model: TEST_MODEL }), { code: 'model/unfit', message: /16 x 16 cells where its masks have 64 x 64/ });
  await t.throwsAsync(tune(at, 'better', { images: join(at.root, 'model') }), { code: 'image/missing', message: /--lenient/ });
  await t.throwsAsync(tune(at, 'better', { dataset: join(at.root, 'none.json') }), { code: 'usage/input-missing' });
  writeFileSync(at.dataset, whole.replace(`"b.png","width":${WIDTH}`, '"b.png","width":63'));
  await t.throwsAsync(tune(at, 'better'), { code: 'data/record' }, 'its mask has another size then');
  await drawPng(join(at.images, 'b.png'), 1, 20, 30);
  writeFileSync(at.dataset, whole);
  const error = await t.throwsAsync(tune(at, 'better'), { code: 'image/size', message: /Expected 64 x 48 pixels.*found 20 x 30/ });
  t.like(error, { file: 'b.png', record: 'image 11' });
  const lenient = await tune(at, 'better', { options: { lenient: true } });
  t.like(lenient.dataset, { images: 2, problems: [{ code: 'image/size', file: 'b.png' }] });
  await drawPng(join(at.images, 'a.png'), 1, 20, 30);
  await t.throwsAsync(tune(at, 'better', { output: join(at.root, 'other'), options: { lenient: true } }), { code: 'usage/no-images', message: /at least 2 images.*found 1/ });
  t.deepEqual(left(at), ['tuned']);
});

const linux = existsSync('/proc/self/environ') ? test : test.skip;

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
  linux(`${signal} ends the program with all that it started; no half folder is left`, async (t) => {
    const at = await place(t);
    const running = start([process.execPath, SAM, 'models', 'finetune', at.dataset, '--images', at.images, '--model', at.model, '--output', at.output, '--python', at.python], { FAKE: 'hangs' });
    while (!existsSync(`${at.output}.part/encoder.onnx`)) await sleep(20);
    process.kill(running.child.pid!, signal);
    const end = await running.end;
    t.is(end.code, code, end.stderr);
    t.regex(end.stderr, /^error: Interrupted/m);
    t.true(await running.isGone());
    t.deepEqual(left(at), []);
  });
}

linux('killed without a word, it takes a program that minds its stdin with it, and the same command goes on', async (t) => {
  const at = await place(t);
  const words = ['models', 'finetune', at.dataset, '--images', at.images, '--model', at.model, '--output', at.output, '--python', at.python];
  const running = start([process.execPath, SAM, ...words], { FAKE: 'waits' });
  while (!existsSync(`${at.output}.part/encoder.onnx`)) await sleep(20);
  running.child.kill('SIGKILL');
  await running.end;
  while (existsSync(`${at.output}.part`)) await sleep(20);
  t.false(existsSync(at.output));
  const again = await runSam(words, { env: { FAKE: 'better' } });
  t.is(again.code, 0, again.stderr);
  t.deepEqual(left(at), ['tuned']);
});
