/** An installation of this package in a folder of its own, with a native library as another machine would have it. */
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from '../files/temporary-folder.js';

/** Paths in `node_modules`: those to copy, and texts to write. What shares the first part of such a path is left out, all else is as it is. */
export interface Modules { copies: readonly string[]; files?: Record<string, string> }

/** The path of the installation's `bin/run.js`. */
export async function brokenInstall(t: ExecutionContext, { copies, files = {} }: Modules): Promise<string> {
  const root = await temporaryFolder(t);
  const copy = (name: string): void => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    cpSync(name, join(root, name), { recursive: true });
  };
  for (const name of ['bin', 'fonts', 'models', 'fixtures/scenes', 'package.json', 'dist/commands', 'dist/src']) copy(name);
  const own = new Set([...copies, ...Object.keys(files)].map((path) => path.split('/')[0]));
  mkdirSync(join(root, 'node_modules'));
  for (const name of readdirSync('node_modules')) if (!own.has(name)) symlinkSync(resolve('node_modules', name), join(root, 'node_modules', name));
  for (const path of copies) copy(join('node_modules', path));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'node_modules', path)), { recursive: true });
    writeFileSync(join(root, 'node_modules', path), text);
  }
  return join(root, 'bin/run.js');
}
