/** Which format an input is in: every format looks at the same small part of it and says why, or why not. */
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SamError, printableName } from '../errors.js';
import { sortedByText } from '../files/order.js';
import { walk } from '../files/walk.js';
import type { Format, Match, Probe } from './format.js';
import { readError } from './json/json-document.js';
import { FORMATS } from './registry.js';

const HEAD_BYTES = 1 << 16;
const MOST_NAMES = 2000;
const MOST_LEVELS = 3;
/** Below this nobody is sure; two closer than that are not told apart. */
const LEAST_SCORE = 0.3;
const CLOSE = 0.05;

export interface Detected extends Match { format: Format }

/** The format of an input. Throws `usage/input-missing`, `data/unreadable`, and `data/format` with what each format said where none or several fit. */
export async function detectFormat(path: string): Promise<Detected> {
  const probe = await probeOf(path);
  if (!probe.directory && probe.head.length === 0) throw new SamError('data/format', 'The file is empty.', { file: path });
  const matches = await matchesOf(probe);
  const [best, next] = matches;
  if (best === undefined || best.score < LEAST_SCORE) throw undecided(path, 'The input is in no format that is known', matches);
  if (next !== undefined && best.score - next.score < CLOSE) throw undecided(path, `The input may be ${matches.filter(({ score }) => best.score - score < CLOSE).map(({ format }) => format.name).join(' or ')}`, matches);
  return best;
}

/** What each format that can be read says, the surest first. */
export async function matchesOf(probe: Probe): Promise<Detected[]> {
  const matches = await Promise.all(FORMATS.filter(({ reader }) => reader !== undefined).map(async (format) => ({ format, ...(await format.detect(probe)) })));
  return matches.sort((a, b) => b.score - a.score);
}

function undecided(path: string, what: string, matches: readonly Detected[]): SamError {
  const said = matches.map(({ format, reason }) => `${format.name}: ${printableName(reason)}`).join('; ');
  return new SamError('data/format', `${what}; --from FORMAT says which it is. ${said}.`, { file: path });
}

/** The part of an input that formats look at. Throws `usage/input-missing`, `data/unreadable`. */
export async function probeOf(path: string): Promise<Probe> {
  const found = await stat(path).catch((error: unknown) => { throw readError(error, path); });
  if (found.isDirectory()) return { path, directory: true, head: new Uint8Array(0), names: await firstNames(path), headOf: (name) => headOf(join(path, name)) };
  if (!found.isFile()) throw new SamError('data/unreadable', 'Neither a regular file nor a folder.', { file: path });
  return { path, directory: false, head: await headOf(path), names: [], headOf: async () => new Uint8Array(0) };
}

async function headOf(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw readError(error, path);
  }
}

async function firstNames(root: string): Promise<string[]> {
  const names: string[] = [];
  const levelOf = (folder: string): number => folder.slice(root.length).split(/[/\\]/).filter((part) => part !== '').length;
  for await (const { name, problem } of walk(root, (folder) => levelOf(folder) < MOST_LEVELS)) {
    if (problem === undefined && names.push(name) === MOST_NAMES) break;
  }
  return sortedByText(names, (name) => name);
}
