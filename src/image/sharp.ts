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

export { sharp };
