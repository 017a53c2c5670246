/** The real commands with the words that a stranger types: what they say, how they end, and the object that --json prints. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ExecutionContext } from 'ava';
import type { Issue } from '../../src/cli/issue.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { start, type Running } from '../folder/child.js';
import { TEST_ENV } from '../test-model.js';
import { runWarm } from './warm-sam.js';

/** The command's script; the package's unless a test has an installation of its own. */
export const SAM = resolve('bin/run.js');

/** `fresh`: in a process of its own, as a person starts it; so are runs with another user or script. */
export interface SamOptions { cwd?: string; env?: Record<string, string | undefined>; uid?: number; script?: string; fresh?: boolean }
export interface SamEnd { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }

/** Settings of the person who runs the tests must not decide. The model is the quick one of the tests, unless a test asks for another: `EMBEDDED`. */
const NEUTRAL = { NODE_ENV: 'production', SAM_MODEL_MIRROR: '', ...TEST_ENV };

/** For tests of what a person has without any setting: the model that comes with the package. */
export const EMBEDDED = { env: { SAM_MODEL: '' } };

export async function runSam(args: readonly string[], options: SamOptions = {}): Promise<SamEnd> {
  const { cwd = process.cwd(), env = {}, uid, script, fresh = false } = options;
  if (fresh || uid !== undefined || script !== undefined) return await runFresh(args, options);
  return { signal: null, ...(await runWarm({ args: [...args], cwd, env: defined({ ...process.env, ...NEUTRAL, ...env }) })) };
}

/** What a process has of an environment: a name without a value is none. */
const defined = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));

async function runFresh(args: readonly string[], { cwd, env = {}, uid, script = SAM }: SamOptions): Promise<SamEnd> {
  const identity = uid === undefined ? {} : { uid, gid: uid };
  const child = spawn(process.execPath, [script, ...args], { cwd, env: { ...process.env, ...NEUTRAL, ...env }, stdio: ['ignore', 'pipe', 'pipe'], ...identity });
  const streams = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = await once(child, 'close') as [number | null, NodeJS.Signals | null]; // what `close` gives
  const [stdout, stderr] = await streams;
  return { code, signal, stdout, stderr };
}

/** In a process group of its own, to be looked at or signalled while it works. */
export function startSam(args: readonly string[]): Running {
  return start([process.execPath, SAM, ...args], NEUTRAL);
}

/** The one object that --json prints. */
export interface Envelope {
  schema: number; ok: boolean; command: string; summary: Record<string, unknown>; outputs: string[]; warnings: Issue[]; errors: Issue[];
}

/** Runs with --json and holds what every such run promises: one object on stdout in the promised keys, nothing on stderr, `ok` is exit 0. */
export async function runJson(t: ExecutionContext, args: readonly string[], options: SamOptions = {}): Promise<Envelope & { code: number | null }> {
  const { code, stdout, stderr } = await runSam([...args, '--json'], options);
  t.is(stderr, '', 'nothing on stderr');
  t.regex(stdout, /^\{[^\n]*\}\n$/, 'one line on stdout');
  const envelope = JSON.parse(stdout) as Envelope; // checked right below
  t.deepEqual(Object.keys(envelope), ['schema', 'ok', 'command', 'summary', 'outputs', 'warnings', 'errors']);
  t.is(envelope.schema, 1);
  t.is(envelope.ok, code === 0);
  for (const issue of [...envelope.warnings, ...envelope.errors]) {
    t.true(Object.keys(issue).every((key) => ['code', 'message', 'file', 'record', 'path'].includes(key)), JSON.stringify(issue));
  }
  return { ...envelope, code };
}

/** A new folder with `in/` holding some of the fixture scenes, and the paths of it. */
export async function workplace(t: ExecutionContext, scenes: readonly string[] = ['icon.png']): Promise<{ root: string; input: string; output: string }> {
  const root = await temporaryFolder(t);
  const input = join(root, 'in');
  mkdirSync(input);
  for (const scene of scenes) takeScene(scene, join(input, scene));
  return { root, input, output: join(root, 'out') };
}

/** Copies a fixture scene to a path. */
export function takeScene(scene: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(join('fixtures/scenes', scene), to);
}
