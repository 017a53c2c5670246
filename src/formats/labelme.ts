/**
 * LabelMe datasets: a JSON file an image with polygons, rectangles, circles and masks (`group_id` joins the parts of an object). Points and
 * lines are no objects: they are told, and stay with their image.
 */
import type { Format, Match, Probe } from './format.js';
import { jsonHead } from './json-head.js';
import { readLabelme } from './labelme-read.js';
import { writeLabelme } from './labelme-write.js';

export const labelme: Format = {
  name: 'labelme',
  title: 'LabelMe',
  detect,
  reader: { read: readLabelme },
  writer: { output: 'folder', write: writeLabelme },
};

/** So many files of a folder are looked at before it is said to hold something else. */
const FILES_LOOKED_AT = 3;

async function detect(probe: Probe): Promise<Match> {
  if (!probe.directory) return matchOf(probe.head, 'it');
  const files = probe.names.filter((name) => name.endsWith('.json') && !name.startsWith('.') && !name.includes('/.'));
  let last: Match = { score: 0, reason: 'there is no JSON file in the folder' };
  for (const name of files.slice(0, FILES_LOOKED_AT)) {
    last = matchOf(await probe.headOf(name), name);
    if (last.score > 0) return last;
  }
  return last;
}

function matchOf(head: Uint8Array, name: string): Match {
  const { shape, keys, firstKeys } = jsonHead(head);
  if (shape !== 'object' || keys.get('shapes') !== '[') return { score: 0, reason: `${name} has no list of shapes` };
  const isSure = keys.has('imagePath') || (firstKeys.get('shapes')?.includes('points') ?? false);
  return { score: isSure ? 0.95 : 0.6, reason: `${name} has a list of shapes${isSure ? ' as LabelMe writes it' : ''}` };
}
