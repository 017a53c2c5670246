/**
 * The generator beside Meta's own, in turns: the same weights, image, settings and threads; and the decoder at SAM's true size beside
 * PyTorch's. Prints seconds, the processor's name, and ratios.
 *
 *   SAM_PEERS_PYTHON=../peers-venv/bin/python npm run bench -- [IMAGE]      (default ../shared/images/truck.jpg)
 *   SAM_REAL_DECODER=DIR/decoder.onnx  adds the true size; DIR is made by ../shared/peers/real_size_reference.py DIR
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { generateMasks } from '../src/generator/generate.js';
import { GENERATOR_OPTIONS } from '../src/generator/options.js';
import { inputSizeOf } from '../src/geometry/size.js';
import { readImage } from '../src/image/decode.js';
import type { RgbImage } from '../src/image/rgb-image.js';
import { LogitsScanner } from '../src/mask/logits.js';
import { logitsFrame } from '../src/mask/logits-frame.js';
import { openF1 } from '../src/models/f1.js';
import { readOnnxGraph } from '../src/models/onnx-graph.js';
import { Predictor } from '../src/models/predictor.js';
import { seededTensor } from '../src/models/probe.js';
import { SessionThread } from '../src/models/session.js';
import { resolveOptions } from '../src/options.js';

const THREADS = 2, TURNS = 3;
const python = process.env['SAM_PEERS_PYTHON'];
const peer = '../shared/peers/amg_reference.py';
/** What the peer runs; where it is not, the embedded model, alone. */
const reference = '../shared/goldens/models/meta', folder = existsSync(reference) ? reference : 'models';

console.log(`processor: ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores; Node ${process.version}`);
const imagePath = process.argv[2] ?? '../shared/images/truck.jpg';
await generator(imagePath);
const real = process.env['SAM_REAL_DECODER'];
if (real !== undefined) await trueSize(real, await readImage(imagePath, { name: imagePath }));

async function generator(path: string): Promise<void> {
  const options = resolveOptions(GENERATOR_OPTIONS, { pointsPerSide: 32, predIouThresh: 0.35, stabilityScoreThresh: 0.6 });
  const from = performance.now();
  const predictor = await Predictor.open({ name: folder, sha256: folder, encoder: `${folder}/encoder.onnx`, decoder: `${folder}/decoder.onnx` }, THREADS);
  console.log(`model open in ${((performance.now() - from) / 1000).toFixed(2)} s (not counted below; the peer's start-up is not counted either)`);
  const image = await readImage(path, { name: path });
  const ours: number[] = [], theirs: number[] = [];
  let masks = 0;
  for (let turn = 0; turn < TURNS; turn++) {
    if (python !== undefined && folder === reference && existsSync(peer)) theirs.push(peerSeconds(path));
    const start = performance.now();
    masks = (await generateMasks(image, predictor, options)).length;
    ours.push((performance.now() - start) / 1000);
  }
  await predictor.close();
  const best = Math.min(...ours);
  console.log(`ours: ${best.toFixed(3)} s, ${masks} masks (best of ${TURNS}; ${THREADS} threads for inference)`);
  if (theirs.length === 0) console.log('peer: not run; SAM_PEERS_PYTHON names a Python with the packages of ../shared/peers/requirements.txt');
  else console.log(`peer: ${Math.min(...theirs).toFixed(3)} s (Meta's generator, PyTorch, ${THREADS} threads); ours takes 1/${(Math.min(...theirs) / best).toFixed(1)} of it`);
}

/** The peer's own count of its seconds, model loaded, from the decoded image to the records. */
function peerSeconds(path: string): number {
  const run = spawnSync(python!, [peer, path, '--points-per-side', '32', '--pred-iou-thresh', '0.35', '--stability-score-thresh', '0.6', '--threads', String(THREADS)], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const total = /'total': ([0-9.]+)/.exec(run.stderr)?.[1];
  if (total === undefined) {
    console.log(run.stderr);
    process.exit(1);
  }
  return Number(total);
}

/**
 * Milliseconds a prompt at SAM's true decoder size (random weights, whose speed is that of any), by batch; and for looking at three masks
 * of 1800 x 1200 from 256 x 256 logits. Random weights draw noise, so the logits are a small model's, brought to 256 x 256; no mask is
 * filtered by predicted IoU, so this is the most that a prompt can cost.
 */
async function trueSize(path: string, image: RgbImage): Promise<void> {
  const logits = await largeLogits(image);
  const scanner = new LogitsScanner(logitsFrame(256, 1024, inputSizeOf(image, 1024), image));
  let masks = Infinity;
  for (let turn = 0; turn <= TURNS; turn++) {
    const start = performance.now();
    for (const one of logits) {
      scanner.stabilityScore(one, 0, 0, 1);
      scanner.outline(one, 0, 0, { x: 0, y: 0, image });
    }
    masks = Math.min(masks, (performance.now() - start) / logits.length * 3);
  }
  for (const threads of [2, 1]) {
    const thread = new SessionThread();
    const decoder = await openF1(thread, path, readOnnxGraph(path), [1, 256, 64, 64], 256, threads);
    const held = { embedding: await thread.keep(seededTensor([1, 256, 64, 64])) };
    for (const count of [1, 2, 4, 8, 16]) {
      const coords = Float32Array.from({ length: 2 * count }, (_, i) => 100 + ((i * 211) % 800));
      let decode = Infinity;
      for (let turn = 0; turn <= TURNS; turn++) {
        const start = performance.now();
        await decoder.decode(held, { count, points: 1, coords, labels: new Float32Array(count).fill(1) });
        decode = Math.min(decode, (performance.now() - start) / count);
      }
      console.log(`true size, ${threads} threads, batch ${count}: decode ${decode.toFixed(1)} + masks ${masks.toFixed(1)} = ${(decode + masks).toFixed(1)} ms a prompt`);
    }
    await thread.close();
  }
}

/** Masks of 16 prompts by that model, each brought bilinearly to 256 x 256. */
async function largeLogits(image: RgbImage): Promise<Float32Array[]> {
  const predictor = await Predictor.open({ name: folder, sha256: folder, encoder: `${folder}/encoder.onnx`, decoder: `${folder}/decoder.onnx` });
  const points = Float64Array.from({ length: 32 }, (_, i) => (0.1 + 0.8 * ((i * 37) % 32) / 32) * (i % 2 === 0 ? image.width : image.height));
  const { logits } = await predictor.decodePoints(await predictor.embed(image), points);
  await predictor.close();
  const at = (i: number): { low: number; high: number; f: number } => {
    const x = Math.max(0, (i + 0.5) / 4 - 0.5);
    return { low: Math.floor(x), high: Math.min(63, Math.floor(x) + 1), f: x - Math.floor(x) };
  };
  return Array.from({ length: 64 }, (_, m) => m).filter((m) => m % 4 !== 0).map((m) => Float32Array.from({ length: 65536 }, (_, i) => {
    const x = at(i % 256), y = at(Math.floor(i / 256));
    const value = (r: number, c: number): number => logits[m * 4096 + r * 64 + c]!;
    return (value(y.low, x.low) * (1 - x.f) + value(y.low, x.high) * x.f) * (1 - y.f) + (value(y.high, x.low) * (1 - x.f) + value(y.high, x.high) * x.f) * y.f;
  }));
}
