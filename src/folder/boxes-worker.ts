/** The worker of `boxes-to-masks`: one model in one process; an image and its boxes in, a mask for each box out. The image is embedded once. */
import { SamError } from '../errors.js';
import type { Box } from '../geometry/box.js';
import { readImage } from '../image/decode.js';
import { rleToCoco, type CocoRleString } from '../mask/rle-string.js';
import { rleArea } from '../mask/rle.js';
import { bestOf, predictRefined } from '../models/predict.js';
import { Predictor, type ModelFiles } from '../models/predictor.js';
import { partPathOf } from './masks-worker.js';
import { stopwatch } from './stopwatch.js';
import type { CreateWorker, ImageWorker } from './worker-protocol.js';

export interface BoxesSetup {
  model: ModelFiles;
  threads: number;
  /** Three masks a box and the best-scored one of them, instead of the single mask. */
  multimask: boolean;
  /** How often the low-res logits are fed back. */
  refine: number;
  maxPixels: number;
  lenient: boolean;
}

/** What a job carries: the size that the annotations state (0: none), and the boxes, clipped to it, four numbers each: x0, y0, x1, y1. */
export interface BoxesOfImage { width: number; height: number; boxes: number[] }

/** What a part holds for each box, in order. */
export interface MaskOfBox { segmentation: CocoRleString; area: number; predicted_iou: number }

/** Boxes predicted together; at SAM's true size their logits take 16 MB. */
const GROUP = 64;

export const createWorker: CreateWorker<BoxesSetup> = async (setup): Promise<ImageWorker> => {
  const predictor = await Predictor.open(setup.model, setup.threads);
  if (!predictor.spec.takesBoxes) {
    await predictor.close();
    throw new SamError('model/unfit', `The model "${setup.model.name}" (contract ${predictor.spec.contract}) takes points only, no boxes; boxes-to-masks needs a decoder of contract F1.`);
  }
  return {
    run: async (job) => {
      const { seconds, time } = stopwatch();
      // made by boxes-to-masks.ts of this version
      const wanted = job.data as BoxesOfImage;
      const image = await time('read', () => readImage(job.path, { name: job.fileName, maxPixels: setup.maxPixels, lenient: setup.lenient }));
      if (wanted.width > 0 && (wanted.width !== image.width || wanted.height !== image.height)) {
        throw new SamError('image/size', `The annotations say ${wanted.width} x ${wanted.height}, but the upright image is ${image.width} x ${image.height}.`, { file: job.fileName });
      }
      const masks: MaskOfBox[] = [];
      if (wanted.boxes.length > 0) {
        const embedding = await time('encode', () => predictor.embed(image));
        const prompts = Array.from({ length: wanted.boxes.length / 4 }, (_, i) => ({ box: boxAt(wanted.boxes, i) }));
        // a group at a time: predictions hold their logits
        for (let at = 0; at < prompts.length; at += GROUP) {
          const group = prompts.slice(at, at + GROUP);
          for (const prediction of await time('decode', () => predictRefined(predictor, embedding, group, { multimask: setup.multimask, rounds: setup.refine }))) {
            const best = bestOf(prediction);
            const rle = prediction.masks[best]!;
            masks.push({ segmentation: rleToCoco(rle), area: rleArea(rle), predicted_iou: prediction.predictedIou[best]! });
          }
        }
      }
      const bytes = Buffer.from(`${JSON.stringify(masks)}\n`);
      return { sha256: image.sha256, width: image.width, height: image.height, masks: masks.length, files: [{ path: partPathOf(job.fileName), bytes }], warnings: image.warnings, seconds };
    },
    close: () => predictor.close(),
  };
};

function boxAt(boxes: number[], i: number): Box {
  return { x0: boxes[4 * i]!, y0: boxes[4 * i + 1]!, x1: boxes[4 * i + 2]!, y1: boxes[4 * i + 3]! };
}
