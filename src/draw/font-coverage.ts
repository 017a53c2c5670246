/** Which characters a TrueType font has, from its `cmap` table: what it lacks must not be asked for, or an installed font would step in. */
import { SamError } from '../errors.js';

/** First and last code point of each range, ascending. */
export type Coverage = readonly (readonly [first: number, last: number])[];

/** The ranges of the font's table of all Unicode (format 12). Throws `internal/install` for a file that has none. */
export function coverageOf(font: Buffer): Coverage {
  const table = tableAt(font, 'cmap');
  for (let i = 0; table !== undefined && i < font.readUInt16BE(table + 2); i++) {
    const at = table + font.readUInt32BE(table + 8 + 8 * i);
    if (font.readUInt16BE(at) !== 12) continue;
    return Array.from({ length: font.readUInt32BE(at + 12) }, (_, group) => [font.readUInt32BE(at + 16 + 12 * group), font.readUInt32BE(at + 20 + 12 * group)] as const);
  }
  throw new SamError('internal/install', 'The font of the package has no table of its characters; install the package again.');
}

function tableAt(font: Buffer, tag: string): number | undefined {
  const tables = font.readUInt16BE(4);
  for (let i = 0; i < tables; i++) {
    const entry = 12 + 16 * i;
    if (font.toString('latin1', entry, entry + 4) === tag) return font.readUInt32BE(entry + 8);
  }
  return undefined;
}

/** Whether the font has the character of a code point. */
export function covers(coverage: Coverage, codePoint: number): boolean {
  let low = 0, high = coverage.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1, [first, last] = coverage[middle]!;
    if (codePoint < first) high = middle - 1;
    else if (codePoint > last) low = middle + 1;
    else return true;
  }
  return false;
}
