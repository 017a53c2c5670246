/** The worker of `predict --prompts`: one model in one process; an image and its prompts in, their masks as files out. */
import { SamError } from '../errors.js';
import { readImage } from '../image/decode.js';
import { Predictor, type ModelFiles } from '../models/predictor.js';
import { masksOf } from './predict-masks.js';
import { refuseUnfit, type PromptNeeds } from './predict-needs.js';
import type { NumberedPrompt, PredictFormat } from './predict-options.js';
import { encodeMasks, predictPath } from './predict-outputs.js';
import { stopwatch } from './stopwatch.js';
import type { CreateWorker, ImageWorker, OutputFile } from './worker-protocol.js';

/** `needs`: of all prompts of the run. */
export interface PredictSetup { model: ModelFiles; threads: number; format: PredictFormat; maxPixels: number; lenient: boolean; needs: PromptNeeds }

/** What a job carries: the prompts, and the image's size when they were checked. */
export interface PromptsOfImage { width: number; height: number; prompts: NumberedPrompt[] }

export const createWorker: CreateWorker<PredictSetup> = async (setup): Promise<ImageWorker> => {
  const predictor = await Predictor.open(setup.model, setup.threads);
  try {
    refuseUnfit(setup.needs, predictor);
  } catch (error) {
    await predictor.close();
    throw error;
  }
  return {
    run: async (job) => {
      const { seconds, time } = stopwatch();
      // made by predict-images.ts of this version
      const wanted = job.data as PromptsOfImage;
      const image = await time('read', () => readImage(job.path, { name: job.fileName, maxPixels: setup.maxPixels, lenient: setup.lenient }));
      if (image.width !== wanted.width || image.height !== wanted.height) {
        throw new SamError('image/changed', `The image was ${wanted.width} x ${wanted.height} when its prompts were checked, and is ${image.width} x ${image.height} now.`, { file: job.fileName });
      }
      const embedding = await time('encode', () => predictor.embed(image));
      const masks = await time('decode', () => masksOf(predictor, embedding, wanted.prompts));
      const place = predictPath(setup.format, job.fileName);
      const files: OutputFile[] = [];
      await time('write', async () => {
        for await (const { path, bytes } of encodeMasks(setup.format, job.fileName, image, masks)) files.push({ path: path === '' ? place : `${place}/${path}`, bytes });
      });
      return { sha256: image.sha256, width: image.width, height: image.height, masks: masks.length, files, warnings: image.warnings, seconds };
    },
    close: () => predictor.close(),
  };
};
