/**
 * The one place that imports sharp, with everything that the toolkit does not need switched off: only the JPEG, PNG, WebP
 * and TIFF loaders can be reached by an image's bytes (by default SVG, GIF, HEIF and more would be decoded whatever the
 * name says), no cache of operations, one thread an image (the folder's workers are the parallelism).
 */
import sharp from 'sharp';

sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadTiff'] });
sharp.cache(false);
sharp.concurrency(1);

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs an act when those before it have ended. libvips keeps one list of messages for the whole process: two decodes at once
 * get each other's, and what one image suffers from would be read as the other's fault.
 */
export function alone<T>(act: () => Promise<T>): Promise<T> {
  const mine = last.then(act);
  last = mine.catch(() => undefined);
  return mine;
}

export { sharp };
