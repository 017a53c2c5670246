/** Folder runs over the fake worker, and trees to compare. */
import { lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256Hex } from '../../src/files/hash.js';
import { runFolder } from '../../src/folder/run.js';
import type { Claim, FolderFinish, FolderRunOptions, FolderSpec, FolderSummary } from '../../src/folder/spec.js';
import { stemOf, type FakeSetup } from './fake-worker.js';

export interface FakeRun extends Partial<Omit<FolderSpec, 'worker' | 'claims' | 'record'>>, Partial<FakeSetup> {
  inputs: string[];
  output: string;
  /** With `layout` `part`: the file of all images. */
  finishPath?: string;
}

/** A spec for the fake worker: one worker, layout `stem`, resume, no force. */
export function fakeSpec(run: FakeRun): FolderSpec {
  const { layout = 'stem', salt = 'none', onSetup, delay = 0, padding = 0, finishPath = 'all.json', ...rest } = run;
  const setup: FakeSetup = { layout, salt, delay, padding, ...(onSetup === undefined ? {} : { onSetup }) };
  return {
    command: 'fake', workers: 1, resume: true, force: false,
    record: { options: { salt, layout }, model: 'fake' },
    claims: (fileName) => claimsOf(layout, fileName),
    worker: { module: new URL('fake-worker.js', import.meta.url), setup },
    ...(layout === 'part' ? { finish: concatenation(finishPath) } : {}),
    ...rest,
  };
}

export function fakeRun(run: FakeRun, options: FolderRunOptions = {}): Promise<FolderSummary> {
  return runFolder(fakeSpec(run), options);
}

function claimsOf(layout: FakeSetup['layout'], fileName: string): Claim[] {
  if (layout === 'folder') return [{ kind: 'directory', path: stemOf(fileName) }];
  return [{ kind: 'file', path: layout === 'part' ? `.sam/parts/${fileName}.json` : `${stemOf(fileName)}.json` }];
}

function concatenation(path: string): FolderFinish {
  return {
    path,
    async* data(images) {
      for (const { fileName, masks, outputs } of images) yield `${fileName} ${masks} ${await readFile(outputs[0] ?? '', 'utf8')}`;
    },
  };
}

/** Writes files by their names below `root`, making folders. */
export function writeTree(root: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

/** Everything below `root`: names with a hash of the bytes, folders too. */
export function treeOf(root: string, prefix = ''): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const name of readdirSync(join(root, prefix)).sort()) {
    const path = `${prefix}${name}`;
    const found = lstatSync(join(root, path));
    if (found.isDirectory()) Object.assign(tree, { [`${path}/`]: 'folder' }, treeOf(root, `${path}/`));
    else tree[path] = found.isFile() ? sha256Hex(readFileSync(join(root, path))) : found.isSymbolicLink() ? readlinkSync(join(root, path)) : 'other';
  }
  return tree;
}

/** `treeOf` without the run's own folder. */
export function outputsOf(root: string): Record<string, string> {
  return Object.fromEntries(Object.entries(treeOf(root)).filter(([name]) => !name.startsWith('.sam/')));
}

/** Change times of all files: what was written again shows. */
export function inodesOf(root: string): Record<string, string> {
  const names = Object.entries(treeOf(root)).filter(([, hash]) => hash !== 'folder').map(([name]) => name);
  return Object.fromEntries(names.map((name) => [name, String(lstatSync(join(root, name)).ino)]));
}
