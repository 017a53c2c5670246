/** What a JSON file of masks is (COCO, SA-1B, results, a list of masks, one mask) and what it says of its images. */
import type { JsonValue } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import type { ImageSize } from '../../geometry/size.js';
import { tryJson } from '../json/json-document.js';
import type { JsonFile } from '../json/json-file.js';
import { jsonHead } from '../json/json-head.js';
import { scanJson } from '../json/json-scan.js';
import { isObject, type JsonObject } from '../record-check.js';

export interface NamedSize extends Partial<ImageSize> { fileName?: string }

/** `mask`: the whole document is one. `key`: the list of records, `''` where the document is that list. */
export type MaskDocument =
  | { kind: 'mask' }
  | { kind: 'records'; key: 'annotations' | ''; /** The image of a record, as far as the file knows it. */ imageOf(record: JsonObject): NamedSize; /** Boxes are Meta's. */ metaBoxes: boolean };

const HEAD_BYTES = 1 << 16;

/** Reads the images of a file, if it has some. Throws `data/format` for what holds no masks, and `data/json`. */
export function describeDocument(file: JsonFile): MaskDocument {
  const { shape, keys, firstKeys } = jsonHead(file.range(0, Math.min(file.size, HEAD_BYTES)));
  if (shape === 'list') return { kind: 'records', key: '', imageOf: () => ({}), metaBoxes: isMetaList(firstKeys.get('') ?? []) };
  if (shape === 'object' && (keys.has('counts') || keys.has('size')) && !keys.has('annotations') && !keys.has('images')) return { kind: 'mask' };
  return describeObject(file);
}

/** What Meta's generator script writes has no images in its records. */
function isMetaList(keys: readonly string[]): boolean {
  return keys.includes('predicted_iou') && !keys.includes('image_id');
}

function describeObject(file: JsonFile): MaskDocument {
  const images = new Map<JsonValue | undefined, NamedSize>();
  let single: NamedSize | undefined, hasList = false;
  for (const event of scanJson(file)) {
    if (event.kind === 'list') hasList ||= event.key === 'annotations';
    else if (event.kind === 'element' && event.key === 'images') {
      const image = event.tooDeep ? undefined : tryJson(event.bytes, true);
      if (isObject(image)) images.set(image['id'], namedSize(image));
    } else if (event.kind === 'value' && event.key === 'image') {
      const image = event.tooDeep ? undefined : tryJson(event.bytes, true);
      if (isObject(image)) single = namedSize(image);
    }
  }
  if (!hasList) throw new SamError('data/format', 'There are no masks in the file: it is no COCO, SA-1B or results file, and no mask {size, counts}.', { file: file.name });
  const imageOf = (record: JsonObject): NamedSize => single ?? images.get(record['image_id']) ?? {};
  return { kind: 'records', key: 'annotations', imageOf, metaBoxes: single !== undefined };
}

function namedSize({ width, height, file_name: fileName }: JsonObject): NamedSize {
  const isSized = typeof width === 'number' && typeof height === 'number' && Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0;
  return { ...(isSized ? { width, height } : {}), ...(typeof fileName === 'string' ? { fileName } : {}) };
}

export function sizeOf({ width, height }: NamedSize): ImageSize | undefined {
  return width === undefined || height === undefined ? undefined : { width, height };
}
