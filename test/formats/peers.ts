/**
 * Programs of others as judges. `SAM_PEERS_PYTHON` names a Python; a test needs modules of it and is skipped, saying so, where it is not
 * named or lacks one. What was used last is written beside each test.
 */
import { execFileSync } from 'node:child_process';
import test, { type ExecutionContext } from 'ava';
import { temporaryFolder } from '../files/temporary-folder.js';

const PYTHON = process.env['SAM_PEERS_PYTHON'];

/** What a test is given: a folder of its own, and a way to run a script there, which reads JSON from `given` and prints JSON. */
export interface Peer { folder: string; run: (script: string, given?: unknown) => unknown }

export function peerTest(title: string, modules: readonly string[], act: (t: ExecutionContext, peer: Peer) => Promise<void>): void {
  const missing = PYTHON === undefined ? 'SAM_PEERS_PYTHON is not set' : lacks(PYTHON, modules);
  if (missing !== undefined) return test.skip(`${title} (${missing})`, () => undefined);
  test(title, async (t) => {
    const folder = await temporaryFolder(t);
    await act(t, {
      folder,
      run(script, given = null) {
        const text = execFileSync(PYTHON ?? '', ['-c', `import json, sys\ngiven = json.load(sys.stdin)\n${script}`], { cwd: folder, input: JSON.stringify(given), maxBuffer: 2 ** 28, encoding: 'utf8' });
        return text.trim() === '' ? undefined : JSON.parse(text) as unknown; // what the script prints
      },
    });
  });
}

function lacks(python: string, modules: readonly string[]): string | undefined {
  try {
    execFileSync(python, ['-c', modules.map((name) => `import ${name}`).join('\n')], { stdio: 'pipe' });
    return undefined;
  } catch {
    return `${python} lacks one of ${modules.join(', ')}`;
  }
}

/** Numbers from 0 (included) to 1, the same at every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
