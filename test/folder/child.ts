/** Commands as real child processes: their output, their end, and whether anything of them is left. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface ChildEnd { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }

export interface Running {
  child: ChildProcess;
  end: Promise<ChildEnd>;
  /** Resolves when stdout holds the text; rejects if the process ends without it. */
  says(text: string): Promise<void>;
  /** True once no process is left that this one started, or it itself; false if some stay. */
  isGone(): Promise<boolean>;
}

/** Starts `argv` in a process group of its own, as a terminal would. */
export function start(argv: readonly string[], env: Record<string, string> = {}): Running {
  const token = randomUUID();
  const [command = '', ...rest] = argv;
  const child = spawn(command, rest, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env, SAM_TEST_TOKEN: token } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const end = once(child, 'close').then(([code, signal]): ChildEnd => ({ code: code as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr })); // what `close` gives
  const says = async (text: string): Promise<void> => {
    while (!stdout.includes(text)) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`It ended without saying ${text}: ${stdout}${stderr}`);
      await sleep(5);
    }
  };
  return { child, end, says, isGone: () => isGone(token) };
}

/** The argv of a run of `run-script.js`. */
export function runScript(run: unknown): string[] {
  return [process.execPath, fileURLToPath(new URL('run-script.js', import.meta.url)), JSON.stringify(run)];
}

/** The last line that a run of `run-script.js` printed. */
export function outcomeOf({ stdout }: ChildEnd): { summary: Record<string, unknown>; exitCode: number } {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { summary: Record<string, unknown>; exitCode: number }; // what run-script.ts prints
}

/** A killed process needs a moment to vanish; one that stays for seconds is an orphan. */
async function isGone(token: string): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (!readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && environOf(pid).includes(token))) return true;
    await sleep(25);
  }
  return false;
}

function environOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}
