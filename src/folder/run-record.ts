/**
 * The run record, `.sam/run.json`: what the finished tree was made with. It holds no clock, no path of this machine and nothing that
 * does not change the outputs; two runs may share a folder only if theirs are equal.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SamError, printableName, systemCode } from '../errors.js';
import { stageFile } from '../files/atomic.js';
import { sha256Hex } from '../files/hash.js';
import { storageError } from '../files/storage-error.js';
import { HOUSE } from './house.js';
import type { FolderSpec } from './spec.js';

export interface RunRecord {
  /** The file's text: JSON with sorted keys. */
  text: string;
  /** 16 hex digits: which record a ledger line belongs to. */
  id: string;
}

export function runRecord({ command, record }: Pick<FolderSpec, 'command' | 'record'>): RunRecord {
  const text = `${JSON.stringify(sortKeys({ schema: 1, command, ...record }), undefined, 2)}\n`;
  return { text, id: sha256Hex(text).slice(0, 16) };
}

/** What an output folder's record is to a run: this very one, none, or another that may be replaced. */
export type FoundRecord = 'same' | 'none' | 'other';

/** Looks at the folder's record. Throws `usage/options-changed` for another that may not be replaced. */
export async function checkRunRecord(output: string, record: RunRecord, mayReplace: boolean): Promise<FoundRecord> {
  const found = await readRecord(output);
  if (found === undefined) return 'none';
  if (found === record.text) return 'same';
  if (mayReplace) return 'other';
  const message = `${printableName(output)} was made with other options: ${differences(found, record.text)}. Choose another --output, or --force to make it anew.`;
  throw new SamError('usage/options-changed', message, { file: join(output, HOUSE, 'run.json') });
}

/**
 * Writes the record. A folder's first record must not replace that of a run that began at the same moment: false then, and the caller
 * looks again.
 */
export async function writeRunRecord(output: string, { text }: RunRecord, found: FoundRecord, tag: string | undefined): Promise<boolean> {
  if (found === 'same') return true;
  const staged = await stageFile(join(output, HOUSE, 'run.json'), text, { tag });
  return await staged.commit({ exclusive: found === 'none' });
}

async function readRecord(output: string): Promise<string | undefined> {
  const path = join(output, HOUSE, 'run.json');
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw await storageError(error, path);
  }
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sortKeys(inner)]));
}

/** `options.pointsPerSide (32, now 16), ...`: the leaves that differ. */
function differences(before: string, now: string): string {
  let old: Map<string, string>;
  try {
    old = leaves(JSON.parse(before));
  } catch {
    return 'its run.json is damaged';
  }
  const mine = leaves(JSON.parse(now));
  const differing = [...new Set([...old.keys(), ...mine.keys()])].sort().filter((key) => old.get(key) !== mine.get(key));
  return differing.map((key) => `${printableName(key)} (${printableName(old.get(key) ?? 'not set')}, now ${mine.get(key) ?? 'not set'})`).join(', ');
}

function leaves(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) leaves(inner, path === '' ? key : `${path}.${key}`, into);
  } else into.set(path, JSON.stringify(value));
  return into;
}
