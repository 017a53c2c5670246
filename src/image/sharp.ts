/**
 * The one place that imports sharp, with everything that the toolkit does not need switched off: only the JPEG, PNG, WebP
 * and TIFF loaders can be reached by an image's bytes (by default SVG, GIF, HEIF and more would be decoded whatever the
 * name says), no cache of operations, one thread an image (the folder's workers are the parallelism).
 */
import { createRequire } from 'node:module';
import type { Sharp, SharpOptions, default as SharpLibrary } from 'sharp';
import { SamError, messageOf } from '../errors.js';

let loaded: typeof SharpLibrary | undefined;

/**
 * The library, loaded when it is first needed: a command that decodes nothing does not pay for it, and `sam doctor` works without.
 * Throws `internal/install` where it cannot be loaded.
 */
export function imageLibrary(): typeof SharpLibrary {
  loaded ??= locked(load());
  return loaded;
}

/** A pipeline over an image file (its bytes, or its path), or over raw pixels. Throws as `imageLibrary` does. */
export function sharp(input: Uint8Array | string, options?: SharpOptions): Sharp {
  return imageLibrary()(input, options);
}

function load(): typeof SharpLibrary {
  try {
    // what `require` gives is not typed; it is what an import would give
    return createRequire(import.meta.url)('sharp') as typeof SharpLibrary;
  } catch (error) {
    const reason = messageOf(error).split('\n')[0] ?? '';
    const advice = 'Install the package again on this machine, with its optional dependencies; what was copied from another system does not work.';
    throw new SamError('internal/install', `The image library sharp cannot be loaded: ${reason}. ${advice}`, { cause: error });
  }
}

function locked(sharp: typeof SharpLibrary): typeof SharpLibrary {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadTiff'] });
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}

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
