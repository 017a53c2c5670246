/** What a project wants to know of an image file: its bytes' hash, its size upright, what it looks like. The file is read once and closed. */
import { stat } from 'node:fs/promises';
import { SamError } from '../errors.js';
import { sha256Hex } from '../files/hash.js';
import type { ImageSize } from '../geometry/size.js';
import { perceptualHash } from '../image/perceptual-hash.js';
import { readFileBytes } from '../image/read-file.js';
import { uprightSize } from '../image/upright-size.js';

/** `modifiedAt`: milliseconds since 1970, as the file system tells. */
export interface FileStamp { bytes: number; modifiedAt: number }
export interface ImageFacts extends FileStamp, ImageSize { sha256: string; phash: string | null }

/** By which an unchanged file is known without reading it; undefined where there is none. */
export async function stampOf(path: string): Promise<FileStamp | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? { bytes: found.size, modifiedAt: found.mtimeMs } : undefined;
}

/** `name` is what errors call the image. The file's bytes are in memory while it is looked at. Throws `image/...`. */
export async function factsOfImage(path: string, name: string): Promise<ImageFacts> {
  const before = await stampOf(path);
  const bytes = await readFileBytes(path, name);
  const { width, height } = await uprightSize(path, name);
  const phash = await perceptualHash(bytes, name);
  if (before === undefined || before.bytes !== bytes.length) throw new SamError('image/changed', 'The image changed while it was being read.', { file: name });
  return { ...before, width, height, sha256: sha256Hex(bytes), phash };
}
