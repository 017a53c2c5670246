/** Commands of `sam` for scripts: run as a person runs them, with the object that `--json` prints as the answer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Runs with `--json`; throws what the command says of itself where it does not end with 0. */
export async function samJson(args: readonly string[]): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, ['bin/run.js', ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_ENV: 'production' } });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>]); // what `close` gives
  // what --json promises
  const { summary, errors } = JSON.parse(stdout) as { summary: Record<string, unknown>; errors: { message: string; file?: string }[] };
  if (code !== 0) throw new Error(`sam ${args.join(' ')} ended with ${String(code)}: ${errors.map(({ message, file }) => `${file ?? ''} ${message}`).join('; ')}`);
  return summary;
}
