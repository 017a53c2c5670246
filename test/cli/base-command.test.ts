/** What every command does with its outcome: exit codes, stdout for the result alone, `--json`, `--quiet`, readers that go away. */
import test from 'ava';
import { spawn } from 'node:child_process';

interface Ended { code: number | null; stdout: string; stderr: string }

/** Runs the demo command; `reader` false closes its stdout at the first bytes. */
async function demo(outcome: string, flags: string[] = [], reader = true): Promise<Ended> {
  const child = spawn(process.execPath, ['dist/test/cli/demo-command.js', '--outcome', outcome, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.stdout += text;
    if (!reader) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { ended.stderr += text; });
  ended.code = await new Promise((resolve) => child.on('close', resolve));
  return ended;
}

test('done: the result on stdout, the story on stderr', async (t) => {
  t.deepEqual(await demo('done'), { code: 0, stdout: 'the result\n', stderr: 'story\n2 images: 2 masked.\n' });
});

test('--quiet: the result alone', async (t) => {
  t.deepEqual(await demo('done', ['--quiet']), { code: 0, stdout: 'the result\n', stderr: '' });
});

test('--json: one object on stdout, nothing else', async (t) => {
  const { code, stdout, stderr } = await demo('done', ['--json']);
  t.is(stdout, '{"schema":1,"ok":true,"command":"demo run","summary":{"images":2},"outputs":["out/a.json"],"warnings":[],"errors":[]}\n');
  t.deepEqual([code, stderr], [0, '']);
});

test('warnings and errors: a line each, names made safe, the place told also where the file\'s name is part of the message', async (t) => {
  const { code, stdout, stderr } = await demo('remarks');
  t.deepEqual([code, stdout], [3, '']);
  t.is(stderr, [
    'story',
    'warning: b.jpg: No colour profile. [image/remark]',
    'error: evil\\u001b[2J.jpg: The image file has no bytes. [image/empty]',
    'error: a -> images[0].file_name: Expected a text, found 3. [data/coco]',
    'error: c.jpg: Out of cheese. [internal/unexpected]', '',
  ].join('\n'));
});

test('--quiet leaves errors, --verbose adds the stacks of our faults', async (t) => {
  const quiet = await demo('remarks', ['--quiet']);
  t.is(quiet.code, 3);
  t.deepEqual(quiet.stderr.match(/^\w+/gm), ['error', 'error', 'error']);
  const verbose = await demo('remarks', ['--verbose']);
  t.true(verbose.stderr.endsWith('Error: Out of cheese.\n    at kitchen\n'), verbose.stderr);
});

test('--json: warnings and errors as records, without stacks, the same exit code', async (t) => {
  const { code, stdout, stderr } = await demo('remarks', ['--json']);
  t.deepEqual([code, stderr], [3, '']);
  t.deepEqual(JSON.parse(stdout), {
    schema: 1, ok: false, command: 'demo run', summary: { images: 2 }, outputs: [],
    warnings: [{ code: 'image/remark', message: 'No colour profile.', file: 'b.jpg' }],
    errors: [
      { code: 'image/empty', message: 'The image file has no bytes.', file: 'evil\u001b[2J.jpg' },
      { code: 'data/coco', message: 'Expected a text, found 3.', file: 'a', record: 'images[0].file_name' },
      { code: 'internal/unexpected', message: 'Out of cheese.', file: 'c.jpg' },
    ],
  });
});

test('a thrown error: its own exit code and its whole place', async (t) => {
  t.deepEqual(await demo('locked'), { code: 6, stdout: '', stderr: 'story\nerror: out: Another run holds the output folder. [locked/output]\n' });
  t.deepEqual(await demo('record'), { code: 4, stdout: '', stderr: 'story\nerror: a.json -> annotations[3] -> segmentation.counts: The runs sum to 5. [data/rle]\n' });
  const { code, stdout } = await demo('record', ['--json']);
  t.deepEqual([code, JSON.parse(stdout)], [4, {
    schema: 1, ok: false, command: 'demo run', summary: {}, outputs: [], warnings: [],
    errors: [{ code: 'data/rle', message: 'The runs sum to 5.', file: 'a.json', record: 'annotations[3]', path: 'segmentation.counts' }],
  }]);
});

test('a fault of ours: exit 1 with its stack', async (t) => {
  const { code, stdout, stderr } = await demo('fault');
  t.deepEqual([code, stdout], [1, '']);
  t.regex(stderr, /^story\nerror: undefined is not a mask \[internal\/unexpected\]\nTypeError: undefined is not a mask\n {4}at /);
  const json = await demo('fault', ['--json']);
  t.deepEqual([json.code, json.stderr], [1, '']);
  t.deepEqual((JSON.parse(json.stdout) as { errors: unknown }).errors, [{ code: 'internal/unexpected', message: 'undefined is not a mask' }]);
});

test('wrong usage: exit 2 with a hint at the help, as JSON too', async (t) => {
  const unknown = await demo('done', ['--outcom', 'x']);
  t.deepEqual([unknown.code, unknown.stdout], [2, '']);
  t.is(unknown.stderr, 'error: There is no flag --outcom: did you mean --outcome? [usage/option]\nSee: sam demo run --help\n');
  const json = await demo('done', ['--nothing-like-it', '--json']);
  t.deepEqual([json.code, json.stderr], [2, '']);
  t.deepEqual((JSON.parse(json.stdout) as { errors: unknown }).errors, [{ code: 'usage/option', message: 'There is no flag --nothing-like-it.' }]);
  const both = await demo('done', ['--quiet', '--verbose']);
  t.is(both.code, 2);
  t.regex(both.stderr, /--quiet=true cannot also be provided when using --verbose|--verbose/);
});

test('a wrong value: the option\'s own sentence, as JSON too', async (t) => {
  const message = '--points expects a whole number from 1 to 9, got "abc".';
  const { code, stdout, stderr } = await demo('done', ['--points', 'abc']);
  t.deepEqual([code, stdout, stderr.split('\n')[0]], [2, '', `error: ${message} [usage/option]`]);
  const json = await demo('done', ['--points', 'abc', '--json']);
  t.deepEqual([json.code, (JSON.parse(json.stdout) as { errors: unknown }).errors], [2, [{ code: 'usage/option', message }]]);
});

test('a reader that goes away is no error', async (t) => {
  const { code, stdout, stderr } = await demo('long', [], false);
  t.deepEqual([code, stderr], [0, 'story\n']);
  t.true(stdout.startsWith('a line of the result\n'));
});

test('a long result arrives whole', async (t) => {
  t.is((await demo('long')).stdout.length, 200_000 * 'a line of the result\n'.length);
});
