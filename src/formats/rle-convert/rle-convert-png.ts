/** Masks as PNG files: one a mask, or one label image an image. */
import { finding } from '../../dataset/rules.js';
import type { Finding, Report } from '../../dataset/types.js';
import type { Rle } from '../../mask/rle.js';
import { positionAt, readRecord } from '../coco/coco-index.js';
import { groupByOwner, RecordTable } from '../coco/coco-table.js';
import { records } from '../coco/coco-read.js';
import type { Sink } from '../format.js';
import { pathStem } from '../generated.js';
import { encodeIndexPng } from '../png/index-png-write.js';
import { parseJson } from '../json/json-document.js';
import type { JsonFile } from '../json/json-file.js';
import { scanJson } from '../json/json-scan.js';
import { paintLabels } from '../png/label-pixels.js';
import { encodeMask } from '../png/png.js';
import { isObject, RecordCheck, shown, type JsonObject } from '../record-check.js';
import { sizeOf, type MaskDocument, type NamedSize } from './rle-convert-document.js';
import { isBareMask } from './rle-convert-json.js';
import type { PictureMask } from './rle-convert-pictures.js';
import { maskOfShape, readShape, type ValueOptions } from './rle-convert-value.js';
import { stemPaths } from '../stem-names.js';

/** The masks of one image; `stem`: the path of the outputs, `id`: the name of the mask's file. */
export interface MaskGroup { stem: string; masks: { id: string; rle: Rle }[] }

/** Writes `<stem>/<id>.png`, or with `labelMap` `<stem>.png` with the labels 1, 2, ... in the order of the masks (16 bits above 255). */
export async function writeMaskPngs(groups: AsyncIterable<MaskGroup>, labelMap: boolean, sink: Sink, counts: { masks: number; changed: number }): Promise<void> {
  for await (const { stem, masks } of groups) {
    counts.masks += masks.length;
    counts.changed += masks.length;
    const size = masks[0]?.rle;
    if (!labelMap) for (const { id, rle } of masks) await sink.put(`${stem}/${id}.png`, await encodeMask(rle));
    else if (size !== undefined) {
      const { data, covered } = paintLabels(masks.map(({ rle }) => rle), size);
      for (const i of covered) sink.lose('overlap', `mask ${masks[i]!.id} of ${stem}`);
      await sink.put(`${stem}.png`, encodeIndexPng({ width: size.width, height: size.height, data: masks.length > 255 ? data : Uint8Array.from(data) }));
    }
  }
}

/** A group a picture file. */
export async function* groupsOfPictures(masks: AsyncIterable<PictureMask>): AsyncGenerator<MaskGroup> {
  const pathOf = stemPaths();
  let group: (MaskGroup & { name: string }) | undefined;
  for await (const { file, index, rle } of masks) {
    if (group?.name !== file.name) {
      if (group !== undefined) yield group;
      group = { name: file.name, stem: pathOf(file.name), masks: [] };
    }
    group.masks.push({ id: String(index), rle });
  }
  if (group !== undefined) yield group;
}

interface Place extends NamedSize { stem: string }

/** The masks of a JSON file by image, in the order in which images first appear. `name`: of the input, for masks whose image nothing names. */
export async function* groupsOfJson(file: JsonFile, document: MaskDocument, name: string, options: ValueOptions, report: Report): AsyncGenerator<MaskGroup> {
  if (document.kind === 'mask') {
    const value = parseJson(file.range(0, file.size), file.name);
    const rle = isObject(value) ? maskOf(value, {}, options, new RecordCheck({ file: file.name }), report, {}) : undefined;
    if (rle !== undefined) yield { stem: pathStem(name), masks: [{ id: '1', rle }] };
    return;
  }
  const { table, places } = indexRecords(file, document, name, report);
  const { order, first } = groupByOwner(table, places.length, (place) => place, () => undefined);
  for (const [place, { stem, ...image }] of places.entries()) {
    const masks: MaskGroup['masks'] = [];
    for (const [i, record] of records(file, table, order.subarray(first[place], first[place + 1]))) {
      const id = record['id'];
      const isNamed = typeof id === 'number' || typeof id === 'string';
      const check = new RecordCheck({ file: file.name, record: `${document.key}[${i}]${isNamed ? ` (id ${shown(id)})` : ''}` });
      const rle = maskOf(record, image, options, check, report, positionAt(file, table.start(i)));
      if (rle !== undefined) masks.push({ id: isNamed ? String(id) : String(i + 1), rle });
    }
    yield { stem, masks };
  }
}

/** One pass over the file: each record goes to its image, whose number is the record's owner. */
function indexRecords(file: JsonFile, document: Extract<MaskDocument, { kind: 'records' }>, name: string, report: Report): { table: RecordTable; places: Place[] } {
  const table = new RecordTable(), places: Place[] = [], known = new Map<string, number>();
  const pathOf = stemPaths();
  for (const event of scanJson(file)) {
    if (event.kind === 'problem') report(finding(event.code, event.message, { file: file.name, ...positionAt(file, event.start) }));
    if (event.kind !== 'element' || event.key !== document.key) continue;
    const record = readRecord(event, file, report);
    if (record === undefined) {
      table.addLeftOut(event.start, event.end);
      continue;
    }
    const image = document.imageOf(record), imageId = record['image_id'];
    const imageName = image.fileName ?? (typeof imageId === 'number' || typeof imageId === 'string' ? `${imageId}.png` : name);
    let place = known.get(imageName);
    if (place === undefined) {
      place = places.push({ ...image, stem: pathOf(imageName) }) - 1;
      known.set(imageName, place);
    }
    table.add(event.start, event.end, event.index, place);
  }
  return { table, places };
}

function maskOf(record: JsonObject, image: NamedSize, options: ValueOptions, check: RecordCheck, report: Report, position: Pick<Finding, 'line' | 'byte'>): Rle | undefined {
  const size = sizeOf(image);
  const isMask = isBareMask(record);
  const shape = readShape(isMask ? record : record['segmentation'], size, options, check, isMask ? '' : 'segmentation');
  const rle = shape === undefined ? undefined : maskOfShape(shape, size, check);
  check.tell(report, () => position);
  return rle;
}
