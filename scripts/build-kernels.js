// Compiles kernels/*.ts into src/mask/kernel-bytes.ts: `node scripts/build-kernels.js`. The compiler comes from the npm registry, of this very
// version, and is no dependency: the bytes are committed, and a test holds them to their sources by a hash.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPILER = 'assemblyscript@0.28.20';
const root = fileURLToPath(new URL('..', import.meta.url));
const sources = ['pixels', 'polygons', 'spans', 'text'].map((name) => `kernels/${name}.ts`);
const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
const binary = join(folder, 'rle.wasm');

execFileSync('npx', ['--yes', `--package=${COMPILER}`, 'asc', ...sources, '--outFile', binary,
  '--runtime', 'stub', '--use', 'abort=', '--enable', 'simd', '--optimizeLevel', '3', '--shrinkLevel', '0', '--noAssert', '--initialMemory', '16'], { cwd: root, stdio: 'inherit' });
const hash = createHash('sha256');
for (const source of sources) hash.update(readFileSync(join(root, source)));
const base64 = readFileSync(binary).toString('base64');
const lines = base64.match(/.{1,140}/g).map((line) => `  '${line}',`);
writeFileSync(join(root, 'src/mask/kernel-bytes.ts'), [
  `/** WebAssembly of \`kernels/\`, written by \`node scripts/build-kernels.js\` with ${COMPILER}; do not edit. */`, '',
  '/** SHA-256 of the sources that the bytes were made of, in alphabetical order. */',
  `export const KERNEL_SOURCE_SHA256 = '${hash.digest('hex')}';`, '',
  '/** The module, base64. */', 'export const KERNEL_BASE64 = [', ...lines, `].join('');`, ''].join('\n'));
rmSync(folder, { recursive: true });
