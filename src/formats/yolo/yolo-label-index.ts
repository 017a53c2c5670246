/** Finds label files by the names of images that lie elsewhere: an index of the names, built once. */
import { join } from 'node:path';
import type { Split } from '../../dataset/types.js';
import { walk } from '../../files/walk.js';
import { isThere } from '../file-bytes.js';
import { pathStem } from '../generated.js';
import { type YoloConfig, type YoloPlace } from './yolo-config.js';
import { behindLast, labelFolderOf } from './yolo-label-path.js';

export interface Label { label: string; split?: Split }

export interface LabelIndex {
  /** The label of an image by its name below `--images`, which is then taken; undefined for an image without one. */
  take(imageName: string): Label | 'ambiguous' | undefined;
  /** The labels that no image took. */
  left(): string[];
}

export async function labelIndex({ root }: YoloConfig, places: readonly YoloPlace[]): Promise<LabelIndex> {
  const byWholeName = new Map<string, Label>(), byName = new Map<string, Label | 'ambiguous'>();
  const left = new Set<string>();
  for (const { path, split } of await labelFolders(root, places)) {
    for await (const { name, problem } of walk(join(root, path))) {
      // `classes.txt` is what some programs put beside the labels
      if (problem !== undefined || !name.endsWith('.txt') || name.endsWith('classes.txt')) continue;
      const label = path === '' ? name : `${path}/${name}`;
      if (left.has(label)) continue;
      left.add(label);
      const found = { label, ...(split === undefined ? {} : { split }) };
      byWholeName.set(pathStem(behindLast(label, 'labels') ?? label), found);
      const stem = pathStem(name);
      byName.set(stem, byName.has(stem) ? 'ambiguous' : found);
    }
  }
  return {
    take(imageName) {
      const stem = pathStem(imageName);
      const behind = behindLast(stem, 'images');
      const found = byWholeName.get(stem) ?? (behind === undefined ? undefined : byWholeName.get(behind)) ?? byName.get(stem) ?? (behind === undefined ? undefined : byName.get(behind));
      if (found === 'ambiguous') for (const label of left) if (pathStem(label).endsWith(`/${stem}`)) left.delete(label);
      if (found !== undefined && found !== 'ambiguous') left.delete(found.label);
      return found;
    },
    left: () => [...left],
  };
}

/** The folders of labels that are there; `labels` where none is, as in a dataset without splits whose file names some. */
async function labelFolders(root: string, places: readonly YoloPlace[]): Promise<YoloPlace[]> {
  const folders: YoloPlace[] = [];
  for (const place of places) {
    const path = labelFolderOf(place.path);
    if (await isThere(join(root, path))) folders.push({ ...place, path });
  }
  if (folders.length > 0) return folders;
  return await isThere(join(root, 'labels')) ? [{ path: 'labels' }] : [];
}
