/** Another program as a child in a process group of its own, so that all that it starts can be ended with it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { SamError, messageOf, systemCode } from '../errors.js';

/** Between asking it to end and ending it. */
const PATIENCE_MILLISECONDS = 10_000;

export interface ChildStops {
  /** Aborted: the group is asked to end, and ended where it does not. */
  stop?: AbortSignal | undefined;
  /** Aborted: the group is ended at once. */
  kill?: AbortSignal | undefined;
}

export interface ChildRequest extends ChildStops {
  /** The words of a command; no shell sees them. */
  argv: readonly string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Gets its lines on stderr; without it they go to our stderr, as what it says on stdout does. */
  tell?: (line: string) => void;
  /** Holds its stdin open as long as this process lives, so that it can notice when we were killed; else its stdin is empty. */
  isWatched?: boolean;
}

/** `code` is missing where a signal ended it. `stdout` is empty where nobody was told of its lines. */
export interface ChildEnd { code: number | undefined; signal: NodeJS.Signals | undefined; stdout: string }

/** Runs it to its end, however that comes. Throws `usage/option` where it cannot be started; `interrupted/signal` where it was stopped, when nothing of it is left. */
export async function runChild({ argv, cwd, env, tell, isWatched = false, stop, kill }: ChildRequest): Promise<ChildEnd> {
  const [command = '', ...rest] = argv, isQuiet = tell === undefined;
  if (isStopped({ stop, kill })) throw interrupted();
  const child = spawn(command, rest, { cwd, env, detached: process.platform !== 'win32', windowsHide: true, stdio: [isWatched ? 'pipe' : 'ignore', isQuiet ? 2 : 'pipe', isQuiet ? 2 : 'pipe'] });
  // a child that ends first closes the other end
  child.stdin?.on('error', () => undefined);
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  if (child.stderr !== null && tell !== undefined) createInterface({ input: child.stderr }).on('line', tell);
  const over = stopping(child, { stop, kill });
  try {
    const [code, signal] = await once(child, 'close') as [number | null, NodeJS.Signals | null]; // what `close` gives
    if (isStopped({ stop, kill })) throw interrupted();
    return { code: code ?? undefined, signal: signal ?? undefined, stdout };
  } catch (error) {
    if (error instanceof SamError) throw error;
    throw new SamError('usage/option', `${command} cannot be started: ${systemCode(error) === 'ENOENT' ? 'there is no such command' : systemCode(error) === 'EACCES' ? 'it may not be run' : messageOf(error)}.`, { cause: error });
  } finally {
    over();
  }
}

const isStopped = ({ stop, kill }: ChildStops): boolean => stop?.aborted === true || kill?.aborted === true;

function interrupted(): SamError {
  return new SamError('interrupted/signal', 'Interrupted; the program that was at work has been ended.');
}

/** Listens to both signals until what is returned is called; then what a stopped group left behind is ended, too. */
function stopping(child: ChildProcess, { stop, kill }: ChildStops): () => void {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => { signalGroup(child, 'SIGKILL'); };
  const ask = (): void => {
    signalGroup(child, 'SIGTERM');
    timer = setTimeout(end, PATIENCE_MILLISECONDS);
  };
  stop?.addEventListener('abort', ask);
  kill?.addEventListener('abort', end);
  return () => {
    clearTimeout(timer);
    stop?.removeEventListener('abort', ask);
    kill?.removeEventListener('abort', end);
    if (isStopped({ stop, kill })) end();
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // it is gone already
  }
}
