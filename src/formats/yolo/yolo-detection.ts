/** Whether an input is a YOLO dataset, and whether its labels are boxes or polygons: both formats have the same `data.yaml`. */
import { join } from 'node:path';
import { SamError, isSamError } from '../../errors.js';
import { walk } from '../../files/walk.js';
import { isThere, openFile } from '../file-bytes.js';
import type { Match, Probe } from '../format.js';
import { isYamlName, readYoloConfig } from './yolo-config.js';
import type { YoloTask } from './yolo-rows.js';

/** So many label files with rows are looked into, of so many files at all. */
const MOST_LABELS = 20, MOST_FILES = 2000, HEAD_BYTES = 1 << 16;

export async function detectYolo(probe: Probe, task: YoloTask): Promise<Match> {
  if (!looksRight(probe)) return { score: 0, reason: probe.directory ? 'the folder has no data.yaml' : 'it is no YAML file with the names of classes' };
  try {
    const { root } = await readYoloConfig(probe.path, () => undefined);
    const { boxes, polygons } = await rowKinds(root);
    if (boxes + polygons === 0) return { score: task === 'detect' ? 0.6 : 0.5, reason: 'data.yaml names classes; no label file shows whether there are boxes or polygons' };
    const isSegments = polygons > 0;
    const reason = `data.yaml names classes, and labels have ${isSegments ? `polygons (${polygons} of the ${boxes + polygons} lines looked at)` : 'boxes only'}`;
    return { score: isSegments === (task === 'segment') ? 0.95 : 0.1, reason };
  } catch (error) {
    if (!(error instanceof SamError)) throw error;
    return { score: 0, reason: isSamError(error, 'data/format', 'data/yaml') ? error.message : 'data.yaml cannot be read' };
  }
}

function looksRight({ directory, names, head, path }: Probe): boolean {
  if (directory) return names.some((name) => !name.includes('/') && isYamlName(name));
  return isYamlName(path) && /^["']?names["']?\s*:/m.test(Buffer.from(head.buffer, head.byteOffset, head.length).toString());
}

async function rowKinds(root: string): Promise<{ boxes: number; polygons: number }> {
  const kinds = { boxes: 0, polygons: 0 };
  let files = 0, looked = 0;
  for await (const { path, name, problem } of walk(await isThere(join(root, 'labels')) ? join(root, 'labels') : root)) {
    if (++files > MOST_FILES || looked >= MOST_LABELS) break;
    // lists and readmes have no row that begins like a label
    if (problem !== undefined || !name.endsWith('.txt')) continue;
    const rows = await rowsIn(path);
    if (rows.length > 0) looked++;
    for (const tokens of rows) kinds[tokens > 6 ? 'polygons' : 'boxes']++;
  }
  return kinds;
}

/** The number of values in each row of a label file's head that begins as a label does. */
async function rowsIn(path: string): Promise<number[]> {
  const file = await openFile(path);
  try {
    const lines = Buffer.from(await file.read(0, HEAD_BYTES)).toString().split(/\r?\n/);
    const whole = file.size > HEAD_BYTES && lines.length > 1 ? lines.slice(0, -1) : lines;
    return whole.map((line) => line.trim().split(/\s+/)).filter((tokens) => tokens.length >= 5 && tokens.every((token) => /^[\d.eE+-]+$/.test(token))).map((tokens) => tokens.length);
  } finally {
    await file.close();
  }
}
