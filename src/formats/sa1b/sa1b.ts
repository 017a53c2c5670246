/** SA-1B: a JSON file an image, as Meta's dataset has it and `segment-all` writes it; masks of no class with what the generator knows. */
import type { Format, Match } from '../format.js';
import { matchJson } from '../json/json-folder.js';
import { jsonHead } from '../json/json-head.js';
import { readSa1b } from './sa1b-read.js';
import { writeSa1b } from './sa1b-write.js';

// what `segment-all` writes the same files with
export { encodeSa1b, sa1bImageId, sa1bPath } from './sa1b-encode.js';

export const sa1b: Format = {
  name: 'sa1b',
  title: 'SA-1B (one JSON file an image)',
  detect: (probe) => matchJson(probe, matchOf),
  reader: { read: (path, options) => readSa1b(path, options) },
  writer: { output: 'folder', write: (source, sink) => writeSa1b(source, sink) },
};

function matchOf(head: Uint8Array, name: string): Match {
  const { shape, keys, firstKeys } = jsonHead(head);
  if (shape === 'object' && keys.get('image') === '{') return { score: 0.9, reason: `${name} has "image" and annotations of one image` };
  const first = firstKeys.get('') ?? [];
  if (shape === 'list' && first.includes('segmentation') && first.includes('predicted_iou')) return { score: 0.9, reason: `${name} is a list of masks with "predicted_iou", as Meta's generator script writes it` };
  return { score: 0, reason: `${name} has no "image" with annotations, and is no list of masks with "predicted_iou"` };
}
