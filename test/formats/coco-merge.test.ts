/** Merging files: the bytes of a run's own file, and what is never overwritten. */
import test, { type ExecutionContext } from 'ava';
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cocoFile, encodeCocoPart, type CocoPart } from '../../src/formats/coco-parts.js';
import { mergeCocoFiles } from '../../src/formats/coco-merge.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { generatedImage } from './generated-image.js';

const WRITE = { force: false, dryRun: false };

/** The file that a run over these images writes; a name with "empty" in it has no masks. */
async function runFile(folder: string, output: string, names: string[]): Promise<string> {
  const parts: CocoPart[] = [];
  for (const [i, fileName] of names.entries()) {
    const path = join(folder, `${output}-part-${i}`);
    const image = generatedImage(fileName);
    await writeFile(path, encodeCocoPart(fileName.includes('empty') ? { ...image, masks: [] } : image, path)[0]!.bytes);
    parts.push({ fileName, width: image.width, height: image.height, path });
  }
  let text = '';
  for await (const piece of cocoFile(parts, 'object')) text += piece;
  const path = join(folder, output);
  await writeFile(path, text);
  return path;
}

test('shards in any order merge into the bytes of one run', async (t) => {
  const folder = await temporaryFolder(t);
  const one = await runFile(folder, 'one.json', ['A.png', 'a.png', 'b/empty.png', 'b/x é.png', 'c.png']);
  const shards = [
    await runFile(folder, 's0.json', ['a.png', 'c.png']), await runFile(folder, 's1.json', []), await runFile(folder, 's2.json', ['A.png', 'b/empty.png', 'b/x é.png']),
  ];
  for (const [i, order] of [shards, shards.toReversed()].entries()) {
    const output = join(folder, `merged-${i}.json`);
    t.deepEqual(await mergeCocoFiles(order, output, WRITE), { files: 3, images: 5, annotations: 8, categories: 1 });
    t.is(await readFile(output, 'utf8'), await readFile(one, 'utf8'));
  }
});

test('runs without masks, and without images', async (t) => {
  const folder = await temporaryFolder(t);
  for (const names of [['empty.png'], []]) {
    const run = await runFile(folder, `run-${names.length}.json`, names), output = join(folder, `merged-${names.length}.json`);
    await mergeCocoFiles([run], output, WRITE);
    t.is(await readFile(output, 'utf8'), await readFile(run, 'utf8'));
  }
});

async function twoFiles(t: ExecutionContext): Promise<{ folder: string; inputs: string[]; output: string }> {
  const folder = await temporaryFolder(t);
  return { folder, inputs: [await runFile(folder, 'x.json', ['a.png']), await runFile(folder, 'y.json', ['b.png'])], output: join(folder, 'out.json') };
}

test('an output with other content is refused without force; with the same content it stays as it is', async (t) => {
  const { inputs, output } = await twoFiles(t);
  await writeFile(output, 'mine');
  const error = await t.throwsAsync(mergeCocoFiles(inputs, output, WRITE), { code: 'usage/output-exists' });
  t.is('file' in error && error.file, output);
  await t.throwsAsync(mergeCocoFiles(inputs, output, { force: false, dryRun: true }), { code: 'usage/output-exists' });
  t.is(await readFile(output, 'utf8'), 'mine');
  await mergeCocoFiles(inputs, output, { force: true, dryRun: false });
  const merged = await readFile(output, 'utf8');
  t.true(merged.startsWith('{"images": [\n{"id":1,'));
  const { ino } = await stat(output);
  await mergeCocoFiles(inputs, output, WRITE);
  t.is(await readFile(output, 'utf8'), merged);
  t.is((await stat(output)).ino, ino, 'not written again');
});

test('a dry run counts and writes nothing', async (t) => {
  const { folder, inputs, output } = await twoFiles(t);
  const before = await readdir(folder);
  t.deepEqual(await mergeCocoFiles(inputs, output, { force: false, dryRun: true }), { files: 2, images: 2, annotations: 4, categories: 1 });
  t.deepEqual(await readdir(folder), before);
});

test('an input is never overwritten, whatever it is called and whatever is forced', async (t) => {
  const { folder, inputs } = await twoFiles(t);
  const before = await readFile(inputs[0]!, 'utf8');
  await symlink(inputs[0]!, join(folder, 'link.json'));
  for (const output of [inputs[0]!, join(folder, '.', 'x.json'), join(folder, 'link.json')]) {
    for (const dryRun of [false, true]) await t.throwsAsync(mergeCocoFiles(inputs, output, { force: true, dryRun }), { code: 'usage/output-in-input' });
  }
  t.is(await readFile(inputs[0]!, 'utf8'), before);
});

test('an input that would come out as it is may be the output', async (t) => {
  const { folder } = await twoFiles(t);
  const run = join(folder, 'x.json');
  t.deepEqual(await mergeCocoFiles([run], run, WRITE), { files: 1, images: 1, annotations: 2, categories: 1 });
});

test('a folder in the output\'s place is refused, also with force', async (t) => {
  const { inputs, output } = await twoFiles(t);
  await mkdir(output);
  await t.throwsAsync(mergeCocoFiles(inputs, output, WRITE), { code: 'usage/output-exists' });
  await t.throwsAsync(mergeCocoFiles(inputs, output, { force: true, dryRun: false }), { code: 'storage/not-writable' });
});

test('inputs that cannot be read are told apart', async (t) => {
  const { folder, inputs, output } = await twoFiles(t);
  const missing = join(folder, 'missing.json'), broken = join(folder, 'broken.json'), list = join(folder, 'list.json');
  await writeFile(broken, '{"images": [');
  await writeFile(list, '[]');
  for (const [input, code] of [[missing, 'usage/input-missing'], [broken, 'data/json'], [list, 'data/coco'], [folder, 'data/json']] as const) {
    const error = await t.throwsAsync(mergeCocoFiles([inputs[0]!, input], output, WRITE), { code });
    t.is('file' in error && error.file, input);
  }
  t.false((await readdir(folder)).includes('out.json'));
});
