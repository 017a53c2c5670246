/**
 * A JSON file of masks with its masks in another form, or checked: only the bytes of what is converted change, so that numbers, spaces and
 * keys that nobody asked about stay as they were written.
 */
import { finding } from '../../dataset/rules.js';
import type { JsonValue, Report } from '../../dataset/types.js';
import { positionAt, readRecord, RECORDS_A_TURN, takeTurn } from '../coco/coco-index.js';
import { parseJson } from '../json/json-document.js';
import type { JsonFile } from '../json/json-file.js';
import { membersOf } from '../json/json-members.js';
import { scanJson, type JsonEvent } from '../json/json-scan.js';
import { isObject, RecordCheck, shown, type JsonObject } from '../record-check.js';
import { sizeOf, type MaskDocument } from './rle-convert-document.js';
import { convertShape, readShape, type RleTarget, type ValueOptions } from './rle-convert-value.js';

export type JsonTarget = Exclude<RleTarget, 'png'>;
type Element = Extract<JsonEvent, { kind: 'element' }>;

export interface JsonJob {
  file: JsonFile;
  document: MaskDocument;
  /** Undefined: everything is read, nothing converted. */
  to: JsonTarget | undefined;
  options: ValueOptions;
  report: Report;
  counts: { masks: number; changed: number };
  stop?: AbortSignal | undefined;
}

/** A part of the file that is written differently. */
interface Edit { start: number; end: number; text: string }

const COPY_BYTES = 1 << 20;

/** The converted file in pieces. */
export async function* convertJson(job: JsonJob): AsyncGenerator<Uint8Array | string> {
  const { file, document, report } = job;
  if (document.kind === 'mask') {
    yield* convertMask(job);
    return;
  }
  let copied = 0, lastEnd = 0;
  for (const event of scanJson(file)) {
    if (event.kind === 'problem') {
      report(finding(event.code, event.message, { file: file.name, ...positionAt(file, event.start) }));
      // a comma too many, a mark: what a lenient reader passes over is left out
      if (event.code === 'json/byte-order-mark') copied = 3;
      if (event.code === 'json/comma') {
        yield* copyOf(file, copied, lastEnd);
        copied = event.start;
      }
      continue;
    }
    if (event.kind === 'element' || event.kind === 'value') lastEnd = event.end;
    if (event.kind === 'list-end') lastEnd = event.start + 1;
    if (event.kind !== 'element' || event.key !== document.key) continue;
    const edit = editOf(event, job);
    if (edit !== undefined) {
      yield* copyOf(file, copied, edit.start);
      yield edit.text;
      copied = edit.end;
    }
    if (event.index % RECORDS_A_TURN === 0) await takeTurn(job.stop);
  }
  yield* copyOf(file, copied, file.size);
}

function* copyOf(file: JsonFile, from: number, to: number): Generator<Uint8Array> {
  for (let at = from; at < to; at += COPY_BYTES) yield file.range(at, Math.min(to, at + COPY_BYTES));
}

/** How a record of a list changes; undefined where it stays. */
function editOf(event: Element, job: JsonJob): Edit | undefined {
  const { file, document, to, options, report, counts } = job;
  const record = readRecord(event, file, report);
  if (record === undefined || document.kind === 'mask') return undefined;
  const check = checkOf(event, record, file);
  const size = sizeOf(document.imageOf(record));
  const isMask = isBareMask(record);
  const source = isMask ? record : record['segmentation'];
  const shape = readShape(source, size, options, check, isMask ? '' : 'segmentation');
  const key = to === undefined || to === 'bbox' || to === 'area' ? to : 'segmentation';
  const value = shape === undefined || to === undefined ? undefined : convertShape(shape, isMask ? record : record[key ?? ''], to, size, options, check);
  check.tell(report, () => positionAt(file, event.start));
  if (shape !== undefined) counts.masks++;
  if (value === undefined || key === undefined) return undefined;
  counts.changed++;
  return isMask ? { start: event.start, end: event.end, text: JSON.stringify(value) } : memberEdit(event, key, value);
}

/** The id is what a person looks for. */
export function checkOf({ key, index }: Element, { id }: JsonObject, file: JsonFile): RecordCheck {
  return new RecordCheck({ file: file.name, record: `${key}[${index}]${id === undefined ? '' : ` (id ${shown(id)})`}` });
}

/** A list may also hold masks themselves. */
export function isBareMask(record: JsonObject): boolean {
  return record['segmentation'] === undefined && record['counts'] !== undefined && record['size'] !== undefined;
}

/** The value of a key replaced, the last one where it stands twice, or the key put at the end. */
function memberEdit({ start, bytes }: Element, key: string, value: JsonValue): Edit {
  const { members, last } = membersOf(bytes);
  const member = members.findLast((other) => other.key === key);
  if (member !== undefined) return { start: start + member.start, end: start + member.end, text: JSON.stringify(value) };
  return { start: start + last, end: start + last, text: `, ${JSON.stringify(key)}: ${JSON.stringify(value)}` };
}

/** One mask gives one value; an object of a few keys is not worth keeping to the letter. */
function* convertMask({ file, to, options, report, counts }: JsonJob): Generator<string> {
  const value = parseJson(file.range(0, file.size), file.name);
  const check = new RecordCheck({ file: file.name });
  const shape = isObject(value) ? readShape(value, undefined, options, check, '') : check.find('segmentation/invalid', `Expected {size, counts}, found ${shown(value)}.`);
  if (shape?.kind === 'mask') counts.masks++;
  const converted = shape?.kind === 'mask' && to !== undefined ? convertShape(shape, undefined, to, undefined, options, check) : undefined;
  check.tell(report, () => ({}));
  if (converted === undefined) return;
  counts.changed++;
  yield `${JSON.stringify(converted)}\n`;
}

