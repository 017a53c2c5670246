/**
 * Recommends thresholds of automatic masks for a model (`calibrate.ts` says by which rule), on pictures with labels that nothing else is measured on:
 * PICTURES holds NAME.jpg and NAME.labels.png (0 nothing, else the number of an object), as `python -m training.data.labelled` writes them.
 *
 *   npm run bench -- calibrate --model FOLDER --pictures PICTURES [--limit 40] [--points-per-side 16] [--write]
 *
 * --write puts them into the model.json of FOLDER.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { modelForMasks } from '../src/folder/model-for-masks.js';
import { generateMasks } from '../src/generator/generate.js';
import { GENERATOR_OPTIONS } from '../src/generator/options.js';
import { readImage } from '../src/image/decode.js';
import { maskIou } from '../src/mask/iou.js';
import { rleFromBitmask, type Rle } from '../src/mask/rle.js';
import { Predictor } from '../src/models/predictor.js';
import { resolveOptions } from '../src/options.js';
import { recommendedThresholds, thresholdsTable, type Calibrated } from './calibrate.js';

/** Fewer labelled objects than this say little of what else there is. */
const LEAST_OBJECTS = 4;

const { values } = parseArgs({ options: {
  model: { type: 'string', default: 'embedded' }, pictures: { type: 'string' }, limit: { type: 'string', default: '40' }, 'points-per-side': { type: 'string', default: '16' }, write: { type: 'boolean', default: false },
} });
if (values.pictures === undefined) throw new Error('--pictures is missing.');
const { files, located } = await modelForMasks(values.model, process.env);
const predictor = await Predictor.open(files);
const pictures: Calibrated[] = [];
for (const name of readdirSync(values.pictures).filter((file) => file.endsWith('.jpg')).sort()) {
  if (pictures.length === Number(values.limit)) break;
  const labels = join(values.pictures, name.replace(/\.jpg$/, '.labels.png'));
  const outlines = existsSync(labels) ? await outlinesOf(labels) : [];
  if (outlines.length >= LEAST_OBJECTS) pictures.push(await look(join(values.pictures, name), outlines));
}
await predictor.close();
report();

/** The picture's candidates: nothing filtered, nothing suppressed. */
async function look(path: string, outlines: readonly Rle[]): Promise<Calibrated> {
  const options = resolveOptions(GENERATOR_OPTIONS, { pointsPerSide: Number(values['points-per-side']), predIouThresh: 0, stabilityScoreThresh: 0, boxNmsThresh: 1 });
  const records = await generateMasks(await readImage(path, { name: path }), predictor, options);
  const ious = maskIou(records.map(({ rle }) => rle), [...outlines]);
  const candidates = records.map(({ predictedIou, stabilityScore, box }, i) => ({
    predictedIou, stabilityScore, box, agrees: outlines.flatMap((_, k) => (ious[i * outlines.length + k]! >= 0.5 ? [k] : [])),
  }));
  return { candidates, outlines: outlines.length };
}

async function outlinesOf(path: string): Promise<Rle[]> {
  const { data, info: { width, height, channels } } = await sharp(path).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  const label = (i: number): number => data[i * channels]!;
  const numbers = [...new Set(Array.from({ length: width * height }, (_, i) => label(i)))].filter((number) => number !== 0).sort((a, b) => a - b);
  return numbers.map((number) => rleFromBitmask({ data: Uint8Array.from({ length: width * height }, (_, i) => (label(i) === number ? 1 : 0)), width, height }));
}

function report(): void {
  const rows = thresholdsTable(pictures), best = recommendedThresholds(rows);
  console.log(`${pictures.length} pictures, ${pictures.reduce((sum, { outlines }) => sum + outlines, 0)} outlines\npred-iou stability  masks precision recall    f1`);
  for (const row of rows.filter(({ predIouThresh, stabilityScoreThresh }) => stabilityScoreThresh === (best?.stabilityScoreThresh ?? 0) || predIouThresh === best?.predIouThresh)) {
    const { predIouThresh, stabilityScoreThresh, masks, precision, recall, f1 } = row;
    console.log(`${predIouThresh.toFixed(2).padStart(8)} ${stabilityScoreThresh.toFixed(2).padStart(9)} ${masks.toFixed(1).padStart(6)} ${precision.toFixed(3).padStart(9)} ${recall.toFixed(3).padStart(6)} ${f1.toFixed(3).padStart(5)}${row === best ? '  <- recommended' : ''}`);
  }
  if (best === undefined) return console.log('Nothing agrees with an outline: no thresholds can be recommended.');
  if (!values.write) return;
  const path = join(located.folder, 'model.json'), json = JSON.parse(readFileSync(path, 'utf8')) as { recommended?: object }; // it was read as a model's already
  writeFileSync(path, `${JSON.stringify({ ...json, recommended: { ...json.recommended, predIouThresh: best.predIouThresh, stabilityScoreThresh: best.stabilityScoreThresh } }, undefined, 2)}\n`);
  console.log(`written to ${path}`);
}
