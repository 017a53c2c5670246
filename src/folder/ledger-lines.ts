/** The ledger's lines: JSON with its own checksum, so that a line cut by a kill or spoilt by anything is told from a good one. */
import { createReadStream } from 'node:fs';
import { systemCode } from '../errors.js';
import { sha256Hex } from '../files/hash.js';
import { storageError } from '../files/storage-error.js';

/** An output as it was written: a file's SHA-256, or a folder's `sha256Listing`. `path` is relative to the output folder. */
export interface LedgerOutput { path: string; sha256: string }

/** One image finished. Its line is written before its outputs are: an output that no line knows is not ours. */
export interface ImageEntry {
  /** The id of the run record it was made under. */
  run: string;
  file_name: string;
  /** Of the image's bytes. */
  sha256: string;
  bytes: number;
  width: number;
  height: number;
  masks: number;
  outputs: LedgerOutput[];
}

/** The file made of all images. `of` is a hash over the image entries that it was made of. */
export interface FinishEntry { run: string; finish: LedgerOutput; of: string }

export type LedgerEntry = ImageEntry | FinishEntry;

export function isFinish(entry: LedgerEntry): entry is FinishEntry {
  return 'finish' in entry;
}

/** An entry as a line, without its end. The same entry always gives the same line. */
export function lineOf(entry: LedgerEntry): string {
  const text = JSON.stringify(inKeyOrder(entry));
  return `${text.slice(0, -1)},"check":"${checkOf(text)}"}`;
}

function inKeyOrder(entry: LedgerEntry): LedgerEntry {
  const output = ({ path, sha256 }: LedgerOutput): LedgerOutput => ({ path, sha256 });
  if (isFinish(entry)) return { run: entry.run, finish: output(entry.finish), of: entry.of };
  const { run, file_name, sha256, bytes, width, height, masks, outputs } = entry;
  return { run, file_name, sha256, bytes, width, height, masks, outputs: outputs.map(output) };
}

/** The entry of a line, or undefined if the line is not whole. */
export function entryOf(line: string): LedgerEntry | undefined {
  const match = /^(\{.*),"check":"([0-9a-f]{12})"\}$/s.exec(line);
  const text = `${match?.[1] ?? ''}}`;
  if (match === null || checkOf(text) !== match[2]) return undefined;
  // with its checksum right, a line is one that `lineOf` made
  const entry = JSON.parse(text) as LedgerEntry;
  return outputsOf(entry).every(({ path }) => staysInside(path)) ? entry : undefined;
}

export function outputsOf(entry: LedgerEntry): LedgerOutput[] {
  return isFinish(entry) ? [entry.finish] : entry.outputs;
}

/** An output folder may come from anywhere, and what its ledger names may be removed: a checksum is no signature. */
function staysInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.split(/[/\\]/).includes('..');
}

function checkOf(text: string): string {
  return sha256Hex(text).slice(0, 12);
}

const NEWLINE = 0x0a;

/** The good entries of a ledger file, first to last; none if there is no such file. */
export async function* readEntries(path: string): AsyncGenerator<LedgerEntry> {
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, start)) {
        const entry = entryOf(rest.toString('utf8', start, end));
        if (entry !== undefined) yield entry;
        start = end + 1;
      }
      rest = rest.subarray(start);
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw await storageError(error, path);
  }
}
