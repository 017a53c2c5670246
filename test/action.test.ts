/** The GitHub Action as far as it goes without GitHub: its wiring, its script under a made-up environment, and that no input becomes a program. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { parse } from 'yaml';
import { temporaryFolder } from './files/temporary-folder.js';

interface Step { id?: string; if?: string; uses?: string; run?: string; shell?: string; with?: Record<string, string>; env?: Record<string, string> }
interface Action { inputs: Record<string, { description?: string; required?: boolean; default?: string }>; outputs: Record<string, { value: string }>; runs: { using: string; steps: Step[] } }
interface Workflow { permissions?: unknown; jobs: Record<string, { steps: Step[] }> }

// both files are this project's own; the first test looks at what matters of them
const action = parse(readFileSync('action.yml', 'utf8')) as Action;
const page = readFileSync('docs/ci.md', 'utf8');
const workflows = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, block = '']) => parse(block) as Workflow);
const SCRIPT = resolve('scripts/action.sh');

test('the action: every input is described and used, and none is part of a script', (t) => {
  t.is(action.runs.using, 'composite');
  const script = readFileSync(SCRIPT, 'utf8');
  const whole = JSON.stringify(action.runs.steps);
  for (const [name, { description }] of Object.entries(action.inputs)) {
    t.truthy(description, name);
    t.true(whole.includes(`inputs.${name}`), `${name} is used`);
  }
  for (const { run, shell, env = {} } of action.runs.steps) {
    if (run === undefined) continue;
    t.is(shell, 'bash');
    t.regex(run, /^bash "\$GITHUB_ACTION_PATH\/scripts\/action\.sh" (install|model|pull|run)$/);
    for (const [name, value] of Object.entries(env)) {
      t.regex(value, /^\$\{\{ (inputs|steps\.\w+\.outputs)\.[\w-]+ \}\}$/);
      t.true(script.includes(name), `${name} is read`);
      if (name.startsWith('SAM_INPUT_')) t.is(value, `\${{ inputs.${name.slice('SAM_INPUT_'.length).toLowerCase().replaceAll('_', '-')} }}`);
    }
  }
  const given = new Set(action.runs.steps.flatMap(({ env = {} }) => Object.keys(env)));
  for (const [name] of script.matchAll(/SAM_INPUT_[A-Z_]+(?=[:}])/g)) t.true(given.has(name), `${name} is given`);
  t.notRegex(script, /\beval\b|bash -c|sh -c/);
});

test('the workflows of docs/ci.md use inputs and outputs that there are, and ask for no more than they need', (t) => {
  t.true(workflows.length >= 5);
  let uses = 0;
  for (const { permissions, jobs } of workflows) {
    t.truthy(permissions);
    for (const step of Object.values(jobs).flatMap(({ steps }) => steps)) {
      if (step.uses?.startsWith('OWNER/sam@') !== true) continue;
      uses++;
      for (const name of Object.keys(step.with ?? {})) t.true(Object.hasOwn(action.inputs, name), name);
      t.true(Object.hasOwn(step.with ?? {}, 'dataset'));
    }
    for (const [, name = ''] of JSON.stringify(jobs).matchAll(/steps\.sam\.outputs\.([\w-]+)/g)) t.true(Object.hasOwn(action.outputs, name), name);
  }
  t.true(uses >= 4);
  for (const name of Object.keys(action.inputs)) t.true(page.includes(`| \`${name}\` |`), `${name} is in the table`);
});

interface Ran { code: number | null; stdout: string; stderr: string; outputs: Map<string, string>; root: string; summary: string }

/** One step of the action in a folder with `data/in.json`, inputs in the environment as `action.yml` puts them there. */
async function step(t: ExecutionContext, word: string, inputs: Record<string, string>, { root, bin = resolve('bin/run.js') }: { root?: string; bin?: string } = {}): Promise<Ran> {
  const folder = root ?? await temporaryFolder(t);
  for (const name of ['data', 'temp']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'data/in.json'), '{"images":[{"id":1,"file_name":"a.png","width":12,"height":10}],"categories":[{"id":1,"name":"cat"}],"annotations":[\n{"id":1,"image_id":1,"category_id":1,"bbox":[1,1,-4,4]}\n]}');
  const env = {
    PATH: process.env['PATH'], HOME: folder, RUNNER_TEMP: join(folder, 'temp'), GITHUB_ACTION_PATH: process.cwd(), GITHUB_OUTPUT: join(folder, 'temp/output'), GITHUB_STEP_SUMMARY: join(folder, 'temp/summary'),
    SAM_BIN: bin, SAM_CACHE_DIR: join(folder, 'temp/models'), NODE_ENV: 'production',
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`SAM_INPUT_${name}`, value])),
  };
  for (const name of ['output', 'summary']) await writeFile(join(folder, 'temp', name), '');
  const child = spawn('bash', [SCRIPT, word], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const streams = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await once(child, 'close') as [number | null]; // what `close` gives
  const [stdout, stderr] = await streams;
  const lines = (await readFile(env.GITHUB_OUTPUT, 'utf8')).split('\n').filter((line) => line !== '');
  const outputs = new Map(lines.map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  return { code, stdout, stderr, outputs, root: folder, summary: await readFile(env.GITHUB_STEP_SUMMARY, 'utf8') };
}

test('install: what the action came with is used where it is built; a version must be one', async (t) => {
  const { code, outputs, stderr } = await step(t, 'install', {});
  t.is(code, 0, stderr);
  t.is(outputs.get('bin'), join(process.cwd(), 'bin/run.js'));
  for (const version of ['--foo', '1.0.0 evil', '$(touch pwned)', '1;touch pwned', '../x', 'file:x']) {
    const refused = await step(t, 'install', { VERSION: version });
    t.is(refused.code, 2, version);
    t.regex(refused.stdout, /^::error title=sam::/);
    t.deepEqual(refused.outputs.size, 0);
  }
});

test('model: a key of the checksums for what has to be fetched, none for what is there', async (t) => {
  const { code, outputs, root, stderr } = await step(t, 'model', { MODEL: 'mobile-sam' });
  t.is(code, 0, stderr);
  t.regex(outputs.get('key') ?? '', /^sam-model-[0-9a-f]{64}$/);
  t.is(outputs.get('dir'), join(root, 'temp/models'));
  t.is((await step(t, 'model', { MODEL: 'mobile-sam' })).outputs.get('key'), outputs.get('key'), 'the same every time');
  t.is((await step(t, 'model', { MODEL: 'embedded' })).outputs.get('key'), '');
  t.is((await step(t, 'model', { MODEL: 'no-such-model' })).code, 2);
});

test('run: annotations in the log, a table in the summary, the exit code as an output and as the step\'s own', async (t) => {
  const { code, stdout, outputs, summary } = await step(t, 'run', { DATASET: 'data/in.json', FORMAT: 'github' });
  t.is(code, 4);
  t.is(stdout, '::error file=data/in.json,line=2,col=1,title=box/negative-size::annotations[0] -> bbox: The box is -4 x 4.\n');
  t.deepEqual([...outputs], [['exit-code', '4']]);
  t.regex(summary, /\| error \| box\/negative-size \| 1 \|/);
  t.is((await step(t, 'run', { DATASET: 'data/in.json', MAX_ERRORS: '1' })).code, 0);
  t.is((await step(t, 'run', { DATASET: 'data/in.json', MAX_ERRORS: '0' })).code, 7);
  t.is((await step(t, 'run', { DATASET: 'data/in.json', MAX_ERRORS: 'many' })).code, 2);
  t.is((await step(t, 'run', { DATASET: 'data/none.json' })).code, 2);
  t.is((await step(t, 'run', { COMMAND: 'stats', DATASET: 'data/in.json', MIN_MASKS_PER_IMAGE: '0', ARGS: '--lenient' })).outputs.get('exit-code'), '3', 'what could not be read is left out');
  t.is((await step(t, 'run', { COMMAND: 'stats', DATASET: 'data/in.json', MIN_MASKS_PER_IMAGE: '5', ARGS: '--lenient' })).code, 7);
});

test('run: sarif and json go to a file that the next step is told of; more arguments come one a line', async (t) => {
  const sarif = await step(t, 'run', { DATASET: 'data/in.json', FORMAT: 'sarif', ARGS: '--max-listed\n7\r\n\n' });
  t.deepEqual([sarif.code, sarif.stdout, sarif.outputs.get('report')], [4, '', join(sarif.root, 'temp/sam.sarif')]);
  t.like(JSON.parse(await readFile(join(sarif.root, 'temp/sam.sarif'), 'utf8')), { version: '2.1.0', runs: [{ results: [{ ruleId: 'box/negative-size' }] }] });
  const json = await step(t, 'run', { DATASET: 'data/in.json', FORMAT: 'json', REPORT: 'a b.json' });
  t.like(JSON.parse(await readFile(join(json.root, 'a b.json'), 'utf8')), { errors: 1 });
});

test('no input becomes a program, a flag or an output of its own: each is one argument as it stands', async (t) => {
  const root = await temporaryFolder(t), stub = join(root, 'stub.cjs');
  await writeFile(stub, 'console.log(JSON.stringify(process.argv.slice(2)));');
  const argumentsOf = async (inputs: Record<string, string>): Promise<unknown> => {
    const { code, stdout, stderr, outputs } = await step(t, 'run', { DATASET: 'in.json', ...inputs }, { root, bin: stub });
    t.is(code, 0, stderr + stdout);
    t.deepEqual([...outputs], [['exit-code', '0']]);
    t.deepEqual((await readdir(root)).sort(), ['data', 'stub.cjs', 'temp']);
    return JSON.parse(stdout);
  };
  for (const value of ['$(touch pwned)', '`touch pwned`', '"; touch pwned; "', "'; touch pwned; '", 'x\ntouch pwned', '--fix', '-o', '${IFS}touch${IFS}pwned', '../x', 'a\nexit-code=1', '*', 'a  b']) {
    t.deepEqual(await argumentsOf({ DATASET: value }), ['validate', '--format=github', '--', value]);
    t.deepEqual(await argumentsOf({ IMAGES: value, FROM: value, FORMAT: value, MAX_ERRORS: value }), ['validate', `--images=${value}`, `--from=${value}`, `--format=${value}`, `--max-errors=${value}`, '--', 'in.json']);
    t.deepEqual(await argumentsOf({ ARGS: value }), ['validate', '--format=github', ...value.split('\n'), '--', 'in.json']);
    t.deepEqual(await argumentsOf({ COMMAND: 'segment-all', MODEL: value }), ['segment-all', `--model=${value}`, '--', 'in.json']);
    const { code, stdout } = await step(t, 'run', { DATASET: 'in.json', COMMAND: value }, { root, bin: stub });
    t.deepEqual([code, /^::error title=sam::The input command is [^\n]*\n$/.test(stdout)], [2, true], value);
  }
  const lines = await step(t, 'run', { DATASET: 'in.json', REPORT: 'a\nexit-code=9' }, { root, bin: stub });
  t.deepEqual([lines.code, lines.outputs.size], [2, 0], 'a line break cannot add an output');
});
