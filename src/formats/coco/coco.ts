/** COCO instances: one JSON file with the lists `images`, `annotations` and `categories`. */
import { readCoco } from './coco-read.js';
import { writeCoco } from './coco-write.js';
import type { Format, Match, Probe } from '../format.js';
import { jsonHead } from '../json/json-head.js';

// what `segment-all` writes the same file with, a part an image
export { cocoFile, encodeCocoPart, type CocoPart } from './coco-parts.js';

export const coco: Format = {
  name: 'coco',
  title: 'COCO instances (one JSON file)',
  keepsIds: true,
  detect: async (probe) => detectCoco(probe),
  reader: { read: (path, options) => readCoco(path, options) },
  writer: { output: 'file', extension: '.json', write: (source, sink) => writeCoco(source, sink) },
};

function detectCoco({ directory, head, names }: Probe): Match {
  if (directory) {
    const inside = names.find((name) => /(?:^|\/)(?:instances_[^/]*|_?annotations(?:\.coco)?)\.json$/.test(name));
    return { score: 0, reason: inside === undefined ? 'it is a folder, and COCO is one file' : `it is a folder, and COCO is one file: ${inside} in it may be one` };
  }
  const { shape, keys } = jsonHead(head);
  if (shape !== 'object') return { score: 0, reason: 'it does not begin with an object of JSON' };
  const lists = ['images', 'annotations', 'categories'].filter((key) => keys.get(key) === '[');
  if (lists.length >= 2 || lists.includes('images')) return { score: 0.95, reason: `it is an object with ${lists.map((key) => `"${key}"`).join(' and ')}` };
  if (lists.length === 1) return { score: 0.7, reason: `it is an object with the list "${lists[0]}"` };
  // a long list of licences may fill the head
  if (keys.has('info') && keys.has('licenses')) return { score: 0.5, reason: 'it is an object with "info" and "licenses"' };
  return { score: 0, reason: 'its first keys are none of "images", "annotations" and "categories"' };
}
