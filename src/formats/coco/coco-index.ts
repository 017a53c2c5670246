/**
 * The first pass over a COCO file: where its records lie, which belong together, and what is wrong with them as far as that can be said
 * without their image. The lists may stand anywhere at the top of the file, in any order.
 */
import { setImmediate } from 'node:timers/promises';
import { SamError } from '../../errors.js';
import type { Category, Finding, JsonValue, Report } from '../../dataset/types.js';
import { finding, type RuleCode } from '../../dataset/rules.js';
import { readCategory, readImage } from './coco-records.js';
import { groupByOwner, RecordTable, type Groups } from './coco-table.js';
import type { ReadOptions } from '../format.js';
import { tryJson, type TextPosition } from '../json/json-document.js';
import { jsonFault } from '../json/json-fault.js';
import type { JsonFile } from '../json/json-file.js';
import { scanJson, type JsonEvent } from '../json/json-scan.js';
import { isObject, RecordCheck, shown, type JsonObject } from '../record-check.js';

export interface CocoIndex {
  images: RecordTable;
  /** Numbers of the images in the order of the file. */
  order: Uint32Array;
  annotations: RecordTable;
  /** Annotations by the place of their image in `order`. */
  groups: Groups;
  categories: ReadonlyMap<number, Category>;
  /** The keys of the top level that COCO's lists do not have: info, licenses, a user's own. */
  extra: JsonObject;
  hasUniqueIds: boolean;
}

type Element = Extract<JsonEvent, { kind: 'element' }>;

/** A record's turn of the event loop comes this often, for signals. */
export const RECORDS_A_TURN = 4096;

