/** Commands under strace: killed before their Nth system call of a kind, or with an error in its place. Absent strace, tests skip and say so. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';

export const hasStrace = spawnSync('strace', ['-V']).status === 0 && spawnSync('strace', ['-qq', '-e', 'trace=none', 'true']).status === 0;

/** A test that needs strace. */
export const tracedTest: typeof test.serial | typeof test.serial.skip = hasStrace ? test.serial : test.serial.skip;
if (!hasStrace) test('skipped: strace is not installed or may not trace here; the sweeps over system calls did not run', (t) => { t.pass(); });

/** `KILL` ends the process before the call; an error number takes the call's place. */
export type Fault = 'KILL' | 'EPERM' | 'ENOSPC' | 'EIO' | 'EACCES' | 'EROFS' | 'EDQUOT';

/** The calls by which a run changes the disk. Of those in one line a machine has one: strace counts each call for itself. */
export const DURABLE_CALLS = ['rename,renameat,renameat2', 'link,linkat', 'unlink,unlinkat', 'mkdir,mkdirat', 'rmdir', 'fsync', 'fdatasync', 'pwrite64'] as const;

export interface TracedEnd { code: number | null; stdout: string; stderr: string; isHit: boolean; calls: number }

/**
 * Runs `argv` with `fault` at the `when`th call out of `calls`. strace counts for each thread: with a thread pool of one, all of a
 * process's file calls are in one thread, in order. `1+` is every call. `isHit` is false when there were fewer calls; `calls` is what the busiest thread made.
 */
export function runTraced(argv: readonly string[], calls: string, fault?: Fault, when: number | '1+' = 0): TracedEnd {
  const folder = mkdtempSync(join(tmpdir(), 'sam-strace-'));
  try {
    const log = join(folder, 'log');
    const injection = fault === undefined ? [] : ['-e', `inject=${calls}:${fault === 'KILL' ? 'signal=KILL' : `error=${fault}`}:when=${when}`];
    // not --seccomp-bpf, quick as it is: strace 6.1 then counts no call after the first
    const { status, stdout, stderr } = spawnSync(
      'strace', ['-f', '-qq', '-o', log, '-e', `trace=${calls}`, ...injection, ...argv],
      { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '1' } },
    );
    const lines = readFileSync(log, 'utf8').split('\n');
    return { code: status, stdout, stderr, isHit: lines.some((line) => /killed by SIGKILL|\(INJECTED\)/.test(line)), calls: mostOfOneThread(lines) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lines of strace's log begin with the thread. */
function mostOfOneThread(lines: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const thread = /^(\d+) +\w+\(/.exec(line)?.[1];
    if (thread !== undefined) counts.set(thread, (counts.get(thread) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}
