/** What the formats that `segment-all` writes have in common: an image with the masks that were generated for it, and its paths. */
import type { ImageSize } from '../geometry/size.js';
import type { Box } from '../geometry/box.js';
import type { Rle } from '../mask/rle.js';

/** One mask with what made it. Box half-open, original frame; scores 0..1; points in pixels of the original frame. */
export interface GeneratedMask {
  rle: Rle;
  area: number;
  box: Box;
  predictedIou: number;
  stabilityScore: number;
  pointCoords: [number, number][];
  cropBox: Box;
}

/** `fileName`: relative to its INPUT, always `/`. */
export interface GeneratedImage extends ImageSize { fileName: string; masks: GeneratedMask[] }

/** One file to write, relative to the output folder. */
export interface EncodedFile { path: string; bytes: Uint8Array }

/** `a/b.jpg` -> `a/b`; a name that is all extension keeps it. */
export function pathStem(fileName: string): string {
  const slash = fileName.lastIndexOf('/');
  const dot = fileName.lastIndexOf('.');
  return dot > slash + 1 ? fileName.slice(0, dot) : fileName;
}
