/**
 * A process that runs one command of `sam` after the other, each as `bin/run.js` does: with the environment and the folder that it is given, its output
 * caught, its exit code told. Starting Node and loading the program takes most of the time of a command that only refuses its flags.
 */
import { resolve } from 'node:path';
import { execute } from '@oclif/core';

export interface WarmRequest { args: string[]; env: NodeJS.ProcessEnv; cwd: string }
export interface WarmAnswer { code: number; stdout: string; stderr: string }

const root = resolve('bin/run.js'), home = process.cwd();
// each command adds a listener or two, and ends with its process
for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);

type Written = (error?: Error | null) => void;
const caught = { stdout: '', stderr: '' };
for (const name of ['stdout', 'stderr'] as const) {
  const write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Written, written?: Written): boolean => {
    caught[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const done = typeof encoding === 'function' ? encoding : written;
    if (done !== undefined) setImmediate(done);
    return true;
  };
  process[name].write = write;
}

let exited: number | undefined;
const exit = (code?: string | number | null): void => { exited ??= Number(code ?? process.exitCode ?? 0); };
// oclif ends a command that printed its help so; nothing follows
process.exit = exit as typeof process.exit;

process.on('disconnect', () => { process.kill(process.pid, 'SIGKILL'); });
// only run-sam.ts sends, one request at a time
process.on('message', (request) => void answer(request as WarmRequest));

async function answer({ args, env, cwd }: WarmRequest): Promise<void> {
  for (const key of Object.keys(process.env)) if (!(key in env)) Reflect.deleteProperty(process.env, key);
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.argv = [process.execPath, root, ...args];
  [process.exitCode, exited, caught.stdout, caught.stderr] = [undefined, undefined, '', ''];
  await execute({ args, loadOptions: { root, userPlugins: false, devPlugins: false } });
  process.chdir(home);
  const reply: WarmAnswer = { code: exited ?? Number(process.exitCode ?? 0), ...caught };
  process.exitCode = undefined;
  process.send?.(reply);
}
