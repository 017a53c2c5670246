/** Commands of `sam` in a process that is started once a test file (`warm-main.ts`): the same words, environment, output and exit code, without its start. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { WarmAnswer, WarmRequest } from './warm-main.js';

let child: ChildProcess | undefined;
let queue: Promise<unknown> = Promise.resolve();

/** One after the other, in the order in which they come. Rejects where a command takes the process with it. */
export function runWarm(request: WarmRequest): Promise<WarmAnswer> {
  const answer = queue.then(() => ask(request));
  queue = answer.catch(() => undefined);
  return answer;
}

async function ask(request: WarmRequest): Promise<WarmAnswer> {
  child ??= fork(fileURLToPath(new URL('warm-main.js', import.meta.url)), { env: request.env, execArgv: [] });
  const { channel } = child;
  child.ref();
  channel?.ref();
  const ended = new AbortController();
  try {
    child.send(request);
    return await Promise.race([
      once(child, 'message', { signal: ended.signal }).then(([answer]) => answer as WarmAnswer), // what warm-main.ts sends
      once(child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
        child = undefined;
        throw new Error(`sam ${request.args.join(' ')} took its process with it: ${String(code ?? signal)}`);
      }),
    ]);
  } finally {
    ended.abort();
    // an idle one keeps no test file alive, and ends with it
    channel?.unref();
    child?.unref();
  }
}
