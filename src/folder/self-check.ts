/** The self-check of `sam doctor`: the embedded model masks a scene that comes with the package, and must find what it always finds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { SamError } from '../errors.js';
import { generateMasks } from '../generator/generate.js';
import { GENERATOR_OPTIONS } from '../generator/options.js';
import { readImage } from '../image/decode.js';
import { embeddedFolder } from '../models/embedded.js';
import { Predictor } from '../models/predictor.js';
import { EMBEDDED_MODEL } from '../models/registry.js';
import { resolveOptions } from '../options.js';
import { modelForMasks } from './model-for-masks.js';

/** The package's own scene; this module runs from `dist/src/folder/`. */
const SCENE = fileURLToPath(new URL('../../../fixtures/scenes/fruit.png', import.meta.url));

/** What the model must find, beside its weights; `npm run models:adopt` writes it with them. */
export const SELF_CHECK_FILE = 'self-check.json';

/** Processors round differently: a mask beside a threshold may come or go, a score may move a little. */
const MASKS_TOLERANCE = 2;
const IOU_TOLERANCE = 0.02;

const MILLISECONDS = 30_000;

/** What the self-check found: how long it took, or `undefined` where it was given up. */
export interface SelfCheck { masks: number; seconds: number | undefined }

/** Throws what opening the embedded model and reading the scene throw; `model/unfit` for other masks than expected; `internal/install` without the file that says what those are. */
export async function selfCheck(): Promise<SelfCheck> {
  const start = performance.now();
  const expected = expectedIous();
  const given = new AbortController();
  const ious = await selfCheckIous(EMBEDDED_MODEL, sleep(MILLISECONDS, undefined, { signal: given.signal }));
  given.abort();
  if (ious === undefined) return { masks: 0, seconds: undefined };
  compare(ious, expected);
  return { masks: ious.length, seconds: (performance.now() - start) / 1000 };
}

/**
 * Predicted IoUs, 0 to 1, highest first, of the scene's masks on a grid of 4 x 4 at the thresholds that the model recommends; `undefined` where `until`
 * came first. `model`: a name or a folder. Throws what opening it throws.
 */
export async function selfCheckIous(model: string, until?: Promise<undefined>): Promise<number[] | undefined> {
  const { files, recommended } = await modelForMasks(model, {});
  const predictor = await Predictor.open(files);
  try {
    const image = await readImage(SCENE, { name: 'fruit.png' });
    const masks = generateMasks(image, predictor, resolveOptions(GENERATOR_OPTIONS, { ...recommended, pointsPerSide: 4 }));
    const ious = masks.then((records) => records.map((record) => record.predictedIou).sort((a, b) => b - a));
    return await (until === undefined ? ious : Promise.race([ious, until]));
  } finally {
    await predictor.close();
  }
}

function expectedIous(): number[] {
  const file = join(embeddedFolder(), SELF_CHECK_FILE);
  try {
    // checked right below
    const { predictedIous } = JSON.parse(readFileSync(file, 'utf8')) as { predictedIous?: unknown };
    if (Array.isArray(predictedIous) && predictedIous.every((iou) => typeof iou === 'number')) return predictedIous;
  } catch (error) {
    throw new SamError('internal/install', `The file that says what the embedded model finds cannot be read: ${error instanceof Error ? error.message : String(error)}. Install the package again.`, { file, cause: error });
  }
  throw new SamError('internal/install', 'The file that says what the embedded model finds holds no list of predicted IoUs. Install the package again.', { file });
}

function compare(found: readonly number[], expected: readonly number[]): void {
  const count = Math.min(found.length, expected.length) - MASKS_TOLERANCE;
  const differs = found.findIndex((iou, i) => i < count && Math.abs(iou - (expected[i] ?? 0)) > IOU_TOLERANCE);
  if (Math.abs(found.length - expected.length) <= MASKS_TOLERANCE && differs === -1) return;
  const listed = (values: readonly number[]): string => `${values.length} masks (${values.map((value) => value.toFixed(3)).join(', ')})`;
  throw new SamError('model/unfit', `The embedded model found ${listed(found)} in its own scene, expected ${listed(expected)}: this machine computes something else.`);
}
