/** What of the package a browser may ask for: the page's modules and what they import, nothing else. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { modulesFrom, packagedSite } from '../../src/annotator/site.js';
import { temporaryFolder } from '../files/temporary-folder.js';

test('modules are found by their import lines, of every form', async (t) => {
  const root = await temporaryFolder(t);
  mkdirSync(join(root, 'app'));
  mkdirSync(join(root, 'mask'));
  const write = (name: string, text: string): void => { writeFileSync(join(root, name), text); };
  write('app/main.js', "import { a } from './a.js';\nimport {\n  b,\n  c,\n} from '../mask/b.js';\nimport * as ort from '/ort/ort.mjs';\nnew Worker(new URL('./worker.js', import.meta.url));\nconst text = \"it's from 'nowhere'\";\nimport('./late.js');\n");
  write('app/a.js', "export * from './c.js';\nexport const a = 1;\n");
  write('app/c.js', "import './d.js';\nexport const x = 'import';\n");
  for (const name of ['app/d.js', 'app/worker.js', 'app/late.js', 'mask/b.js', 'mask/unused.js']) write(name, '');
  t.deepEqual([...(await modulesFrom(root, 'app/main.js')).keys()].sort(), ['app/a.js', 'app/c.js', 'app/d.js', 'app/late.js', 'app/main.js', 'app/worker.js', 'mask/b.js']);
});

test('what no browser can load, or what lies elsewhere, is told when the server starts', async (t) => {
  const root = await temporaryFolder(t);
  for (const target of ['node:fs', 'sharp', '../outside.js', 'https://evil.com/x.js', '/etc/passwd']) {
    writeFileSync(join(root, 'main.js'), `import x from '${target}';\n`);
    await t.throwsAsync(modulesFrom(root, 'main.js'), { code: 'internal/install', message: new RegExp(`main\\.js imports "${target.replaceAll('.', '\\.')}"`) }, target);
  }
});

test('the package\'s page is whole: its script, its style, the runtime, and no server\'s code', async (t) => {
  const site = await packagedSite();
  for (const [path, type] of [['/', 'text/html'], ['/app/style.css', 'text/css'], ['/app/annotator/app/main.js', 'text/javascript'], ['/app/annotator/api.js', 'text/javascript'], ['/ort/ort.wasm.bundle.min.mjs', 'text/javascript'], ['/ort/ort-wasm-simd-threaded.wasm', 'application/wasm']]) {
    t.true(site.get(path!)?.type.startsWith(type!), path);
  }
  for (const [path, { bytes }] of site) if (path.endsWith('.js')) t.notRegex(Buffer.from(bytes).toString(), /from ['"]node:/, path);
  const html = Buffer.from(site.get('/')!.bytes).toString();
  for (const [, path] of html.matchAll(/(?:src|href)="(\/[^"]*)"/g)) t.true(site.has(path!), `${path} of the page`);
});
