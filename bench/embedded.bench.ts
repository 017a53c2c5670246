/**
 * What the embedded model costs on this machine: its encoder, a lone prompt, a prompt of a batch, and 32 x 32 points on a photograph; medians, beside what is aimed at.
 *
 *   npm run bench -- embedded [IMAGE]
 */
import { cpus } from 'node:os';
import { generateMasks } from '../src/generator/generate.js';
import { GENERATOR_OPTIONS } from '../src/generator/options.js';
import { readImage } from '../src/image/decode.js';
import { Predictor } from '../src/models/predictor.js';
import { resolveOptions } from '../src/options.js';

const THREADS = 2, BATCH = 64, TURNS = 9;
const path = process.argv[2] ?? '../shared/images/truck.jpg';
const image = await readImage(path, { name: path });
const predictor = await Predictor.open({ name: 'embedded', sha256: 'embedded', encoder: 'models/encoder.onnx', decoder: 'models/decoder.onnx' }, THREADS);
/** x0, y0, x1, y1 ... in pixels of the image, spread over it. */
const points = (count: number): Float64Array => Float64Array.from({ length: 2 * count }, (_, i) => (((i * 0.618) % 1) * (i % 2 === 0 ? image.width : image.height)));

console.log(`processor: ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores; ${THREADS} threads; Node ${process.version}; ${image.width} x ${image.height}`);
const embedding = await predictor.embed(image);
await report('image to embedding', 250, 1, () => predictor.embed(image));
await report('a lone prompt', 15, 1, () => predictor.decodePoints(embedding, points(1)));
await report(`a prompt of ${BATCH}`, 3, BATCH, () => predictor.decodePoints(embedding, points(BATCH)));
const options = resolveOptions(GENERATOR_OPTIONS, { pointsPerSide: 32, predIouThresh: 0.4, stabilityScoreThresh: 0.6 });
await report('32 x 32 points', 4000, 1, () => generateMasks(image, predictor, options), 3);
await predictor.close();

/** Prints the median of `turns` runs in milliseconds, divided by `parts`. */
async function report(name: string, aim: number, parts: number, run: () => Promise<unknown>, turns = TURNS): Promise<void> {
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const start = performance.now();
    await run();
    times.push((performance.now() - start) / parts);
  }
  console.log(`${name}: ${times.sort((a, b) => a - b)[turns >> 1]!.toFixed(1)} ms (aim ${aim})`);
}
