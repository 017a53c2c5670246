/** The memory of a process and all that it started, from /proc, sampled while it works. */
import { readFileSync } from 'node:fs';

/**
 * Bytes, summed over the tree. `rss` counts a page that several processes share in each of them; `pss` counts it in parts, so that its sum
 * is what the tree really takes.
 */
export interface Memory { rss: number; pss: number }
export interface Sample extends Memory { seconds: number; processes: { pid: number; rss: number; pss: number; name: string }[] }

/** Samples the tree of `pid` until `end` resolves. */
export async function sampleMemory(pid: number, end: Promise<unknown>, everyMilliseconds: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  const start = performance.now();
  const take = (): void => {
    const processes = treeOf(pid).flatMap(memoryOf);
    if (processes.length === 0) return;
    const sum = (key: 'rss' | 'pss'): number => processes.reduce((total, one) => total + one[key], 0);
    samples.push({ seconds: (performance.now() - start) / 1000, rss: sum('rss'), pss: sum('pss'), processes });
  };
  const timer = setInterval(take, everyMilliseconds);
  await end;
  clearInterval(timer);
  return samples;
}

/** The sample with the most of it. */
export function peakOf(samples: readonly Sample[], key: keyof Memory): Sample | undefined {
  return samples.reduce<Sample | undefined>((most, sample) => (most === undefined || sample[key] > most[key] ? sample : most), undefined);
}

function treeOf(pid: number): number[] {
  const children = textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter((word) => word !== '').map(Number);
  return [pid, ...children.flatMap(treeOf)];
}

function memoryOf(pid: number): Sample['processes'] {
  const rollup = textOf(`/proc/${pid}/smaps_rollup`);
  const bytes = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(rollup)?.[1] ?? 0) * 1024;
  const name = textOf(`/proc/${pid}/cmdline`).split('\0').map((part) => part.split('/').at(-1)).slice(1, 3).join(' ');
  return rollup === '' ? [] : [{ pid, rss: bytes('Rss'), pss: bytes('Pss'), name }];
}

/** Nothing for a process that has ended. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
