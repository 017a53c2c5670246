/**
 * The images of a report, in the dataset's order, some read at a time. Memory is bounded by the images in work (cores + 1, at most 6, and together
 * 67 megapixels unless one is larger: each its pixels, those of its picture, its masks and their paths).
 */
import type { DatasetEntry, DatasetSource } from '../dataset/types.js';
import { thumbnailSize } from '../draw/compose.js';
import { SamError, isSamError } from '../errors.js';
import { insideRoot, realpathOfExisting } from '../files/safe-path.js';
import type { ImageSize } from '../geometry/size.js';
import { readImage } from '../image/decode.js';
import { encodeWebpRgb } from '../image/encode.js';
import type { ImageOptions } from '../image/options.js';
import { resizeBilinear } from '../image/resize.js';
import { imageData, type ShownBy } from '../report/image-data.js';
import type { PagePart } from '../report/page.js';
import { thisMachine } from './defaults.js';
import { inOrder } from './in-order.js';
import { isWithin } from './list.js';

export interface ReportImages {
  source: DatasetSource;
  /** Folder of the images. */
  images: string;
  /** Real path of the output: nothing in it is read as input. */
  realOutput: string;
  image: ImageOptions;
  shownBy: ShownBy;
}

/** An image of the page. `picture`: its bytes, undefined where there is none; `error`: why. `errors`: of single records. */
export interface ReportImage { part: PagePart; fileName: string; picture: Uint8Array | undefined; error: SamError | undefined; errors: SamError[]; remarks: string[] }

/** Longer side of a picture, and its quality: what a large window shows well at 100 to 200 kB. */
const SIDE = 1280, QUALITY = 82;
/** Of the images in work together, as the annotations state them. */
const MOST_PIXELS = 2 ** 26;
/** Of an image whose size nobody knows. */
const NO_SIZE: ImageSize = { width: 4, height: 3 };

interface Shown { size: ImageSize; picture: { bytes: Uint8Array; size: ImageSize } | undefined; error: SamError | undefined; remarks: string[] }

/** `urlOf`: what the page calls the picture of an image, by its place. */
export async function* reportImages(job: ReportImages, urlOf: (index: number, bytes: Uint8Array) => string): AsyncGenerator<ReportImage> {
  let index = 0;
  const limit = { most: Math.min(6, thisMachine().cores + 1), heaviest: MOST_PIXELS, weight: ({ image }: DatasetEntry) => image.width * image.height };
  for await (const { entry, shown } of inOrder(job.source.entries(), limit, async (each) => ({ entry: each, shown: await pictureOf(job, each) }))) {
    yield reportImage(job, entry, shown, shown.picture === undefined ? undefined : urlOf(index, shown.picture.bytes));
    index++;
  }
}

function reportImage({ shownBy }: ReportImages, entry: DatasetEntry, { size, picture, error, remarks }: Shown, url: string | undefined): ReportImage {
  const { image, details, errors } = imageData(entry, size, picture === undefined || url === undefined ? undefined : { url, size: picture.size }, shownBy);
  return {
    part: { image: error === undefined ? image : { ...image, problem: error.message }, details },
    // without its image, nothing is wrong with a record
    fileName: entry.image.fileName, picture: picture?.bytes, error, errors: error === undefined ? errors : [], remarks,
  };
}

async function pictureOf({ images, realOutput, image: { maxPixels, lenient } }: ReportImages, { image: { id, fileName, width, height } }: DatasetEntry): Promise<Shown> {
  const stated = width > 0 && height > 0 ? { width, height } : undefined;
  try {
    const path = await insideRoot(images, fileName);
    if (isWithin(await realpathOfExisting(path), realOutput)) throw new SamError('image/unreadable', 'The image lies in the output folder, which is never read as input.', { file: fileName });
    const image = await readImage(path, { name: fileName, maxPixels, lenient });
    if (stated !== undefined && (width !== image.width || height !== image.height)) {
      throw new SamError('image/size', `The annotations say ${width} x ${height}, but the upright image is ${image.width} x ${image.height}.`, { file: fileName });
    }
    const size = thumbnailSize(image, SIDE);
    const bytes = await encodeWebpRgb(resizeBilinear(image, size), QUALITY);
    return { size: { width: image.width, height: image.height }, picture: { bytes, size }, error: undefined, remarks: image.warnings };
  } catch (error) {
    // what concerns the output or was no one's fault ends the run
    if (!isSamError(error) || !['item', 'data'].includes(error.kind)) throw error;
    const told = new SamError(error.code, error.message, { file: fileName, record: error.record ?? `image ${id}`, cause: error });
    return { size: stated ?? NO_SIZE, picture: undefined, error: told, remarks: [] };
  }
}
