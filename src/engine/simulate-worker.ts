/** The worker of the simulated annotator: one model in one process; an image and the objects to click on in, their masks out. */
import { SamError } from '../errors.js';
import { stopwatch } from '../folder/stopwatch.js';
import type { CreateWorker, ImageWorker } from '../folder/worker-protocol.js';
import { readImage } from '../image/decode.js';
import { rleFromString, rleToString } from '../mask/rle-string.js';
import { predict } from '../models/predict.js';
import { Predictor, type ModelFiles } from '../models/predictor.js';
import { clickObjects, type Clicked, type ClickWork, type Patience } from './simulate-clicks.js';

export interface SimulateSetup extends Pick<Patience, 'acceptIou' | 'maxClicks'> { model: ModelFiles; threads: number }

/** An object as it travels: masks as COCO's strings of the image's size. */
export interface WorkOfObject { id: number; truth: string; start?: string | undefined }
/** What a job carries. `sha256`: of the bytes that the truth is meant for. */
export interface WorkOfImage { width: number; height: number; sha256: string; objects: WorkOfObject[] }
/** What a job answers, in the order of the objects. */
export type ClickedObject = Omit<Clicked, 'mask'> & { mask: string };

export const createWorker: CreateWorker<SimulateSetup> = async ({ model, threads, acceptIou, maxClicks }): Promise<ImageWorker> => {
  const predictor = await Predictor.open(model, threads);
  const { takesMaskInput, maskSide, inputSide } = predictor.spec, patience = { acceptIou, maxClicks, takesMaskInput, maskSide, inputSide };
  return {
    run: async (job) => {
      const { seconds, time } = stopwatch();
      // made by simulate.ts of this version
      const { width, height, sha256, objects } = job.data as WorkOfImage;
      const image = await time('read', () => readImage(job.path, { name: job.fileName }));
      if (image.sha256 !== sha256) throw new SamError('image/changed', 'The image has other bytes than the project knows; sam engine init looks at it again.', { file: job.fileName });
      const embedding = await time('encode', () => predictor.embed(image));
      const works = objects.map(({ id, truth, start }): ClickWork => ({
        id, truth: rleFromString(truth, width, height), ...(start === undefined ? {} : { start: rleFromString(start, width, height) }),
      }));
      const clicked = await clickObjects(works, (prompts, multimask) => time('decode', () => predict(predictor, embedding, prompts, { multimask })), patience);
      const data: ClickedObject[] = clicked.map(({ mask, ...rest }) => ({ ...rest, mask: rleToString(mask) }));
      return { sha256, width, height, masks: data.length, files: [], data, warnings: image.warnings, seconds };
    },
    close: () => predictor.close(),
  };
};
