/** A task of Label Studio: which image it is about, and which of its annotations counts. */
import type { JsonValue } from '../../dataset/types.js';
import { promisedKind } from '../../image/content-kind.js';
import { safeFileName } from '../coco/coco-records.js';
import { isObject, shown, type JsonObject, type RecordCheck } from '../record-check.js';

/** `results`: the regions of the annotation that counts. */
export interface Task { id: number; fileName: string; results: JsonObject[] }

const IMAGES: readonly (string | undefined)[] = ['JPEG', 'PNG', 'WebP', 'TIFF', 'BMP', 'GIF'];

/** `undefined` where the check failed, or where nobody has annotated the image, which is told. */
export function readTask(record: JsonObject, check: RecordCheck): Task | undefined {
  const id = check.id(record['id'], 'id');
  const fileName = imageOf(record['data'], check);
  const results = resultsOf(record, check);
  return check.failed || id === undefined || fileName === undefined || results === undefined ? undefined : { id, fileName, results };
}

/** `data` maps names of the labelling's configuration to values: the one called `image`, else the first that is named like an image. */
function imageOf(data: JsonValue | undefined, check: RecordCheck): string | undefined {
  if (!isObject(data)) return check.find('image/invalid', `Expected an object, found ${shown(data)}.`, 'data');
  const texts = Object.entries(data).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  const [key, source] = texts.find(([name]) => name === 'image') ?? texts.find(([, text]) => IMAGES.includes(promisedKind(nameIn(text)))) ?? [];
  if (key === undefined || source === undefined) return check.find('image/invalid', 'None of the values is an image.', 'data');
  const path = `data.${key}`;
  if (source.startsWith('data:')) return check.find('image/invalid', 'The image stands in the file itself and has no name.', path);
  const name = nameIn(source);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) check.find('image/name-from-url', `The end of the URL, ${shown(name)}, serves as the name.`, path);
  return safeFileName(name, check, path);
}

/** The name of a file that was uploaded or lies behind a URL; the path of one that was served from a local folder, or is relative. */
function nameIn(source: string): string {
  const local = /\/data\/local-files\/\?(?:.*&)?d=([^&#]*)/.exec(source)?.[1];
  if (local !== undefined) return unescaped(local);
  const url = /^[a-z][a-z0-9+.-]*:\/\/[^/]*\/([^?#]*)/i.exec(source)?.[1] ?? /^\/data\/upload\/([^?#]*)/.exec(source)?.[1];
  if (url === undefined) return source;
  return unescaped(url.slice(url.lastIndexOf('/') + 1));
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The results of the newest annotation that is not cancelled. */
function resultsOf(record: JsonObject, check: RecordCheck): JsonObject[] | undefined {
  const list = record['annotations'] ?? record['completions'];
  if (list !== undefined && list !== null && !Array.isArray(list)) return check.find('json/record', `Expected a list, found ${shown(list)}.`, 'annotations');
  const all = list ?? [];
  if (!all.every(isObject)) return check.find('json/record', 'An annotation is no object.', 'annotations');
  const counting = all.filter((annotation) => annotation['was_cancelled'] !== true && annotation['skipped'] !== true);
  const [first] = counting;
  if (first === undefined) {
    return all.length === 0 ? check.find('task/unlabelled', 'Nobody has annotated the task; its image is left out.', 'annotations')
      : check.find('task/cancelled', `The task's ${all.length === 1 ? 'annotation is' : `${all.length} annotations are`} cancelled; its image is left out.`, 'annotations');
  }
  if (counting.length > 1) check.find('task/several', `The task has ${counting.length} annotations; the newest one counts.`, 'annotations');
  // texts of one form, 2021-03-09T22:16:08.728353Z: their order is that of the times
  const newest = counting.reduce((best, other) => (createdAt(other) >= createdAt(best) ? other : best), first);
  const results = newest['result'] ?? [];
  if (!Array.isArray(results) || !results.every(isObject)) return check.find('json/record', `Expected a list of objects, found ${shown(results)}.`, 'annotations.result');
  return results;
}

function createdAt(annotation: JsonObject): string {
  const text = annotation['created_at'];
  return typeof text === 'string' ? text : '';
}
