/** `sam doctor` on a sound machine, with settings that are wrong, and on installations whose native libraries cannot be loaded. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../files/temporary-folder.js';
import { brokenInstall } from './broken-install.js';
import { EMBEDDED, runJson, runSam, takeScene } from './run-sam.js';

interface Line { topic: string; state: string; text: string; advice?: string }

const TOPICS = ['sam', 'node', 'system', 'processor', 'memory', 'images', 'pictures', 'runtime', 'model', 'cache', 'settings', 'self-check'];
const linesOf = ({ summary }: { summary: Record<string, unknown> }): Map<string, Line> => new Map((summary['checks'] as Line[]).map((line) => [line.topic, line])); // the command's own form
const dependencies = (JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> }).dependencies; // our own file

test('a sound machine: a line for everything, and a scene masked as expected', async (t) => {
  const { code, stdout, stderr } = await runSam(['doctor'], EMBEDDED);
  t.deepEqual([code, stderr], [0, '']);
  t.deepEqual(stdout.split('\n').filter((line) => /^(ok|warning|FAIL)/.test(line)).map((line) => line.split(/ +/)[1]), TOPICS);
  t.regex(stdout, /^ok {7}runtime {5}onnxruntime-node \d+\.\d+\.\d+$/m);
  t.regex(stdout, /^ok {7}self-check {2}[1-9]\d* masks in the scene that comes with sam, as expected, in \d+\.\d s$/m);
  const json = await runJson(t, ['doctor'], EMBEDDED);
  const lines = linesOf(json);
  t.deepEqual([json.code, [...lines.keys()]], [0, TOPICS]);
  t.is(lines.get('node')?.text, process.versions.node);
  t.is(lines.get('runtime')?.text, `onnxruntime-node ${dependencies['onnxruntime-node']}`);
  t.true(lines.get('images')?.text.startsWith(`sharp ${dependencies['sharp']}, libvips 8.`));
  t.regex(lines.get('processor')?.text ?? '', /^.+, \d+ cores/);
  t.regex(lines.get('model')?.text ?? '', /^embedded \(.*\), F1, \d+ pixels, \d+\.\d MB in .*models; by default --workers \d+ --threads 1$/);
  t.regex(lines.get('cache')?.text ?? '', /^\/nonexistent\/sam-cache(, not there yet| cannot be written)/);
});

test('settings are named, passwords are not; a model that does not work exits 5', async (t) => {
  const cache = join(await temporaryFolder(t), 'cache');
  mkdirSync(join(cache, 'sha256'), { recursive: true, mode: 0o700 });
  writeFileSync(join(cache, 'sha256', '9f8433273a6750b587779baa0cf5508111001bf7e7acfcf585d370139fd366d0'), '');
  const env = { SAM_MODEL: 'mobilesam', HTTPS_PROXY: 'http://me:secret@proxy.example:3128', SAM_CACHE_DIR: cache };
  const said = await runSam(['doctor'], { env });
  t.is(said.code, 5);
  t.regex(said.stdout, /^FAIL {5}model {7}There is no model "mobilesam": did you mean mobile-sam\?$/m);
  t.regex(said.stdout, /^warning {2}settings {4}SAM_MODEL=mobilesam SAM_CACHE_DIR=.* HTTPS_PROXY=http:\/\/\*\*\*@proxy\.example:3128\n +-> .*SAM_MODEL_MIRROR/m);
  t.regex(said.stdout, /^ok {7}cache {7}.*, slimsam-77 \(partly\)$/m);
  t.regex(said.stdout, /^ok {7}self-check /m, 'the embedded model works all the same');
  const json = await runJson(t, ['doctor'], { env });
  t.is(json.code, 5);
  t.like(json.errors, [{ code: 'model/unknown' }]);
  t.like(json.warnings, [{ code: 'machine/remark' }]);
  t.false(said.stdout.includes('secret') || JSON.stringify(json).includes('secret'));
});

test('a cache that others can write to is a warning', async (t) => {
  const cache = await temporaryFolder(t);
  chmodSync(cache, 0o777);
  const { code, warnings } = await runJson(t, ['doctor'], { env: { SAM_CACHE_DIR: cache } });
  t.is(code, 0);
  t.regex(warnings[0]?.message ?? '', /^cache: .*can be written by others .*SAM_CACHE_DIR/);
});

test('an embedded model that finds something else is a failure', async (t) => {
  const script = await brokenInstall(t, { copies: [] });
  const file = join(dirname(script), '../models/self-check.json');
  const { predictedIous } = JSON.parse(readFileSync(file, 'utf8')) as { predictedIous: number[] }; // our own file
  writeFileSync(file, JSON.stringify({ predictedIous: predictedIous.map((iou, i) => (i === 0 ? iou + 0.05 : iou)) }));
  const { code, errors } = await runJson(t, ['doctor'], { script });
  t.is(code, 5);
  t.like(errors, [{ code: 'model/unfit' }]);
  const count = `${predictedIous.length} masks`, [first = 0] = predictedIous;
  t.regex(errors[0]?.message ?? '', new RegExp(`found ${count} \\(${first.toFixed(3)}, .*expected ${count} \\(${(first + 0.05).toFixed(3)}, `));
  rmSync(file);
  t.like(await runJson(t, ['doctor'], { script }), { code: 1, errors: [{ code: 'internal/install', file }] });
});

/** Installations as they come about: files of another system copied, a machine without a build, optional dependencies left out. */
const RUNTIME = ['onnxruntime-node/package.json', 'onnxruntime-node/dist'];
const BINDING = `onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`;
const BROKEN = {
  'no binary of the runtime': { modules: { copies: RUNTIME }, code: 'model/run', exit: 5, topic: 'runtime', message: /onnxruntime-node cannot be loaded on \w+ \w+.*: Cannot find module .*install the package again/ },
  'a binary of the runtime that is none': { modules: { copies: RUNTIME, files: { [BINDING]: 'no library' } }, code: 'model/run', exit: 5, topic: 'runtime', message: /onnxruntime-node cannot be loaded on .*install the package again/ },
  'no binary of the image library': { modules: { copies: ['sharp', '@img/colour'] }, code: 'internal/install', exit: 1, topic: 'images', message: /The image library sharp cannot be loaded: Could not load the "sharp" module.*Install the package again/ },
};

