/** The road of a person who installs the package: packed, installed into an empty place, run. Needs the registry. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryFolder } from './files/temporary-folder.js';
import { runJson, runSam } from './commands/run-sam.js';

/** The environment without what npm gives to scripts: our own `.npmrc` must not reach the installation. */
const ENV: NodeJS.ProcessEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^ONNXRUNTIME_|^INIT_CWD$/i.test(name)));

function npm(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): { code: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8', env: { ...ENV, ...env } });
  return { code: status, text: stdout + stderr };
}

/** The tarball of a clean copy of this checkout, as `npm publish` would make it, and the paths in it. */
async function packed(t: ExecutionContext): Promise<{ root: string; tarball: string; files: string[] }> {
  const root = await temporaryFolder(t);
  const copy = join(root, 'checkout');
  mkdirSync(copy);
  for (const name of readdirSync('.').filter((one) => !['node_modules', 'dist', '.git'].includes(one))) cpSync(name, join(copy, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  // what an earlier build left of sources that are gone
  mkdirSync(join(copy, 'dist/src'), { recursive: true });
  writeFileSync(join(copy, 'dist/src/gone.js'), '');
  const { code, text } = npm(copy, ['pack', '--pack-destination', root]);
  t.is(code, 0, text);
  const tarball = join(root, readdirSync(root).find((name) => name.endsWith('.tgz')) ?? 'none.tgz');
  const files = spawnSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).stdout.trim().split('\n').map((path) => path.replace(/^package\//, ''));
  return { root, tarball, files };
}

function assertContents(t: ExecutionContext, files: readonly string[]): void {
  for (const file of files) {
    const source = /^dist\/((?:src|commands)\/.+?)(?:\.d\.ts|\.js)$/.exec(file)?.[1];
    const isOurs = source !== undefined ? existsSync(`${source}.ts`) : /^(bin\/run\.js|models\/[^/]+|fonts\/[^/]+|fixtures\/scenes\/.+|docs\/[^/]+\.md|docs\/pictures\/[^/]+\.(?:png|svg)|dist\/src\/annotator\/ort\/[^/]+|training\/(?:data\/)?\w+\.py|training\/(?:README\.md|requirements\.txt)|[A-Z]+\.md|LICENSE|NOTICE|package\.json)$/.test(file);
    t.true(isOurs, `${file} does not belong in the package`);
  }
  const scenes = readdirSync('fixtures/scenes', { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  t.is(files.filter((file) => file.startsWith('fixtures/scenes/')).length, scenes);
  for (const file of [
    'README.md', 'LICENSE', 'NOTICE', 'CHANGELOG.md', 'ARCHITECTURE.md', 'docs/errors.md', 'docs/models.md', 'bin/run.js', 'package.json', 'fonts/Inter-Medium.ttf', 'fonts/OFL.txt',
    'models/README.md', 'models/model.json', 'models/encoder.onnx', 'models/decoder.onnx', 'fixtures/scenes/fruit.png', 'training/__init__.py', 'training/finetune.py', 'training/data/datasets.py', 'training/requirements.txt',
    'dist/src/index.js', 'dist/src/index.d.ts', 'dist/src/models/session-thread.js', 'dist/src/folder/worker-main.js', 'dist/src/cli/command-not-found.js', 'dist/commands/segment-all.js', 'dist/commands/doctor.js', 'dist/src/annotator/app/main.js', 'dist/src/annotator/app/worker.js',
    'dist/src/annotator/ort/ort.wasm.bundle.min.mjs', 'dist/src/annotator/ort/ort-wasm-simd-threaded.wasm', 'dist/src/annotator/ort/LICENSE.txt',
  ]) t.true(files.includes(file), `${file} is missing`);
}

/** What an installed package must do: check itself, mask a scene under both names, and be imported. */
async function assertWorks(t: ExecutionContext, prefix: string): Promise<void> {
  const home = join(prefix, 'lib/node_modules/sam-masks');
  const script = join(prefix, 'bin/sam');
  const doctor = await runJson(t, ['doctor'], { script });
  t.is(doctor.code, 0, JSON.stringify(doctor.errors));
  const run = await runJson(t, ['segment-all', join(home, 'fixtures/scenes'), '--output', join(prefix, 'out'), '--points-per-side', '4'], { script });
  t.like(run, { code: 0, warnings: [] });
  t.true(Number(run.summary['masks']) > 0);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }; // our own file
  t.true((await runSam(['--version'], { script: join(prefix, 'bin/sam-masks') })).stdout.startsWith(`sam-masks/${version} `));
  const program = 'const { generateMasks, EXIT_CODES } = await import("sam-masks"); console.log(typeof generateMasks, EXIT_CODES.usage);';
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd: home, encoding: 'utf8' });
  t.is(stdout, 'function 2\n', stderr);
}

test('packed, installed without scripts or with the GPU files skipped, it works; plainly installed it does where its runtime\'s script does', async (t) => {
  const { root, tarball, files } = await packed(t);
  assertContents(t, files);
  const install = (name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    npm(root, ['install', '--global', '--prefix', join(root, name), '--cache', join(root, 'cache'), ...args, tarball], env);
  const skipped = install('skipped', [], { ONNXRUNTIME_NODE_INSTALL: 'skip' });
  t.is(skipped.code, 0, skipped.text);
  await assertWorks(t, join(root, 'skipped'));
  const unscripted = install('unscripted', ['--ignore-scripts']);
  t.is(unscripted.code, 0, unscripted.text);
  await assertWorks(t, join(root, 'unscripted'));
  const plain = install('plain', []);
  if (plain.code === 0) await assertWorks(t, join(root, 'plain'));
  else {
    t.log(`A plain install ends with ${plain.code}:`, plain.text.split('\n').filter((line) => /Error:|command /.test(line)).join(' '));
    t.regex(plain.text, /onnxruntime-node[^]*script\/install/, 'nothing but the runtime\'s own script may fail it');
  }
  rmSync(join(root, 'cache'), { recursive: true, force: true });
});
