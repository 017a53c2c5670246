/** The worker of `segment-all`: one model in one process; an image in, its encoded masks out. */
import { encodeCocoPart } from '../formats/coco/coco.js';
import type { EncodedFile, GeneratedImage } from '../formats/generated.js';
import { encodePngMasks } from '../formats/png/png.js';
import { encodeSa1b } from '../formats/sa1b/sa1b.js';
import { generateMasks } from '../generator/generate.js';
import type { GeneratorOptions } from '../generator/options.js';
import { readImage } from '../image/decode.js';
import { imageLibrary } from '../image/sharp.js';
import { Predictor, type ModelFiles } from '../models/predictor.js';
import { singleMask } from './model-for-masks.js';
import { stopwatch } from './stopwatch.js';
import type { CreateWorker, ImageWorker } from './worker-protocol.js';

export const MASK_FORMATS = ['sa1b', 'coco', 'png'] as const;
export type MaskFormat = (typeof MASK_FORMATS)[number];

export interface MasksSetup {
  model: ModelFiles;
  threads: number;
  generator: GeneratorOptions;
  format: MaskFormat;
  maxPixels: number;
  lenient: boolean;
}

/** Where a run keeps the part of an image that one file for all is made of. */
export function partPathOf(fileName: string): string {
  return `.sam/parts/${fileName}.json`;
}

export const createWorker: CreateWorker<MasksSetup> = async (setup): Promise<ImageWorker> => {
  // told once for the run, not for each image
  imageLibrary();
  const predictor = await Predictor.open(setup.model, setup.threads);
  if (predictor.spec.masksPerPrompt !== 3) {
    await predictor.close();
    throw singleMask(setup.model.name);
  }
  return {
    run: async (job) => {
      const { seconds, time } = stopwatch();
      const image = await time('read', () => readImage(job.path, { name: job.fileName, maxPixels: setup.maxPixels, lenient: setup.lenient }));
      const masks = await generateMasks(image, predictor, setup.generator, time);
      const files = await time('write', () => encode(setup.format, { fileName: job.fileName, width: image.width, height: image.height, masks }));
      return { sha256: image.sha256, width: image.width, height: image.height, masks: masks.length, files, warnings: image.warnings, seconds };
    },
    close: () => predictor.close(),
  };
};

async function encode(format: MaskFormat, image: GeneratedImage): Promise<EncodedFile[]> {
  switch (format) {
    case 'sa1b': return encodeSa1b(image);
    case 'coco': return encodeCocoPart(image, partPathOf(image.fileName));
    case 'png': return encodePngMasks(image);
  }
}
