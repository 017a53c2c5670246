/** The self-check of `sam doctor`: the embedded model masks a scene that comes with the package, and must find what it always finds. */
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { SamError } from '../errors.js';
import { generateMasks } from '../generator/generate.js';
import { GENERATOR_OPTIONS } from '../generator/options.js';
import { readImage } from '../image/decode.js';
import { Predictor } from '../models/predictor.js';
import { resolveOptions } from '../options.js';
import { modelForMasks } from './model-for-masks.js';

/** The package's own scene; this module runs from `dist/src/folder/`. */
const SCENE = fileURLToPath(new URL('../../../fixtures/scenes/fruit.png', import.meta.url));

/** Predicted IoUs of the scene's masks on a grid of 4 x 4, highest first; belongs to the weights in `models/`. */
export const EXPECTED_IOUS = [0.604, 0.5619, 0.5438, 0.5166, 0.4952, 0.4299, 0.4185, 0.3758];

/** Processors round differently: a mask beside a threshold may come or go, a score may move a little. */
const MASKS_TOLERANCE = 2;
const IOU_TOLERANCE = 0.02;

const MILLISECONDS = 10_000;

/** What the self-check found: how long it took, or `undefined` where it was given up. */
export interface SelfCheck { masks: number; seconds: number | undefined }

/** Throws what opening the embedded model and reading the scene throw; `model/unfit` for other masks than expected. */
export async function selfCheck(): Promise<SelfCheck> {
  const start = performance.now();
  const { files, recommended } = await modelForMasks(undefined, {});
  const predictor = await Predictor.open(files);
  try {
    const image = await readImage(SCENE, { name: 'fruit.png' });
    const given = new AbortController();
    const masks = generateMasks(image, predictor, resolveOptions(GENERATOR_OPTIONS, { ...recommended, pointsPerSide: 4 }));
    const ious = await Promise.race([masks.then((records) => records.map((record) => record.predictedIou)), sleep(MILLISECONDS, undefined, { signal: given.signal })]);
    given.abort();
    if (ious === undefined) return { masks: 0, seconds: undefined };
    compare(ious);
    return { masks: ious.length, seconds: (performance.now() - start) / 1000 };
  } finally {
    await predictor.close();
  }
}

function compare(ious: readonly number[]): void {
  const found = [...ious].sort((a, b) => b - a);
  const count = Math.min(found.length, EXPECTED_IOUS.length) - MASKS_TOLERANCE;
  const differs = found.findIndex((iou, i) => i < count && Math.abs(iou - (EXPECTED_IOUS[i] ?? 0)) > IOU_TOLERANCE);
  if (Math.abs(found.length - EXPECTED_IOUS.length) <= MASKS_TOLERANCE && differs === -1) return;
  const listed = (values: readonly number[]): string => `${values.length} masks (${values.map((value) => value.toFixed(3)).join(', ')})`;
  throw new SamError('model/unfit', `The embedded model found ${listed(found)} in its own scene, expected ${listed(EXPECTED_IOUS)}: this machine computes something else.`);
}
