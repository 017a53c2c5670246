/**
 * Where YOLO's labels lie: the last `/images/` of an image's path becomes `/labels/`, the extension `.txt`; without such a folder the
 * label lies beside its image. Paths are relative to the dataset's root, with `/`.
 */
import type { Split } from '../../dataset/types.js';
import { pathStem } from '../generated.js';

/** `images/train/a.jpg` -> `labels/train/a.txt`. */
export function labelPathOf(imagePath: string): string {
  return `${labelFolderOf(pathStem(imagePath))}.txt`;
}

/** `images/train` -> `labels/train`, for a folder or any path in it. */
export function labelFolderOf(path: string): string {
  const inside = `/${path}/`;
  const at = inside.lastIndexOf('/images/');
  return at < 0 ? path : `${inside.slice(1, at)}/labels/${inside.slice(at + '/images/'.length)}`.replace(/^\/|\/$/g, '');
}

/** The part of a path behind its last folder called `name`, or undefined. */
export function behindLast(path: string, name: 'images' | 'labels'): string | undefined {
  const inside = `/${path}`;
  const at = inside.lastIndexOf(`/${name}/`);
  return at < 0 ? undefined : inside.slice(at + name.length + 2);
}

/** Where an image of the dataset belongs in a YOLO folder: a path that has its `images` folder stays, others go to `images/<split>/`. */
export function imagePathOf(fileName: string, split: Split | undefined): string {
  if (behindLast(fileName, 'images') !== undefined) return fileName;
  const folder = split ?? 'train';
  return fileName.startsWith(`${folder}/`) ? `images/${fileName}` : `images/${folder}/${fileName}`;
}
