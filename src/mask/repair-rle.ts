/**
 * Reads malformed runs as well as they can be read, and says what was done: a list of findings, never a silent guess.
 * What is repaired: a sum that is short (padded with background, what pycocotools' decoder leaves) or long (cut), runs below zero or
 * not whole, a string that ends inside a value, a string with Python's escapes or its `b'...'` still around it. What says nothing about
 * the mask any more is still an error: a wrong size, characters outside the alphabet, values too long to be runs.
 */
import type { ImageSize } from '../geometry/size.js';
import { cocoParts, rleFromCoco, rleFromCounts, type ReadRleOptions } from './coco-rle.js';
import { SamError, isSamError } from '../errors.js';
import { rleFromString } from './rle-string.js';
import { readValue } from './rle-string-errors.js';
import type { Rle } from './rle.js';

export type RleFindingKind = 'sum-short' | 'sum-long' | 'run-negative' | 'run-fraction' | 'string-cut' | 'string-escaped';

/** One repair: `at` is the index of the run, or of the character for `string-...`. */
export interface RleFinding { kind: RleFindingKind; at: number; message: string }

/** A mask as read, and what was repaired; no findings where nothing was wrong. */
export interface RepairedRle { rle: Rle; findings: RleFinding[] }

/** The mask of a COCO RLE object, repaired where it can be. Throws `data/rle` where it cannot; options as `rleFromCoco`'s. */
export function repairRle(value: unknown, options: ReadRleOptions = {}): RepairedRle {
  const { size, counts } = cocoParts(value, options);
  try {
    return { rle: rleFromCoco(value, options), findings: [] };
  } catch (error) {
    if (!isSamError(error, 'data/rle')) throw error;
  }
  return typeof counts === 'string' ? repairString(counts, size) : repairRuns(counts, [], size);
}

function repairString(text: string, size: ImageSize): RepairedRle {
  return withoutEscapes(text, size) ?? repairRuns(...readRuns(text), size);
}

/** What Python prints around bytes is only taken for that where the runs then fit exactly: a doubled backslash may also be two groups. */
function withoutEscapes(text: string, size: ImageSize): RepairedRle | undefined {
  const plain = (/^b(['"])(.*)\1$/s.exec(text)?.[2] ?? text).replaceAll('\\\\', '\\');
  if (plain === text) return undefined;
  let at = 0;
  while (plain[at] === text[at]) at++;
  try {
    const message = 'The string has the quotes or escapes that Python prints around bytes; read without them.';
    return { rle: rleFromString(plain, size.width, size.height), findings: [{ kind: 'string-escaped', at, message }] };
  } catch (error) {
    if (isSamError(error, 'data/rle')) return undefined;
    throw error;
  }
}

/** Every value that is whole; negative runs stay for `repairRuns`. Throws `data/rle` for characters and groups that mean nothing. */
function readRuns(text: string): [runs: number[], findings: RleFinding[]] {
  const runs: number[] = [], findings: RleFinding[] = [];
  const end = wholeValues(text);
  // a tail of characters outside the alphabet was never a value, and without one whole value there is nothing to repair: reading it says why
  if (end < text.length && (end === 0 || !/^[0-o]*$/.test(text.slice(end)))) readValue(text, end);
  for (let at = 0; at < end;) {
    const { value, next } = readValue(text, at);
    runs.push(runs.length > 2 ? value + runs[runs.length - 2]! : value);
    at = next;
  }
  if (end < text.length) findings.push({ kind: 'string-cut', at: end, message: `The string ends inside the value that begins at character ${end}; that value is left out.` });
  return [runs, findings];
}

/** Length of the string without a last value that has no end. */
function wholeValues(text: string): number {
  let end = text.length;
  while (end > 0 && text.length - end < 8 && ((text.charCodeAt(end - 1) - 48) & 0x20) !== 0) end--;
  return end;
}

/** Clamps runs to whole numbers of at least 0, then cuts or pads their sum. */
function repairRuns(runs: readonly unknown[], findings: RleFinding[], size: ImageSize): RepairedRle {
  const total = size.width * size.height;
  const clean: number[] = [];
  let sum = 0;
  for (let i = 0; i < runs.length; i++) {
    const run = wholeRun(runs[i], i, findings);
    if (sum + run > total) {
      findings.push({ kind: 'sum-long', at: i, message: `The runs sum to more than the ${total} pixels of a ${size.width} x ${size.height} mask; cut in run ${i}.` });
      clean.push(total - sum);
      sum = total;
      break;
    }
    clean.push(run);
    sum += run;
  }
  if (sum < total) {
    findings.push({ kind: 'sum-short', at: clean.length, message: `The runs sum to ${sum}, but a mask of ${size.width} x ${size.height} has ${total} pixels; the rest is background.` });
    // background goes on in a run of zeros, or begins one
    if (clean.length % 2 === 1) clean[clean.length - 1]! += total - sum;
    else clean.push(total - sum);
  }
  return { rle: rleFromCounts(clean, size), findings };
}

function wholeRun(value: unknown, index: number, findings: RleFinding[]): number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw new SamError('data/rle', `Run ${index} is no number.`, { path: `counts[${index}]` });
  if (value < 0) {
    findings.push({ kind: 'run-negative', at: index, message: `Run ${index} is ${value}; taken as 0.` });
    return 0;
  }
  if (Number.isInteger(value)) return value;
  if (value === Infinity) return value;
  findings.push({ kind: 'run-fraction', at: index, message: `Run ${index} is ${value}; taken as ${Math.round(value)}.` });
  return Math.round(value);
}
