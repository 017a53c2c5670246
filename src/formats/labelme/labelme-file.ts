/** One LabelMe file: its image and its objects. The picture that may be in it (`imageData`) is never looked at. */
import { isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { finding } from '../../dataset/rules.js';
import type { Extra, ImageRecord, JsonValue, Report } from '../../dataset/types.js';
import { SamError, printableName } from '../../errors.js';
import { unsafeReason } from '../../files/safe-path.js';
import type { ImageSize } from '../../geometry/size.js';
import { isThere } from '../file-bytes.js';
import type { ReadOptions } from '../format.js';
import { imageSizeIn } from '../image-folder.js';
import { readJsonDocument } from '../json/json-document.js';
import { joinGroups, type LabelmeObject } from './labelme-groups.js';
import { labelmeShape, type LabelmeShape } from './labelme-shape.js';
import { RecordCheck, isObject, restOf, shown, type JsonObject } from '../record-check.js';

export interface LabelmeFile { image: Omit<ImageRecord, 'id'>; objects: LabelmeObject[] }

const FILE_KEYS: ReadonlySet<string> = new Set(['version', 'flags', 'shapes', 'imagePath', 'imageData', 'imageHeight', 'imageWidth']);

/** The file `name` below `root`, or undefined where nothing of it can be used; what is wrong is reported. */
export async function readLabelmeFile(root: string, name: string, options: ReadOptions): Promise<LabelmeFile | undefined> {
  const value = await jsonOf(root, name, options.report);
  if (value === undefined) return undefined;
  const shapes = isObject(value) ? value['shapes'] : undefined;
  if (!isObject(value) || !Array.isArray(shapes)) {
    options.report(finding('file/foreign', 'The file has no list of shapes: it is none of LabelMe\'s.', { file: name }));
    return undefined;
  }
  const fileName = await fileNameOf(value['imagePath'], root, name, options);
  const size = fileName === undefined ? undefined : await sizeOf(value, root, name, fileName, options);
  if (fileName === undefined || size === undefined) return undefined;
  const { found, asides } = shapesOf(shapes, size, name, options);
  const extra = extraOf(value, asides, name, options.report);
  const objects = joinGroups(found, size, { file: name }, options.report);
  return { image: { fileName, ...size, ...(extra === undefined ? {} : { extra }) }, objects };
}

async function jsonOf(root: string, name: string, report: Report): Promise<JsonValue | undefined> {
  const value = await readJsonDocument(join(root, name), name).catch((error: unknown) => {
    if (error instanceof SamError && error.kind === 'data') return error;
    throw error;
  });
  if (!(value instanceof SamError)) return value;
  report(finding('file/malformed', value.message, { file: name }));
  return undefined;
}

/**
 * `imagePath` is relative to its file, with either kind of slash. The name is relative to `--images` if it leads there, else to the dataset;
 * where it leads out of both (or says where the image was on another machine), the image is looked for in `--images` by its last part.
 */
async function fileNameOf(value: JsonValue | undefined, root: string, name: string, { images, report }: ReadOptions): Promise<string | undefined> {
  if (typeof value !== 'string' || value === '') {
    report(finding('image/invalid', `Expected imagePath to name an image, found ${shown(value)}.`, { file: name, path: 'imagePath' }));
    return undefined;
  }
  const slashed = value.replaceAll('\\', '/'), isRooted = /^\/|^[a-z]:/i.test(slashed);
  const path = posix.join(posix.dirname(name), slashed), last = posix.basename(slashed);
  const below = images === undefined || isRooted ? '' : relative(resolve(images), resolve(root, path)).split(sep).join('/');
  if (!isAbsolute(below) && unsafeReason(below) === undefined) return below;
  const reason = isRooted ? 'it is absolute' : unsafeReason(path);
  if (reason === undefined) return path;
  if (images !== undefined && unsafeReason(last) === undefined && await isThere(join(images, last))) return last;
  report(finding('path/outside', `The path "${printableName(value)}" is refused: ${reason}; --images DIR says where the images are.`, { file: name, path: 'imagePath' }));
  return undefined;
}

async function sizeOf({ imageWidth: width = null, imageHeight: height = null }: JsonObject, root: string, name: string, fileName: string, { images, maxPixels, report }: ReadOptions): Promise<ImageSize | undefined> {
  if (width === null || height === null) {
    const size = await imageSizeIn(images ?? root, fileName).catch((error: unknown) => {
      if (error instanceof SamError) return undefined;
      throw error;
    });
    if (size === undefined) report(finding('image/size-unknown', 'The file does not say how large the image is, and the image is not there; --images DIR says where it is.', { file: name, path: 'imageWidth' }));
    return size;
  }
  if (typeof width === 'number' && typeof height === 'number' && Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0 && width * height <= maxPixels) return { width, height };
  report(finding('image/invalid', `The image is said to be ${shown(width)} x ${shown(height)}, at most ${maxPixels} pixels are taken.`, { file: name, path: 'imageWidth' }));
  return undefined;
}

function shapesOf(shapes: readonly JsonValue[], size: ImageSize, name: string, { maxPixels, report }: ReadOptions): { found: LabelmeShape[]; asides: JsonValue[] } {
  const found: LabelmeShape[] = [], asides: JsonValue[] = [];
  for (const [i, shape] of shapes.entries()) {
    const check = new RecordCheck({ file: name, record: `shapes[${i}]` });
    const read = isObject(shape) ? labelmeShape(shape, size, maxPixels, check) : check.find('shape/invalid', `Expected an object, found ${shown(shape)}.`);
    check.tell(report, () => ({}));
    if (read === 'aside') asides.push(shape);
    else if (read !== undefined) found.push(read);
  }
  return { found, asides };
}

function extraOf(value: JsonObject, asides: JsonValue[], name: string, report: Report): Extra | undefined {
  const check = new RecordCheck({ file: name });
  const { flags = null } = value;
  const extra: Extra = {
    ...restOf(value, FILE_KEYS, check), ...(isObject(flags) && Object.keys(flags).length > 0 ? { flags } : {}), ...(asides.length > 0 ? { shapes: asides } : {}),
  };
  check.tell(report, () => ({}));
  return Object.keys(extra).length === 0 ? undefined : extra;
}