/** Lets signals arrive, and obeys them. */
export async function takeTurn(stop: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  if (stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted while reading; nothing was written.');
}

/** Indexes an instances file, or with `'images'` only its images and categories. Throws `data/json`, `data/coco`. */
export async function indexCoco(file: JsonFile, { report, stop }: Pick<ReadOptions, 'report' | 'stop'>, what: 'all' | 'images' = 'all'): Promise<CocoIndex> {
  const reader = new IndexReader(file, report, what);
  for (const event of scanJson(file)) {
    reader.take(event);
    if (event.kind === 'element' && event.index % RECORDS_A_TURN === 0) await takeTurn(stop);
  }
  return reader.finish();
}

class IndexReader {
  private images = new RecordTable();
  private annotations = new RecordTable();
  private categories = new Map<number, Category>();
  private readonly categoryNames = new Set<string>();
  private readonly lists = new Set<string>();
  private readonly extra: [string, JsonValue][] = [];

  constructor(private readonly file: JsonFile, private readonly report: Report, private readonly what: 'all' | 'images') {}

  take(event: JsonEvent): void {
    switch (event.kind) {
      case 'problem': return this.report(finding(event.code, event.message, { file: this.file.name, ...this.at(event.start) }));
      case 'list': return this.begin(event.key);
      case 'element': return this.element(event);
      case 'value': return this.value(event);
      case 'list-end':
    }
  }

  private begin(key: string): void {
    if (key === '') throw this.notCoco('The file is a list; an instances file is an object with the lists "images", "annotations" and "categories". A list of results is read with --from coco-results and --instances.');
    this.lists.add(key);
    // a list that stands twice: the last one counts, as everywhere in JSON
    if (key === 'images') this.images = new RecordTable();
    else if (key === 'annotations') this.annotations = new RecordTable();
    else if (key === 'categories') this.categories = new Map();
    else this.keepExtra(key, []);
  }

  private element(event: Element): void {
    if (event.key === 'images') this.image(event);
    else if (event.key === 'annotations') {
      if (this.what === 'all') this.annotation(event);
    } else {
      const value = readElement(event, this.file, this.report);
      if (value === undefined) return;
      if (event.key === 'categories') this.category(value, event);
      // begun as a list by `begin`
      else (this.extra.at(-1)?.[1] as JsonValue[]).push(value);
    }
  }

  private value({ key, start, bytes, tooDeep }: Extract<JsonEvent, { kind: 'value' }>): void {
    if (key === '') throw this.notCoco('The file is no object with the lists "images", "annotations" and "categories".');
    if (key === 'images' || key === 'annotations' || key === 'categories') throw this.notCoco(`"${key}" is no list.`);
    const value = tooDeep ? undefined : tryJson(bytes, true);
    if (value === undefined) this.report(faultOf(bytes, start, tooDeep, this.file, key));
    else this.keepExtra(key, value);
  }

  private keepExtra(key: string, value: JsonValue): void {
    const known = this.extra.findIndex(([other]) => other === key);
    if (known >= 0) this.extra.splice(known, 1);
    this.extra.push([key, value]);
  }

  private image(event: Element): void {
    const record = readRecord(event, this.file, this.report);
    const check = this.check(event);
    const image = record === undefined ? undefined : readImage(record, check);
    check.tell(this.report, () => this.at(event.start));
    if (image === undefined || check.failed) this.images.addLeftOut(event.start, event.end);
    else this.images.add(event.start, event.end, image.id, 0);
  }

  /** What needs the image (sizes) waits for the second pass. */
  private annotation(event: Element): void {
    const record = readRecord(event, this.file, this.report);
    const check = this.check(event);
    const id = record === undefined ? undefined : check.id(record['id'], 'id');
    const imageId = record === undefined ? undefined : check.id(record['image_id'], 'image_id');
    check.tell(this.report, () => this.at(event.start));
    if (id === undefined || imageId === undefined) this.annotations.addLeftOut(event.start, event.end);
    else this.annotations.add(event.start, event.end, id, imageId);
  }

  private category(value: JsonValue, event: Element): void {
    const check = this.check(event);
    const category = isObject(value) ? readCategory(value, check) : check.find('json/record', `Expected an object, found ${shown(value)}.`);
    if (category !== undefined && this.categories.has(category.id)) check.find('id/duplicate', `Another category has the id ${category.id}.`, 'id');
    else if (category !== undefined && !check.failed) {
      if (this.categoryNames.has(category.name)) check.find('category/duplicate-name', `Another category has the name ${shown(category.name)}.`, 'name');
      this.categoryNames.add(category.name);
      this.categories.set(category.id, category);
    }
    check.tell(this.report, () => this.at(event.start));
  }

  finish(): CocoIndex {
    for (const list of ['images', 'categories']) {
      if (!this.lists.has(list) && !(list === 'categories' && this.annotations.length === 0)) throw this.notCoco(`There is no list "${list}" at the top of the file.`);
    }
    const { images, annotations } = this;
    for (const i of images.repeats()) {
      this.tell('id/duplicate', `Another image has the id ${images.id(i)}.`, `images[${i}]`, images.start(i));
      images.leaveOut(i);
    }
    const order = images.kept();
    const places = new Map<number, number>();
    order.forEach((image, place) => places.set(images.id(image), place));
    const groups = groupByOwner(annotations, order.length, (id) => places.get(id), (i) => {
      this.tell('image/unknown', `There is no image with the id ${annotations.owner(i)}.`, `annotations[${i}]`, annotations.start(i), 'image_id');
    });
    const repeats = annotations.repeats();
    for (const i of repeats) this.tell('id/duplicate', `Another annotation has the id ${annotations.id(i)}.`, `annotations[${i}]`, annotations.start(i), 'id');
    let hasZero = false;
    for (const i of groups.order) hasZero ||= annotations.id(i) === 0;
    return { images, order, annotations, groups, categories: this.categories, extra: Object.fromEntries(this.extra), hasUniqueIds: repeats.length === 0 && !hasZero };
  }

  private check(event: Element): RecordCheck {
    return new RecordCheck({ file: this.file.name, record: `${event.key}[${event.index}]` });
  }

  private tell(code: RuleCode, message: string, record: string, start: number, path = 'id'): void {
    this.report(finding(code, message, { file: this.file.name, record, path, ...this.at(start) }));
  }

  private at(start: number): TextPosition {
    return positionAt(this.file, start);
  }

  private notCoco(message: string): SamError {
    return new SamError('data/coco', message, { file: this.file.name });
  }
}

export function positionAt(file: JsonFile, byte: number): TextPosition {
  return file.positionOf(byte);
}

/** An element as an object; undefined for what is none, which is reported. */
export function readRecord(event: Element, file: JsonFile, report: Report): JsonObject | undefined {
  const value = readElement(event, file, report);
  if (value === undefined || isObject(value)) return value;
  report(finding('json/record', `Expected an object, found ${shown(value)}.`, { file: file.name, record: `${event.key}[${event.index}]`, ...positionAt(file, event.start) }));
  return undefined;
}

function readElement({ bytes, tooDeep, start, key, index }: Element, file: JsonFile, report: Report): JsonValue | undefined {
  const value = tooDeep ? undefined : tryJson(bytes, true);
  if (value === undefined) report(faultOf(bytes, start, tooDeep, file, `${key}[${index}]`));
  return value;
}

function faultOf(bytes: Buffer, start: number, tooDeep: boolean, file: JsonFile, record: string): Finding {
  const fault = tooDeep ? { offset: 0, reason: 'more than 64 objects and lists inside one another' } : jsonFault(bytes) ?? { offset: 0, reason: 'the parser refuses it' };
  return finding(tooDeep ? 'json/depth' : 'json/syntax', `Not valid JSON: ${fault.reason}.`, { file: file.name, record, ...file.positionOf(start + fault.offset) });
}
