/** The scenes that kills are swept over: a fresh run of each layout, and a forced run over an old tree with other options and one image less. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from '../files/temporary-folder.js';
import { runScript } from './child.js';
import { fakeRun, writeTree, type FakeRun } from './fake-run.js';
import type { FakeSetup } from './fake-worker.js';

export const LAYOUTS = ['stem', 'part', 'folder'] as const;

export interface Scene { argv: string[]; output: string; before?: string }

/** Three images into a new folder. */
export async function freshScene(t: ExecutionContext, layout: FakeSetup['layout']): Promise<Scene> {
  const root = await temporaryFolder(t);
  writeTree(join(root, 'in'), { 'a.jpg': 'a', 'sub/b.jpg': 'bb', 'z.jpg': 'zzz' });
  const output = join(root, 'out');
  return { argv: runScript({ inputs: [join(root, 'in')], output, layout } satisfies FakeRun), output };
}

/** The same again with `--force`, new options, a changed image, a new one, and one that is gone with its folder. */
export async function forcedScene(t: ExecutionContext, layout: FakeSetup['layout']): Promise<Scene> {
  const root = await temporaryFolder(t);
  const input = join(root, 'in');
  writeTree(input, { 'a.jpg': 'a', 'sub/b.jpg': 'bb', 'z.jpg': 'zzz' });
  const [output, before] = [join(root, 'out'), join(root, 'before')];
  await fakeRun({ inputs: [input], output, layout });
  cpSync(output, before, { recursive: true });
  rmSync(join(input, 'sub'), { recursive: true });
  writeTree(input, { 'a.jpg': 'aaaa', 'new.jpg': 'n' });
  return { argv: runScript({ inputs: [input], output, layout, salt: 'new', force: true } satisfies FakeRun), output, before };
}
