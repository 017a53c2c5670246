/**
 * Comma-separated values by RFC 4180: quoted fields may hold commas, quotes (doubled) and line ends; lines end with LF or CR LF; a byte
 * order mark at the start is no data; empty lines are no records. Works on bytes as they come, one record in memory at a time.
 */
import { SamError } from '../../errors.js';

/** One record. `line`: where it begins, from 1. `start`, `end`: its bytes in the input. `fields`: `undefined` where the bytes are no UTF-8. */
export interface CsvRecord { fields: string[] | undefined; line: number; start: number; end: number }

/** Feed it the input in pieces; each call returns the records that are complete, `end` the last one. Both throw `data/format`. */
export interface CsvSplitter { feed(chunk: Uint8Array): CsvRecord[]; end(): CsvRecord[] }

const MAX_RECORD_BYTES = 1 << 20;
const QUOTE = 0x22, COMMA = 0x2c, CR = 0x0d, LF = 0x0a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Where in a record the splitter stands: before a field, in one, in a quoted one, after its closing quote, after a carriage return. */
type State = 'start' | 'plain' | 'quoted' | 'closed' | 'return';

/** `at`: where in the file the input begins, for a part of one. */
export function csvSplitter(name: string, at: { byte: number; line: number } = { byte: 0, line: 1 }): CsvSplitter {
  let { byte, line } = at;
  let state: State = 'start';
  let record = recordAt(byte, line);

  const fail = (what: string): never => {
    throw new SamError('data/format', `${what}, at line ${line}.`, { file: name, record: `line ${record.line}`, line });
  };
  const close = (out: CsvRecord[]): void => {
    if (!record.isEmpty) out.push({ fields: record.fields(), line: record.line, start: record.start, end: byte });
    record = recordAt(byte, line);
    state = 'start';
  };
  const put = (value: number): void => {
    if (record.put(value) > MAX_RECORD_BYTES) fail(`A record has more than ${MAX_RECORD_BYTES} bytes`);
  };
  const outsideQuotes = (value: number, out: CsvRecord[]): void => {
    if (state === 'return' && value !== LF) fail('A carriage return stands without its line feed');
    switch (value) {
      case LF: return close(out);
      case CR: state = 'return'; return;
      case COMMA: record.endField(); state = 'start'; return;
      case QUOTE:
        if (state === 'plain') fail('A quote stands inside a field that is not quoted');
        if (state === 'closed') put(value);
        record.isEmpty = false;
        state = 'quoted';
        return;
      default:
        if (state === 'closed') fail('Text follows a closing quote');
        put(value);
        state = 'plain';
    }
  };
  return {
    feed(chunk) {
      const out: CsvRecord[] = [];
      for (const value of chunk) {
        const isMark = byte < BYTE_ORDER_MARK.length && value === BYTE_ORDER_MARK[byte];
        byte++;
        if (value === LF) line++;
        if (isMark) continue;
        if (state !== 'quoted') outsideQuotes(value, out);
        else if (value === QUOTE) state = 'closed';
        else put(value);
      }
      return out;
    },
    end() {
      if (state === 'quoted') fail(`The file ends inside quotes that begin in the record of line ${record.line}`);
      const out: CsvRecord[] = [];
      close(out);
      return out;
    },
  };
}

/** The bytes of one record, quotes and commas taken away, and where its fields end. */
function recordAt(start: number, line: number) {
  let bytes = Buffer.allocUnsafe(256);
  let length = 0, all = 0;
  const ends: number[] = [];
  return {
    start, line, isEmpty: true,
    /** Returns the length. */
    put(value: number): number {
      if (length === bytes.length) {
        const larger = Buffer.allocUnsafe(length * 2);
        larger.set(bytes);
        bytes = larger;
      }
      bytes[length++] = value;
      all |= value;
      this.isEmpty = false;
      return length;
    },
    endField(): void {
      ends.push(length);
      this.isEmpty = false;
    },
    fields(): string[] | undefined {
      if (all < 0x80) {
        const text = bytes.toString('latin1', 0, length);
        return [...ends, length].map((end, i) => text.slice(i === 0 ? 0 : ends[i - 1], end));
      }
      try {
        return [...ends, length].map((end, i) => utf8.decode(bytes.subarray(i === 0 ? 0 : ends[i - 1]!, end)));
      } catch {
        return undefined;
      }
    },
  };
}
