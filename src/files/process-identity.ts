/** Who a process is, beyond its number: numbers are used again, so a process's start time and its boot belong to its name. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from '../errors.js';

/** `started` is the boot and the start time in clock ticks, or null where the system does not tell (no `/proc`). */
export interface ProcessIdentity { pid: number; host: string; started: string | null }

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), started: startOf(process.pid) ?? null };
}

/** False when the process surely ended: it ran on this host, and its number is free, a zombie's, or now another's. */
export function mayBeAlive({ pid, host, started }: ProcessIdentity): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to another user
    if (systemCode(error) === 'ESRCH') return false;
  }
  if (started === null || !canTellStarts()) return true;
  return startOf(pid) === started;
}

function canTellStarts(): boolean {
  return startOf(process.pid) !== undefined;
}

/** Undefined for a process that ended, a zombie, and where there is no `/proc`. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the second field is the command in brackets, and may hold spaces and brackets itself
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const ticks = fields[19];
    if (state === 'Z' || state === 'X' || ticks === undefined) return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${ticks}`;
  } catch {
    return undefined;
  }
}

/** This process in the name of a file: hashes of host and start around its number. */
export function ownerText(): string {
  const { pid, host, started } = ownIdentity();
  return `${shortHash(host)}-${pid}-${shortHash(started ?? '')}`;
}

/** `mayBeAlive` for what `ownerText` gave. */
export function ownerMayBeAlive(text: string): boolean {
  const [host, pid, started] = text.split('-');
  if (host !== shortHash(hostname())) return true;
  if (!canTellStarts()) return mayBeAlive({ pid: Number(pid), host: hostname(), started: null });
  const now = startOf(Number(pid));
  return now !== undefined && started === shortHash(now);
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
