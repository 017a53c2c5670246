/** How much processor time a container or a service may use: less than the cores that the system shows, where somebody said so. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Cores' worth of time (2.5: two and a half), or undefined where there is no limit. `root` and `self` are those of Linux, or a test's own. */
export function cpuQuota(root = '/sys/fs/cgroup', self = '/proc/self/cgroup'): number | undefined {
  const groups = (textOf(self) ?? '').split('\n').map((line) => line.split(':'));
  const unified = groups.find(([id]) => id === '0')?.[2] ?? '/';
  const cpu = groups.find(([, controllers]) => controllers?.split(',').includes('cpu'))?.[2] ?? '/';
  const limits = [
    // a container sees its own group as the root, whatever its path is called outside
    ...foldersUpFrom(unified).map((folder) => ratioOf((textOf(join(root, folder, 'cpu.max')) ?? '').split(/\s+/))),
    ...foldersUpFrom(cpu).map((folder) => ratioOf(['quota', 'period'].map((name) => textOf(join(root, 'cpu', folder, `cpu.cfs_${name}_us`)) ?? ''))),
  ].filter((limit) => limit !== undefined);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** `['200000', '100000']` is 2; `max`, -1 and nothing are no limit. */
function ratioOf([quota, period]: readonly string[]): number | undefined {
  const limit = Number(quota) / Number(period);
  return Number.isFinite(limit) && limit > 0 ? limit : undefined;
}

/** A group's own folder and those above it, each of which may limit it. */
function foldersUpFrom(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return [...parts.map((_, i) => parts.slice(0, parts.length - i).join('/')), ''];
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
