/**
 * The sweep: a command is killed before every system call that changes the disk, one at a time; after each kill every file under a
 * final name is whole, and the same command again reaches the tree of a run that nobody killed.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { isTemporaryName } from '../../src/files/temporary.js';
import { treeOf } from './fake-run.js';
import { runTraced } from './strace.js';

export interface Sweep {
  /** The command; the same for every run. */
  argv: readonly string[];
  /** The folder that it writes, an absolute path. */
  output: string;
  /** What is in it before each run: a folder to copy from; nothing if absent. */
  before?: string;
  /** System calls to kill at, as in `DURABLE_CALLS`. */
  calls: string;
  /** Every how many calls; 1 is exhaustive. */
  stride?: number;
  /** At most so many kills; endless if absent. */
  most?: number;
}

/** `calls`: how many there are to kill at. */
export interface SweepReport { kills: number; calls: number; faults: string[] }

/** Runs the sweep. `faults` is empty when all is well; each line says after which kill what was wrong. */
export function sweepKills({ argv, output, before, calls, stride = 1, most = Infinity }: Sweep): SweepReport {
  const reset = (): void => {
    rmSync(output, { recursive: true, force: true });
    if (before !== undefined) cpSync(before, output, { recursive: true, preserveTimestamps: true });
  };
  reset();
  const old = before === undefined ? {} : treeOf(output);
  const { calls: all } = runTraced(argv, calls);
  const golden = treeOf(output);
  const faults: string[] = [];
  let kills = 0;
  for (let when = 1; kills < most; when += stride) {
    reset();
    const end = runTraced(argv, calls, 'KILL', when);
    if (!end.isHit) {
      if (end.code !== 0) faults.push(`${calls} ${when}: no kill, and exit code ${end.code}: ${end.stderr}`);
      break;
    }
    kills++;
    faults.push(...unlike(treeOrNothing(output), [old, golden]).map((line) => `killed at ${calls} ${when}: ${line}`));
    runToTheEnd(argv);
    faults.push(...differences(treeOf(output), golden).map((line) => `killed at ${calls} ${when}, run again: ${line}`));
  }
  return { kills, calls: all, faults };
}

function runToTheEnd(argv: readonly string[]): void {
  const [command = '', ...rest] = argv;
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The run ended with ${status}: ${stdout}${stderr}`);
}

function treeOrNothing(output: string): Record<string, string> {
  try {
    return treeOf(output);
  } catch {
    return {};
  }
}

/** Files with a final name whose bytes are in none of the whole trees; the run's own ledger and lock grow and go. */
function unlike(tree: Record<string, string>, whole: readonly Record<string, string>[]): string[] {
  const isFinal = (name: string): boolean => !name.split('/').some(isTemporaryName) && !/^\.sam\/(?:ledger|lock)/.test(name);
  return Object.entries(tree).filter(([name, hash]) => isFinal(name) && !whole.some((one) => one[name] === hash)).map(([name]) => `${name} is not whole`);
}

/** How a tree differs from another, for people. */
export function differences(tree: Record<string, string>, golden: Record<string, string>): string[] {
  const names = [...new Set([...Object.keys(tree), ...Object.keys(golden)])];
  return names.filter((name) => tree[name] !== golden[name]).map((name) => `${name} ${name in tree ? (name in golden ? 'differs' : 'is too much') : 'is missing'}`);
}
