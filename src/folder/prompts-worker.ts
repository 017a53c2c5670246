/** The worker of `evaluate prompts`: one model in one process; an image and its regions in, the scores of each region out. */
import { boxPrompt } from '../dataset/box-prompts.js';
import { rleOfAnnotation } from '../dataset/masks.js';
import type { Annotation } from '../dataset/types.js';
import { isSamError, messageOf, SamError } from '../errors.js';
import { scoreRegions, type Region, type RegionScores } from '../evaluation/prompt-rounds.js';
import type { ImageSize } from '../geometry/size.js';
import { readImage } from '../image/decode.js';
import { boxFromRle } from '../mask/rle.js';
import { predict } from '../models/predict.js';
import { Predictor, type ModelFiles } from '../models/predictor.js';
import { stopwatch } from './stopwatch.js';
import type { CreateWorker, ImageWorker } from './worker-protocol.js';

export interface PromptsSetup { model: ModelFiles; threads: number; clicks: number; maxPixels: number; lenient: boolean }

/** An annotation with a segmentation; `key` seeds its noise. */
export interface WantedRegion { key: string; annotation: Annotation }

/** What a job carries: the size that the annotations state (0: none), and the regions. */
export interface RegionsOfImage { width: number; height: number; regions: WantedRegion[] }

/** What a job answers. `refused`: regions that have no pixel, or pixels of another size. */
export interface ScoredImage { scores: RegionScores[]; refused: { id: number; code: string; reason: string }[]; takesBoxes: boolean; takesMaskInput: boolean }

export const createWorker: CreateWorker<PromptsSetup> = async (setup): Promise<ImageWorker> => {
  const predictor = await Predictor.open(setup.model, setup.threads);
  const { takesBoxes, takesMaskInput } = predictor.spec;
  return {
    run: async (job) => {
      const { seconds, time } = stopwatch();
      // made by evaluate-prompts.ts of this version
      const wanted = job.data as RegionsOfImage;
      const image = await time('read', () => readImage(job.path, { name: job.fileName, maxPixels: setup.maxPixels, lenient: setup.lenient }));
      if (wanted.width > 0 && (wanted.width !== image.width || wanted.height !== image.height)) {
        throw new SamError('image/size', `The annotations say ${wanted.width} x ${wanted.height}, but the upright image is ${image.width} x ${image.height}.`, { file: job.fileName });
      }
      const { regions, refused } = regionsOf(wanted.regions, image);
      const answer: ScoredImage = { scores: [], refused, takesBoxes, takesMaskInput };
      if (regions.length > 0) {
        const embedding = await time('encode', () => predictor.embed(image));
        answer.scores = await scoreRegions(regions, image, (prompts, multimask) => time('decode', () => predict(predictor, embedding, prompts, { multimask })), { clicks: setup.clicks, takesBoxes, takesMaskInput });
      }
      return { sha256: image.sha256, width: image.width, height: image.height, masks: regions.length, files: [], data: answer, warnings: image.warnings, seconds };
    },
    close: () => predictor.close(),
  };
};

function regionsOf(wanted: readonly WantedRegion[], size: ImageSize): { regions: Region[]; refused: ScoredImage['refused'] } {
  const regions: Region[] = [], refused: ScoredImage['refused'] = [];
  for (const region of wanted) {
    try {
      regions.push(regionOf(region, size));
    } catch (error) {
      if (!isSamError(error)) throw error;
      refused.push({ id: region.annotation.id, code: error.code, reason: messageOf(error) });
    }
  }
  return { regions, refused };
}

/** The region's own box where the annotation has none that can be used. */
function regionOf({ key, annotation }: WantedRegion, size: ImageSize): Region {
  const truth = rleOfAnnotation(annotation, size);
  if (truth === undefined || truth.width !== size.width || truth.height !== size.height) {
    throw new SamError('image/size', `Its mask is ${truth?.width ?? 0} x ${truth?.height ?? 0}, but the image is ${size.width} x ${size.height}.`);
  }
  const tight = boxFromRle(truth);
  if (tight === undefined) throw new SamError('data/record', 'Its mask has no pixel: there is nothing to find.');
  const prompt = boxPrompt(annotation, size);
  return { id: annotation.id, key, truth, box: 'box' in prompt ? prompt.box : tight };
}
