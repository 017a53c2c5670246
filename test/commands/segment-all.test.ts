/** `sam segment-all` as a stranger types it: wrong flags, wrong paths, spoilt images and odd names, each with its exit code and its sentence. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { printableName } from '../../src/errors.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { runJson, runSam, takeScene, workplace, type SamOptions } from './run-sam.js';

const QUICK = ['--points-per-side', '2'];

/** Runs in text and with --json: the same exit code, the same code and message, no output. */
async function refused(t: ExecutionContext, args: readonly string[], code: number, error: string, message: RegExp, options: SamOptions = {}): Promise<void> {
  const words = ['segment-all', ...args];
  const said = await runSam(words, options);
  t.is(said.code, code, `${words.join(' ')}: ${said.stderr}`);
  t.is(said.stdout, '');
  t.regex(said.stderr, /^error: [^\n]+ \[[a-z-]+\/[a-z-]+\]\n(See: sam segment-all --help\n)?$/, 'one line, and perhaps where to read more');
  t.true(said.stderr.includes(`[${error}]`), said.stderr);
  t.regex(said.stderr, message);
  const json = await runJson(t, words, options);
  t.is(json.code, code);
  t.like(json, { ok: false, command: 'segment-all', summary: {}, outputs: [], warnings: [] });
  t.is(json.errors.length, 1);
  t.is(json.errors[0]?.code, error);
  t.regex(json.errors[0]?.message ?? '', message);
}

test('wrong flags exit 2 and say what was expected and what was typed', async (t) => {
  const { input, output } = await workplace(t);
  const rows: [string[], RegExp][] = [
    [['--bogus'], /There is no flag --bogus\./],
    [['--point-per-side', '8'], /no flag --point-per-side: did you mean --points-per-side\?/],
    [['-rf.png'], /no flag -rf\.png: write -- before names/],
    [['--points-per-side', '0'], /--points-per-side expects a whole number from 1 to 512, got 0\./],
    [['--points-per-side', '2.5'], /a whole number from 1 to 512, got 2\.5\./],
    [['--points-per-side', 'many'], /a whole number from 1 to 512, got "many"\./],
    [['--points-per-side', ''], /a whole number from 1 to 512, got ""\./],
    [['--points-per-side'], /--points-per-side expects a value/],
    [['--points-per-side', '2', '--points-per-side', '3'], /--points-per-side can only be specified once/],
    [['--pred-iou-thresh', '1.01'], /--pred-iou-thresh expects a number from 0 to 1, got 1\.01\./],
    [['--pred-iou-thresh', 'Infinity'], /a number from 0 to 1, got "Infinity"\./],
    [['--format', 'yolo'], /--format expects one of sa1b, coco, png, got "yolo"\./],
    [['--category', ''], /--category expects a text that is not empty/],
    [['--shard', '3/3'], /--shard expects i\/n with i from 0 to n-1, for example 0\/4, got "3\/3"\./],
    [['--shard', 'half'], /--shard expects i\/n/],
    [['--quiet', '--verbose'], /--verbose=true cannot also be provided when using --quiet/],
    [['--min-area', '0.5', '--max-area', '0.1'], /--min-area 0\.5 is above --max-area 0\.1/],
    [['--workers', '0'], /--workers expects a whole number from 1 to 1024, got 0\./],
  ];
  for (const [flags, message] of rows) await refused(t, [input, '--output', output, ...flags], 2, 'usage/option', message);
  await refused(t, [input], 2, 'usage/option', /Missing required flag output/);
  await refused(t, ['--output', output], 2, 'usage/option', /Missing 1 required arg: input/);
  await refused(t, [input, '--output', ''], 2, 'usage/option', /--output expects a folder, got ""/);
  t.false(existsSync(output), 'nothing was written');
});

test('inputs that are not there, or hold no image, exit 2', async (t) => {
  const { root, input, output } = await workplace(t);
  mkdirSync(join(root, 'empty'));
  mkdirSync(join(root, 'notes'));
  writeFileSync(join(root, 'notes/a.txt'), 'a');
  writeFileSync(join(root, 'notes/b.gif'), 'b');
  await refused(t, [join(root, 'nope'), '--output', output], 2, 'usage/input-missing', /nope: there is no such file or folder\./);
  await refused(t, ['', '--output', output], 2, 'usage/input-missing', /is a variable not set\?/);
  await refused(t, [join(root, 'empty'), '--output', output], 2, 'usage/no-images', /empty: nothing is there\. .*\.jpg, \.jpeg, \.png, \.webp, \.tif, \.tiff\./);
  await refused(t, [join(root, 'notes'), '--output', output], 2, 'usage/no-images', /skipped: 1 × \.txt, 1 × \.gif\./);
  await refused(t, [join(root, '*.png'), '--output', output], 2, 'usage/no-images', /No image in .*\*\.png/);
  takeScene('icon.png', join(input, 'icon.jpg'));
  await refused(t, [input, '--output', output], 2, 'usage/name-collision', /"icon\.jpg" and "icon\.png" both claim the output icon\.json/);
  t.false(existsSync(output), 'nothing was written');
});

