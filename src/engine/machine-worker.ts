/** The worker of what the model does alone: an image in, masks out, from a grid of points or from given boxes. */
import { SamError } from '../errors.js';
import { singleMask } from '../folder/model-for-masks.js';
import { stopwatch } from '../folder/stopwatch.js';
import type { CreateWorker, ImageWorker } from '../folder/worker-protocol.js';
import { generateMasks } from '../generator/generate.js';
import type { GeneratorOptions } from '../generator/options.js';
import type { Box } from '../geometry/box.js';
import { readImage } from '../image/decode.js';
import { rleToString } from '../mask/rle-string.js';
import { predict } from '../models/predict.js';
import { Predictor, type ModelFiles } from '../models/predictor.js';

/** `generator`: missing where every image brings its boxes. */
export interface MachineSetup { model: ModelFiles; threads: number; generator: GeneratorOptions | undefined }
/** What a job carries. `sha256`: of the bytes that the project knows. `boxes`: pixels, inside the image. */
export interface MachineImage { sha256: string; boxes?: Box[] | undefined }
/** What a job answers: `counts` COCO's string, maybe without a pixel; from boxes in their order, without the generator's facts. */
export interface MachineMask { counts: string; predictedIou: number; stabilityScore: number | null; pointCoords?: [number, number][]; cropBox?: Box }

/** Boxes predicted together; at SAM's true size their logits take 16 MB. */
const GROUP = 64;

export const createWorker: CreateWorker<MachineSetup> = async ({ model, threads, generator }): Promise<ImageWorker> => {
  const predictor = await Predictor.open(model, threads);
  const refusal = generator === undefined
    ? predictor.spec.takesBoxes ? undefined : new SamError('model/unfit', `The model "${model.name}" (contract ${predictor.spec.contract}) takes points only, no boxes; a detector's boxes need a decoder of contract F1.`)
    : predictor.spec.masksPerPrompt === 3 ? undefined : singleMask(model.name);
  if (refusal !== undefined) {
    await predictor.close();
    throw refusal;
  }
  return {
    run: async (job) => {
      const { seconds, time } = stopwatch();
      // made by machine-run.ts of this version
      const { sha256, boxes = [] } = job.data as MachineImage;
      const image = await time('read', () => readImage(job.path, { name: job.fileName }));
      if (image.sha256 !== sha256) throw new SamError('image/changed', 'The image has other bytes than the project knows; sam engine init looks at it again.', { file: job.fileName });
      const data: MachineMask[] = [];
      if (generator !== undefined) {
        for (const { rle, predictedIou, stabilityScore, pointCoords, cropBox } of await generateMasks(image, predictor, generator, time)) data.push({ counts: rleToString(rle), predictedIou, stabilityScore, pointCoords, cropBox });
      } else if (boxes.length > 0) {
        const embedding = await time('encode', () => predictor.embed(image));
        for (let at = 0; at < boxes.length; at += GROUP) {
          const predictions = await time('decode', () => predict(predictor, embedding, boxes.slice(at, at + GROUP).map((box) => ({ box })), { multimask: false }));
          for (const { masks, predictedIou } of predictions) data.push({ counts: rleToString(masks[0]!), predictedIou: predictedIou[0]!, stabilityScore: null });
        }
      }
      return { sha256, width: image.width, height: image.height, masks: data.length, files: [], data, warnings: image.warnings, seconds };
    },
    close: () => predictor.close(),
  };
};
