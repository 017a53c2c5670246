/** The worker of `prepare`: an image and one of its masks in; out comes that object as HQ-SAM's pair of files, or as one training sample. */
import { SamError } from '../errors.js';
import { decodeImage, type DecodedImage } from '../image/decode.js';
import { encodeJpegRgb, encodePngGrey, encodePngRgb } from '../image/encode.js';
import { isPlainJpeg } from '../image/plain-jpeg.js';
import { readFileBytes } from '../image/read-file.js';
import { rleFromString, type CocoRleString } from '../mask/rle-string.js';
import { bitmaskFromRle } from '../mask/rle.js';
import { sha256Hex } from '../files/hash.js';
import { pairPaths, preparedName, samplePaths } from './prepare-names.js';
import { trainingSample } from './prepare-sample.js';
import { stopwatch } from './stopwatch.js';
import type { CreateWorker, ImageWorker, OutputFile } from './worker-protocol.js';

export interface PrepareSetup {
  /** `hq-sam`: pairs of original pictures and masks; `samples`: what its trainer makes of them. */
  layout: 'samples' | 'hq-sam';
  seed: number;
  maxPixels: number;
  lenient: boolean;
}

/** What a job carries: the object's image by name, its annotation, its mask, and which of its samples is meant, from 0. */
export interface PreparedObject { fileName: string; annotationId: number; segmentation: CocoRleString; sample: number }

/** Quality of pictures that are no plain JPEG already. */
const JPEG_QUALITY = 95;

export const createWorker: CreateWorker<PrepareSetup> = async (setup): Promise<ImageWorker> => ({
  run: async (job) => {
    const { seconds, time } = stopwatch();
    // made by prepare.ts of this version
    const object = job.data as PreparedObject;
    const { fileName } = object;
    const source = await time('read', () => readFileBytes(job.path, fileName));
    const image = await time('read', () => decodeImage(source, { name: fileName, maxPixels: setup.maxPixels, lenient: setup.lenient }));
    const mask = pixelsOf(object, image);
    const files = setup.layout === 'hq-sam'
      ? await time('write', () => pairOf(object, source, image, mask))
      : await time('sample', () => sampleOf(object, image, mask, setup.seed));
    return { sha256: sha256Hex(source), width: image.width, height: image.height, masks: 1, files, warnings: image.warnings, seconds };
  },
  close: async () => undefined,
});

/** 0 and 255: a trainer that compares with 128 would take a mask of 0 and 1 for an empty one. */
function pixelsOf({ segmentation: { size, counts }, annotationId, fileName }: PreparedObject, image: DecodedImage): Uint8Array {
  const [height, width] = size;
  if (width !== image.width || height !== image.height) {
    throw new SamError('image/size', `The mask of annotation ${annotationId} has ${width} x ${height} pixels, but the upright image has ${image.width} x ${image.height}.`, { file: fileName });
  }
  return bitmaskFromRle(rleFromString(counts, width, height)).data.map((value) => value * 255);
}

async function pairOf({ fileName, annotationId }: PreparedObject, source: Uint8Array, image: DecodedImage, mask: Uint8Array): Promise<OutputFile[]> {
  const paths = pairPaths(preparedName(fileName, annotationId));
  // what a lenient reading made up is written out, not handed on
  const bytes = !image.degraded && await isPlainJpeg(source) ? source : await encodeJpegRgb(image, JPEG_QUALITY);
  return [{ path: paths.image, bytes }, { path: paths.mask, bytes: await encodePngGrey(mask, image.width, image.height) }];
}

async function sampleOf({ fileName, annotationId, sample }: PreparedObject, image: DecodedImage, mask: Uint8Array, seed: number): Promise<OutputFile[]> {
  const made = trainingSample(image, mask, `${seed} ${fileName} ${annotationId} ${sample}`);
  if (made === undefined) throw new SamError('image/object-too-small', `No pixel of annotation ${annotationId} is left at the trainer's size.`, { file: fileName });
  const paths = samplePaths(preparedName(fileName, annotationId), sample);
  const { jitter: { flip, scaled, x, y, width, height }, prompt } = made;
  const record = {
    schema: 1, image: paths.image, mask: paths.mask, source: { file_name: fileName, annotation_id: annotationId },
    transform: { flip, scaled: [scaled.width, scaled.height], crop: [x, y, width, height], side: made.image.width }, prompt,
  };
  return [
    { path: paths.image, bytes: await encodePngRgb(made.image) },
    { path: paths.mask, bytes: await encodePngGrey(made.mask, made.image.width, made.image.height) },
    { path: paths.prompt, bytes: Buffer.from(`${JSON.stringify(record)}\n`) },
  ];
}
