/**
 * Times `resizeBilinear` against Pillow's `Image.resize(size, BILINEAR)`, in turns in one run, and prints the ratio of the medians.
 * Usage: node dist/bench/resize.bench.js; SAM_PEERS_PYTHON names a Python that has Pillow, else only ours is timed.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { resizeBilinear } from '../src/image/resize.js';
import type { RgbImage } from '../src/image/rgb-image.js';

const TURNS = 15;
const CASES = [
  { from: { width: 4000, height: 3000 }, to: { width: 1024, height: 768 } },
  { from: { width: 1800, height: 1200 }, to: { width: 256, height: 171 } },
  { from: { width: 256, height: 171 }, to: { width: 1024, height: 684 } },
];

// answers each line "w h W H" with the milliseconds of one resize, on one thread as Pillow always is
const PEER = `
import os, sys, time, PIL
from PIL import Image
print(PIL.__version__, flush=True)
images = {}
for line in sys.stdin:
    w, h, W, H = map(int, line.split())
    image = images.setdefault((w, h), Image.frombytes("RGB", (w, h), os.urandom(w * h * 3)))
    start = time.perf_counter()
    image.resize((W, H), Image.Resampling.BILINEAR)
    print((time.perf_counter() - start) * 1e3, flush=True)
`;

interface Peer { version: string; time(from: RgbImage, to: { width: number; height: number }): Promise<number>; end(): void }

async function startPeer(python: string): Promise<Peer> {
  const child = spawn(python, ['-c', PEER], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new Error(`${python} ended early`);
    return line.value;
  };
  return {
    version: await next(),
    async time(from, to) {
      child.stdin.write(`${from.width} ${from.height} ${to.width} ${to.height}\n`);
      return Number(await next());
    },
    end: () => child.stdin.end(),
  };
}

function noise(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = Math.imul(i, 2654435761) >>> 19;
  return { data, width, height };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const python = process.env['SAM_PEERS_PYTHON'];
const peer = python === undefined ? undefined : await startPeer(python);
console.log(peer === undefined ? 'SAM_PEERS_PYTHON is not set: ours only' : `ours / Pillow ${peer.version}, medians of ${TURNS} turns`);
for (const { from, to } of CASES) {
  const image = noise(from.width, from.height);
  const ours: number[] = [], theirs: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const start = performance.now();
    resizeBilinear(image, to);
    ours.push(performance.now() - start);
    if (peer !== undefined) theirs.push(await peer.time(image, to));
  }
  const compared = peer === undefined ? '' : `, Pillow ${median(theirs).toFixed(1)} ms, ratio ${(median(ours) / median(theirs)).toFixed(2)}`;
  console.log(`${from.width} x ${from.height} -> ${to.width} x ${to.height}: ours ${median(ours).toFixed(1)} ms${compared}`);
}
peer?.end();
