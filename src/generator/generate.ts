/**
 * Automatic masks: `SamAutomaticMaskGenerator` of segment-anything, decision for decision, without its waste. An image becomes crops,
 * a crop a grid of points, the points batches; of each batch only the masks whose predicted IoU passes are looked at, at the
 * logits' own resolution. The next batch is decoded while this one is worked on.
 *
 * Memory: the image, one embedding, two batches of logits, and the runs of the masks that passed their filters.
 */
import { boxNms } from '../geometry/box-nms.js';
import { cropBoxesOf, type CropBox } from '../geometry/crops.js';
import { pointGrid, pointsPerSideOf } from '../geometry/point-grid.js';
import type { ImageSize } from '../geometry/size.js';
import { cropRgb } from '../image/resize.js';
import type { RgbImage } from '../image/rgb-image.js';
import { edgesOf, type Candidate, type MaskRecord } from './candidates.js';
import { candidatesOfBatch, type BatchContext } from './batch.js';
import type { GeneratorOptions } from './options.js';
import { cleanRegions, dropDuplicateMasks, withinArea } from './clean.js';
import type { Embedding, PromptedModel } from './model.js';
import { logitsFrame } from '../mask/logits-frame.js';
import { LogitsScanner } from '../mask/logits.js';

/** Seconds by stage; the clock is an argument so that the generator stays a function of its input. */
export interface Stopwatch { <T>(stage: string, work: () => T): T }

const untimed: Stopwatch = (_stage, work) => work();

/** The masks of an image in the reference's order. `options` as resolved by the caller; `pointsPerBatch` falls back to the model's constant. */
export async function generateMasks<E extends Embedding>(image: RgbImage, model: PromptedModel<E>, options: GeneratorOptions, time: Stopwatch = untimed): Promise<MaskRecord[]> {
  const size: ImageSize = { width: image.width, height: image.height };
  const crops = cropBoxesOf(size, options.cropNLayers, options.cropOverlapRatio);
  let candidates: Candidate[] = [];
  for (const crop of crops) candidates.push(...await candidatesOfCrop(image, crop, model, options, time));
  candidates = time('suppress', () => {
    if (crops.length > 1) {
      // prefer masks from smaller crops
      const scores = candidates.map((c) => Math.fround(1 / ((c.crop.x1 - c.crop.x0) * (c.crop.y1 - c.crop.y0))));
      candidates = boxNms(edgesOf(candidates), scores, options.cropNmsThresh).map((i) => candidates[i]!);
    }
    if (options.minMaskRegionArea > 0) {
      candidates = cleanRegions(candidates, options.minMaskRegionArea, Math.max(options.boxNmsThresh, options.cropNmsThresh));
      candidates = candidates.filter((c) => withinArea(c, size, options));
    }
    return options.maskNmsThresh === undefined ? candidates : dropDuplicateMasks(candidates, options.maskNmsThresh);
  });
  return candidates.map(recordOf);
}

async function candidatesOfCrop<E extends Embedding>(image: RgbImage, crop: CropBox, model: PromptedModel<E>, options: GeneratorOptions, time: Stopwatch): Promise<Candidate[]> {
  const { box } = crop;
  const size: ImageSize = { width: box.x1 - box.x0, height: box.y1 - box.y0 };
  const whole = size.width === image.width && size.height === image.height;
  const pixels = whole ? image : time('crop', () => cropRgb(image, box));
  const embedding = await time('encode', () => model.embed(pixels));
  const grid = pointGrid(pointsPerSideOf(crop.layer, options.pointsPerSide, options.cropNPointsDownscaleFactor));
  const points = Float64Array.from(grid, (value, i) => value * (i % 2 === 0 ? size.width : size.height));
  const context: BatchContext = {
    scanner: new LogitsScanner(logitsFrame(model.spec.maskSide, model.spec.inputSide, embedding.inputSize, size)),
    crop: box, image: { width: image.width, height: image.height }, options,
  };
  const found: Candidate[] = [];
  const batch = 2 * (options.pointsPerBatch ?? model.spec.pointsPerBatch);
  const decode = (at: number): ReturnType<typeof model.decodePoints> | undefined =>
    at < points.length ? time('decode', () => model.decodePoints(embedding, points.subarray(at, at + batch))) : undefined;
  let next = decode(0);
  for (let at = 0; at < points.length; at += batch) {
    const decoded = await next!;
    next = decode(at + batch);
    time('masks', () => { found.push(...candidatesOfBatch(decoded, points.subarray(at, at + batch), context)); });
  }
  return time('suppress', () => boxNms(edgesOf(found), found.map((c) => c.predictedIou), options.boxNmsThresh).map((i) => found[i]!));
}

function recordOf(candidate: Candidate): MaskRecord {
  const [x0, y0, x1, y1] = candidate.edges;
  return {
    rle: candidate.rle, area: candidate.area, box: { x0, y0, x1: x1 + 1, y1: y1 + 1 },
    predictedIou: candidate.predictedIou, stabilityScore: candidate.stabilityScore, pointCoords: [candidate.point], cropBox: candidate.crop,
  };
}
