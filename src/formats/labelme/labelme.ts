/**
 * LabelMe datasets: a JSON file an image with polygons, rectangles, circles and masks (`group_id` joins the parts of an object). Points and
 * lines are no objects: they are told, and stay with their image.
 */
import type { Format, Match } from '../format.js';
import { matchJson } from '../json/json-folder.js';
import { jsonHead } from '../json/json-head.js';
import { readLabelme } from './labelme-read.js';
import { writeLabelme } from './labelme-write.js';

export const labelme: Format = {
  name: 'labelme',
  title: 'LabelMe',
  detect: (probe) => matchJson(probe, matchOf),
  reader: { read: readLabelme },
  writer: { output: 'folder', write: writeLabelme },
};

function matchOf(head: Uint8Array, name: string): Match {
  const { shape, keys, firstKeys } = jsonHead(head);
  if (shape !== 'object' || keys.get('shapes') !== '[') return { score: 0, reason: `${name} has no list of shapes` };
  const isSure = keys.has('imagePath') || (firstKeys.get('shapes')?.includes('points') ?? false);
  return { score: isSure ? 0.95 : 0.6, reason: `${name} has a list of shapes${isSure ? ' as LabelMe writes it' : ''}` };
}
