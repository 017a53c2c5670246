/**
 * The annotator's decoder in the browser's runtime, run in Node: a question with the whole graph and in parts, with a mask fed back and without, for some numbers of points; medians of runs in turns.
 * Where other work keeps the machine busy, the processor's time is the firmer number (with one thread; threads wait for each other by turning).
 *
 *   npm run bench -- decoder-parts [DECODER.onnx MASKSIDE [THREADS]]
 */
import { cpus } from 'node:os';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { portableDecoder } from '../src/models/decoder-graph.js';
import { decoderParts } from '../src/models/decoder-parts.js';
import { describeOnnx } from '../src/models/onnx-graph.js';
import { MemorySource } from '../src/models/protobuf.js';
import { seededTensor } from '../src/models/probe.js';

type Tensors = Record<string, Tensor>;
const TURNS = 20, POINTS = [2, 5, 10, 21];
const [path = 'models/decoder.onnx', side = '128', threads = '1'] = process.argv.slice(2), maskSide = Number(side);
env.wasm.numThreads = Number(threads);
env.logLevel = 'error';

const { bytes } = portableDecoder(path), parts = await decoderParts(bytes, maskSide, 1);
if (parts === undefined) throw new Error(`${path} has no parts.`);
const open = (model: Uint8Array): Promise<InferenceSession> => InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
const whole = await open(bytes), image = await open(parts.image), mask = await open(parts.mask), prompts = await open(parts.prompts);
const run = async (session: InferenceSession, known: Tensors): Promise<Tensors> => ({ ...await session.run(Object.fromEntries(session.inputNames.map((name) => [name, known[name]!]))) });
// seeded numbers are float32
const tensor = (shape: number[], scale = 1): Tensor => new Tensor('float32', (seededTensor(shape).data as Float32Array).map((value) => scale * value), shape);

const embedding = tensor(describeOnnx(new MemorySource(bytes)).inputs.find(({ name }) => name === 'image_embeddings')!.shape.map(Number));
const masked = (flag: number): Tensors => ({ mask_input: tensor([1, 1, maskSide, maskSide], 8 * flag), has_mask_input: new Tensor('float32', Float32Array.of(flag), [1]) });
const none = { image_embeddings: embedding, ...masked(0) }, fed = { ...none, ...masked(1) };
const known = await run(image, none), without = await run(mask, { ...none, ...known });
const megabytes = (tensors: Tensors): string => (Object.values(tensors).reduce((sum, { size }) => sum + 4 * size, 0) / 1e6).toFixed(1);
console.log(`processor: ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores; ${threads} threads; Node ${process.version}; ${path}; of an image ${megabytes(known)} MB, for masks ${megabytes(without)} MB`);

const early: [string, () => Promise<unknown>][] = [['once an image', async () => run(mask, { ...none, ...await run(image, none) })], ['once a mask', () => run(mask, { ...fed, ...known })]];
await report(early);
for (const points of POINTS) {
  const asked = {
    point_coords: new Tensor('float32', Float32Array.from({ length: 2 * points }, (_, i) => (i * 371 + 31) % (4 * maskSide)), [1, points, 2]),
    point_labels: new Tensor('float32', Float32Array.from({ length: points }, (_, i) => (i === points - 1 ? -1 : 1 - i % 2)), [1, points]),
  };
  await report([
    [`${points} points, whole`, () => run(whole, { ...none, ...asked })], [`${points} points, in parts`, () => run(prompts, { ...asked, ...known, ...without })],
    [`${points} points and a mask, whole`, () => run(whole, { ...fed, ...asked })], [`${points} points and a mask, in parts`, async () => run(prompts, { ...asked, ...known, ...await run(mask, { ...fed, ...known }) })],
  ]);
}
process.exit(0);

/** Each in its turn, so that what else the machine does falls on all alike. */
async function report(rows: [string, () => Promise<unknown>][]): Promise<void> {
  const times = rows.map((): { wall: number; processor: number }[] => []);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [i, [, work]] of rows.entries()) {
      const start = performance.now(), used = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(used);
      times[i]!.push({ wall: performance.now() - start, processor: (user + system) / 1000 });
    }
  }
  for (const [i, [name]] of rows.entries()) {
    const median = (of: 'wall' | 'processor'): string => times[i]!.map((time) => time[of]).sort((a, b) => a - b)[TURNS >> 1]!.toFixed(1);
    console.log(`${name}: ${median('wall')} ms, processor ${median('processor')} ms, least ${Math.min(...times[i]!.map(({ wall }) => wall)).toFixed(1)} ms`);
  }
}
