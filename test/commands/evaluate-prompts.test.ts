/** `sam evaluate prompts` from outside: the table, one JSON object, the files, thresholds and exit codes. */
import test from 'ava';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawRegions } from '../folder/drawn-regions.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { EMBEDDED, runJson, runSam } from './run-sam.js';

interface Chain { iou: number[]; noc: Record<string, { mean: number; reached: number }> }
interface Scores { all: { regions: number; box: number; noisyBox: number; top: Chain; best: Chain } }

test('a table for people; numbers and curves as files, the same again', async (t) => {
  const folder = await temporaryFolder(t);
  const { annotations, images } = await drawRegions(folder);
  const output = join(folder, 'numbers.json'), plot = join(folder, 'curves.png');
  const command = ['evaluate', 'prompts', annotations, '--images', images, '--clicks', '2', '--output', output, '--plot', plot];
  const { code, stdout, stderr } = await runSam(command);
  t.is(code, 0, stderr);
  t.regex(stdout, /^mean IoU +all +small +medium +large\nregions +4 +2 +2 +-\nbox +0\.\d{3} +0\.\d{3} +0\.\d{3} +-\nnoisy box /);
  t.regex(stdout, /\n {2}2 +0\.\d{3}.*\n {2}NoC@85 +[12]\.\d\d \(\d+%\)/);
  t.regex(stderr, /tiny on 4 regions of 2 images/);
  const numbers = JSON.parse(readFileSync(output, 'utf8')) as { schema: number; command: string; scores: Scores; protocol: object };
  t.is(numbers.schema, 1);
  t.like(numbers.protocol, { clicks: 2, seed: 0, noise: { deviation: 0.1, most: 20 } });
  t.is(readFileSync(plot).subarray(1, 4).toString(), 'PNG');
  const before = statSync(plot).mtimeMs;
  const again = await runJson(t, [...command, '--workers', '2']);
  t.is(again.code, 0);
  t.deepEqual(again.outputs, [output, plot]);
  t.deepEqual(again.summary['scores'], numbers.scores, 'the summary has the numbers of the file');
  t.is(statSync(plot).mtimeMs, before, 'the same bytes are left as they are');
});

test('other content is not overwritten, and the numbers are shown all the same', async (t) => {
  const folder = await temporaryFolder(t);
  const { annotations, images } = await drawRegions(folder);
  const output = join(folder, 'numbers.json'), plot = join(folder, 'curves.png');
  writeFileSync(output, 'mine');
  const command = ['evaluate', 'prompts', annotations, '--images', images, '--clicks', '1', '--output', output, '--plot', plot];
  const refused = await runSam(command);
  t.is(refused.code, 2, refused.stderr);
  t.regex(refused.stdout, /^mean IoU/);
  t.regex(refused.stderr, /--force/);
  t.is(readFileSync(output, 'utf8'), 'mine');
  t.false(existsSync(plot), 'both files or none');
  t.is((await runSam([...command, '--force'])).code, 0);
  t.true(existsSync(plot));
});

test('thresholds that are not met exit 7 and say by how much', async (t) => {
  const folder = await temporaryFolder(t);
  const { annotations, images } = await drawRegions(folder);
  const command = ['evaluate', 'prompts', annotations, '--images', images, '--clicks', '1'];
  t.is((await runSam([...command, '--min-box-iou', '0.1', '--max-noc85', '1'])).code, 0);
  const missed = await runJson(t, [...command, '--min-box-iou', '0.999']);
  t.is(missed.code, 7);
  t.is(missed.errors[0]?.code, 'threshold/not-met');
  t.regex(missed.errors[0]?.message ?? '', /--min-box-iou 0\.999 is not met: it is 0\.\d{4}/);
});

test('what is not there or cannot be read', async (t) => {
  const folder = await temporaryFolder(t);
  const { annotations, images } = await drawRegions(folder);
  const code = async (...argv: string[]): Promise<number | null> => (await runSam(['evaluate', 'prompts', ...argv])).code;
  writeFileSync(join(folder, 'empty.json'), '');
  writeFileSync(join(folder, 'broken.json'), '{"images": [');
  t.is(await code(join(folder, 'gone.json'), '--images', images), 2);
  t.is(await code(annotations, '--images', join(folder, 'nowhere')), 2);
  t.is(await code(join(folder, 'empty.json'), '--images', images), 4);
  t.is(await code(join(folder, 'broken.json'), '--images', images, '--from', 'coco'), 4);
  t.is(await code(annotations, '--images', images, '--model', 'no-such-model'), 5);
  t.is(await code(annotations, '--images', images, '--clicks', '0'), 2);
  t.is(await code(annotations, '--images', images, '--output', join(folder, 'x'), '--plot', join(folder, 'x')), 2);
  t.is(await code(annotations, '--images', images, '--regions', join(folder, 'gone.json')), 2);
  t.is(await code(annotations), 2);
});

test('an image that is not there costs its regions: exit 3, with its record', async (t) => {
  const folder = await temporaryFolder(t);
  const { annotations, images, json } = await drawRegions(folder);
  writeFileSync(annotations, JSON.stringify({ ...json, images: json.images.map((image) => (image['file_name'] === 'b.png' ? { ...image, file_name: 'gone.png' } : image)) }));
  const { code, errors, summary } = await runJson(t, ['evaluate', 'prompts', annotations, '--images', images, '--clicks', '1']);
  t.is(code, 3);
  t.deepEqual(errors.map(({ code: what, file, record }) => [what, file, record]), [['image/missing', 'gone.png', 'image 1']]);
  // what --json promises
  t.is((summary['scores'] as Scores).all.regions, 2);
});

const BSDS = '../shared/data/bsds500-val';
(existsSync(BSDS) ? test : test.skip)('the embedded model on human regions: the figures of its card', async (t) => {
  const { code, summary } = await runJson(t, ['evaluate', 'prompts', `${BSDS}/instances.json`, '--images', `${BSDS}/images`, '--regions', `${BSDS}/regions.json`, '--clicks', '1'], EMBEDDED);
  t.is(code, 0);
  const { all } = summary['scores'] as Scores;
  t.is(all.regions, 790);
  const card = readFileSync('models/README.md', 'utf8');
  for (const [row, value] of [['box', all.box], ['1 click, top-scored mask first', all.top.iou[0]!], ['1 click, best of three first', all.best.iou[0]!]] as const) {
    const [, figure] = new RegExp(`^\\| ${row} \\| (0\\.\\d{3}) \\|`, 'm').exec(card) ?? [];
    t.true(Math.abs(Number(figure) - value) < 0.002, `${row}: the card says ${figure}, found ${value}`);
  }
});