test('a command that does not exist is told as every error is, with those spelt alike', async (t) => {
  const said = await runSam(['segment-al', 'in']);
  t.deepEqual([said.code, said.stdout], [2, '']);
  t.regex(said.stderr, /^error: There is no command "segment-al in?": did you mean sam segment-all\? \[usage\/option\]\n$/);
  t.like(await runJson(t, ['segment-al']), { code: 2, command: 'segment-al' });
});

/** A PNG that promises any size and holds no pixel. */
function pngPromising(side: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IEND', Buffer.alloc(0))]);
}

/** What spoils an image, and what must be said of it. */
const SPOILT: Record<string, { make: (path: string) => void; code: string; message: RegExp; lenient?: true }> = {
  'big.png': { make: (path) => { writeFileSync(path, pngPromising(20_000)); }, code: 'image/too-large', message: /20000 x 20000 = 400000000 pixels, more than --max-pixels 268435456/ },
  'cut.jpg': { make: (path) => { writeFileSync(path, readFileSync('fixtures/scenes/beach.jpg').subarray(0, 20_000)); }, code: 'image/truncated', message: /The JPEG ends early or is damaged .*--lenient/, lenient: true },
  'half.png': { make: (path) => { writeFileSync(path, readFileSync('fixtures/scenes/fruit.png').subarray(0, 20_000)); }, code: 'image/truncated', message: /The PNG ends early or is damaged .*--lenient/, lenient: true },
  'pipe.png': { make: (path) => { spawnSync('mkfifo', [path]); }, code: 'image/unreadable', message: /a named pipe/ },
  'text.jpg': { make: (path) => { writeFileSync(path, 'Dear diary'); }, code: 'image/format', message: /looks like text, expected JPEG, PNG, WebP or TIFF; the name says JPEG/ },
  'vector.png': { make: (path) => { writeFileSync(path, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'); }, code: 'image/format', message: /looks like SVG, expected .*; the name says PNG/ },
  'zero.jpg': { make: (path) => { writeFileSync(path, ''); }, code: 'image/empty', message: /The image file has no bytes/ },
};
const NAMES = Object.keys(SPOILT);

test('spoilt images exit 3, each with its reason, by name; the others are done', async (t) => {
  const { root, input, output } = await workplace(t);
  for (const [name, { make }] of Object.entries(SPOILT)) make(join(input, name));
  const said = await runSam(['segment-all', input, '--output', output, ...QUICK]);
  t.is(said.code, 3);
  t.is(said.stdout, '');
  const errors = said.stderr.split('\n').filter((line) => line.startsWith('error: '));
  t.is(errors.length, NAMES.length);
  for (const [i, [name, { code, message }]] of Object.entries(SPOILT).entries()) {
    t.true(errors[i]?.includes(name) && errors[i].endsWith(`[${code}]`), errors[i]);
    t.regex(errors[i] ?? '', message);
  }
  t.regex(said.stderr, /\n8 images: 1 masked, 7 failed; \d+ masks in .*out\. The same command tries the failed ones again\.\n$/);
  t.deepEqual(readdirSync(output).sort(), ['.sam', 'icon.json']);

  const json = await runJson(t, ['segment-all', input, '--output', join(root, 'json'), ...QUICK]);
  t.is(json.code, 3);
  t.like(json.summary, { images: 8, done: 1, skipped: 0, failed: 7 });
  t.deepEqual(json.outputs, [join(root, 'json/icon.json')]);
  t.deepEqual(json.errors.map(({ code, file }) => [file, code]), Object.entries(SPOILT).map(([name, { code }]) => [name, code]));

  const lenient = await runJson(t, ['segment-all', input, '--output', join(root, 'lenient'), '--lenient', ...QUICK]);
  t.like(lenient.summary, { images: 8, done: 3, failed: 5 });
  t.deepEqual(lenient.warnings.map(({ code, file }) => [file, code]), NAMES.filter((name) => SPOILT[name]?.lenient).map((name) => [name, 'image/remark']));
  t.regex(lenient.warnings[0]?.message ?? '', /Damaged, decoded as far as possible/);
});

test('what may not be read or written is said to be so', async (t) => {
  const { root, input, output } = await workplace(t);
  takeScene('icon.png', join(input, 'secret.png'));
  for (const folder of ['private', 'closed']) mkdirSync(join(root, folder));
  for (const [path, mode] of [['', 0o777], ['in/secret.png', 0], ['private', 0], ['closed', 0o555]] as const) chmodSync(join(root, path), mode);
  // root may read everything, so it asks a nobody to try
  const options: SamOptions = process.getuid?.() === 0 ? { uid: 65534 } : {};
  t.teardown(() => { for (const folder of ['private', 'closed']) chmodSync(join(root, folder), 0o700); });
  const item = await runJson(t, ['segment-all', input, '--output', output, ...QUICK], options);
  t.is(item.code, 3);
  t.deepEqual(item.errors.map(({ code, file }) => [code, file]), [['image/unreadable', 'secret.png']]);
  await refused(t, [join(root, 'private'), '--output', output], 2, 'usage/input-missing', /private: the folder cannot be read/, options);
  await refused(t, [input, '--output', join(root, 'closed/out')], 8, 'storage/not-writable', /Cannot write .*closed\/out: permission denied/, options);
  await refused(t, [input, '--output', join(root, 'private/out')], 8, 'storage/not-writable', /Cannot write .*private\/out: permission denied/, options);
});

const ODD = ['-rf.png', 'new\nline.png', '\u{1f600}.png', '"quoted" \'too\'.png', `${'x'.repeat(246)}.png`, 'esc\u001b[31mred\u0007.png', '\u202egnp.png', '%s $HOME `id`.png'];

test('odd names go all the way, and none reaches the terminal raw', async (t) => {
  const { root, input, output } = await workplace(t, []);
  for (const name of ODD) takeScene('icon.png', join(input, name));
  takeScene('icon.png', join(input, 'belied\u001b[2J.jpg'));
  writeFileSync(join(input, 'empty\u001b[2J.png'), '');
  const wild = join(root, 'out\u001b[2J');
  const runs = [
    await runSam(['segment-all', input, '--output', wild, '--dry-run']),
    await runSam(['segment-all', input, '--output', wild, '--verbose', '--profile', ...QUICK]),
    await runSam(['segment-all', input, '--output', wild, ...QUICK, '--max-area', '0.9']),
    await runSam(['segment-all', join(root, 'no\u001b[2J'), '--output', wild]),
    await runSam(['segment-all', input, '--output', wild, '--\u001b[2J']),
    await runSam(['segment-all', input, '--output', wild, '--model', 'm\u001b[2J']),
    await runSam(['segment-all', input, '--output', wild, '--model', './m\u001b[2J']),
    await runSam(['segment-all', input, '--output', wild, '--points-per-side', '\u001b[2J']),
    await runSam(['segment\u001b[2J']),
  ];
  t.deepEqual(runs.map(({ code }) => code), [0, 3, 2, 2, 2, 5, 5, 2, 2]);
  for (const { stdout, stderr } of runs) {
    t.notRegex(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    t.true(stdout.includes('\\u001b[2J') || stderr.includes('\\u001b[2J'), stderr);
  }
  const json = await runJson(t, ['segment-all', input, '--output', output, ...QUICK]);
  t.like(json.summary, { images: 10, done: 9, failed: 1 });
  for (const name of ODD) {
    const { image } = JSON.parse(readFileSync(join(output, `${name.slice(0, -4)}.json`), 'utf8')) as { image: { file_name: string } }; // sa1b's form
    t.is(image.file_name, name, printableName(name));
  }
  t.deepEqual(json.errors.map(({ file }) => file), ['empty\u001b[2J.png'], 'programs get names as they are');
});

test('a name that begins with a dash, named directly', async (t) => {
  const folder = await temporaryFolder(t);
  takeScene('icon.png', join(folder, '-rf.png'));
  for (const words of [['--', '-rf.png'], ['./-rf.png']]) {
    t.is((await runSam(['segment-all', '--output', `out${words.length}`, ...QUICK, ...words], { cwd: folder })).code, 0);
    t.true(existsSync(join(folder, `out${words.length}`, '-rf.json')));
  }
});

/** Every flag that this command promises, and the default that --help names. */
const FLAGS: Record<string, string | undefined> = {
  output: undefined, model: '$SAM_MODEL, else embedded', format: 'sa1b', category: 'object', profile: undefined,
  'points-per-side': '32', 'points-per-batch': undefined, 'pred-iou-thresh': '0.88', 'stability-score-thresh': '0.95', 'stability-score-offset': '1',
  'box-nms-thresh': '0.7', 'crop-n-layers': '0', 'crop-nms-thresh': '0.7', 'crop-overlap-ratio': String(512 / 1500), 'crop-n-points-downscale-factor': '1',
  'min-mask-region-area': '0', 'mask-nms-thresh': undefined, 'min-area': '0', 'max-area': '1', 'max-pixels': '268435456', lenient: undefined,
  workers: undefined, threads: undefined, shard: undefined, '[no-]resume': undefined, force: undefined, 'dry-run': undefined,
  json: undefined, quiet: undefined, verbose: undefined, '[no-]color': undefined,
};

test('--help shows two examples, and the promised flags with their defaults and no others', async (t) => {
  const { code, stdout, stderr } = await runSam(['segment-all', '--help']);
  t.deepEqual([code, stderr], [0, '']);
  t.is(stdout.split('EXAMPLES')[1]?.match(/\$ sam segment-all /g)?.length, 2);
  const entries = stdout.split(/\n(?= {2,6}(?:-\w, )?--)/).slice(1).map((entry) => entry.split('\n\n')[0]?.replace(/\s+/g, ' ') ?? '');
  const shown = Object.fromEntries(entries.map((entry) => [/--([a-z[\]-]+)/.exec(entry)?.[1] ?? entry, /\[default: ([^\]]+)\]/.exec(entry)?.[1]]));
  t.deepEqual(shown, FLAGS);
  t.is((await runSam(['segment-all', '-h'])).stdout, stdout);
});
