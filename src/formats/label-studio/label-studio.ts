/** Label Studio's JSON export, a list of tasks: rectangles, polygons and brush masks are read; nothing is written. */
import type { Format, Match, Probe } from '../format.js';
import { jsonHead } from '../json/json-head.js';
import { readLabelStudio } from './label-studio-read.js';

export const labelStudio: Format = {
  name: 'label-studio',
  title: 'Label Studio tasks (JSON)',
  detect: async (probe) => detect(probe),
  reader: { read: readLabelStudio },
};

function detect({ directory, head }: Probe): Match {
  if (directory) return { score: 0, reason: 'it is a folder, and tasks are one file' };
  const { shape, firstKeys } = jsonHead(head);
  if (shape !== 'list') return { score: 0, reason: 'it does not begin with a list of JSON' };
  const first = firstKeys.get('') ?? [];
  // long annotations may stand before the data, beyond what is looked at
  const key = ['annotations', 'completions'].find((name) => first.includes(name));
  if (key !== undefined) return { score: first.includes('data') ? 0.95 : 0.8, reason: `it is a list of records with "${key}"` };
  return first.includes('data') ? { score: 0.5, reason: 'it is a list of records with "data"' } : { score: 0, reason: 'its first record has no "data" and no "annotations"' };
}
