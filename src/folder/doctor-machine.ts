/** What `sam doctor` says of the machine: the system, its processor and its memory, as this process may use them. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, release, totalmem } from 'node:os';
import { thisPlace } from '../models/runtime-advice.js';
import { cpuQuota } from './cpu-quota.js';
import type { Check } from './doctor.js';

/** Instructions that the runtime's kernels are chosen by, of x64 and of ARM, as `/proc/cpuinfo` calls them. */
const FEATURES = [
  'sse4_2', 'avx', 'avx2', 'fma', 'f16c', 'avx_vnni', 'avx512f', 'avx512bw', 'avx512_vnni', 'avx512_bf16', 'amx_int8', 'amx_bf16',
  'asimd', 'asimdhp', 'asimddp', 'i8mm', 'bf16', 'sve', 'sve2',
];

const GIGABYTE = 1e9;

export function systemCheck(): Check {
  const { platform, arch, libc } = thisPlace();
  return { topic: 'system', state: 'ok', text: [`${platform} ${arch}`, libc, release()].filter((part) => part !== undefined).join(', ') };
}

export function processorCheck(): Check {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  const quota = cpuQuota();
  const cores = `${availableParallelism()} cores${quota === undefined ? '' : `, limited to ${Number(quota.toFixed(2))} of them`}`;
  const features = processorFeatures();
  const text = [model, cores, ...(features === undefined ? [] : [features.join(' ')])].join(', ');
  if (process.arch !== 'x64' || features === undefined || features.includes('avx2')) return { topic: 'processor', state: 'ok', text };
  return { topic: 'processor', state: 'warning', text, advice: 'Without avx2 everything is several times slower; in a virtual machine, pass the host\'s processor through.' };
}

/** Those of the instructions above that there are; undefined where the system does not tell. */
function processorFeatures(): string[] | undefined {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
    const found = new Set(line?.split(' '));
    return line === undefined ? undefined : FEATURES.filter((name) => found.has(name));
  } catch {
    return undefined;
  }
}

export function memoryCheck(): Check {
  const limit = process.constrainedMemory();
  const isLimited = limit > 0 && limit < totalmem();
  const free = isLimited ? process.availableMemory() : Math.max(freemem(), process.availableMemory());
  const text = `${gigabytes(totalmem())}, ${isLimited ? `limited to ${gigabytes(limit)}` : 'no limit set'}, ${gigabytes(free)} available`;
  if (free >= GIGABYTE) return { topic: 'memory', state: 'ok', text };
  return { topic: 'memory', state: 'warning', text, advice: 'A worker may need some hundred megabytes: use --workers 1, or end other programs.' };
}

function gigabytes(bytes: number): string {
  return `${(bytes / GIGABYTE).toFixed(1)} GB`;
}