for (const [what, { modules, code, exit, topic, message }] of Object.entries(BROKEN)) {
  test(`an installation with ${what}`, async (t) => {
    const script = await brokenInstall(t, modules);
    const said = await runSam(['doctor'], { script });
    t.is(said.code, exit, said.stderr);
    t.regex(said.stdout, message);
    const json = await runJson(t, ['doctor'], { script });
    t.deepEqual(json.errors.map((error) => error.code), [code], 'told once');
    t.is(linesOf(json).get(topic)?.state, 'fail');
    const folder = await temporaryFolder(t);
    takeScene('icon.png', join(folder, 'in/icon.png'));
    const run = await runJson(t, ['segment-all', join(folder, 'in'), '--output', join(folder, 'out')], { script });
    t.deepEqual([run.code, run.errors.map((error) => error.code)], [exit, [code]]);
    t.regex(run.errors[0]?.message ?? '', message);
  });
}

test('an installation with no binary of the drawing library: told, and masks are made without it', async (t) => {
  const script = await brokenInstall(t, { copies: ['@napi-rs/canvas'] });
  const json = await runJson(t, ['doctor'], { script });
  t.deepEqual([json.code, ...json.errors.map((error) => error.code)], [1, 'internal/install'], json.errors.map((error) => error.message).join());
  t.regex(linesOf(json).get('pictures')?.text ?? '', /^The drawing library @napi-rs\/canvas cannot be loaded: .*Install the package again/);
  const folder = await temporaryFolder(t);
  takeScene('icon.png', join(folder, 'in/icon.png'));
  t.is((await runJson(t, ['segment-all', join(folder, 'in'), '--output', join(folder, 'out')], { script })).code, 0);
});
