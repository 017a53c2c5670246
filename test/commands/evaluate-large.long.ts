/** Half a million masks compared in bounded memory, also where two files list their images in opposite orders. Takes minutes and 300 MB of disk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { rleFromPolygon } from '../../src/mask/polygon-fill.js';
import { rleArea } from '../../src/mask/rle.js';
import { rleToCoco } from '../../src/mask/rle-string.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { SAM } from './run-sam.js';

const IMAGES = 4000, TRUTHS = 45, DETECTIONS = 90, CATEGORIES = 20;
/** The masks alone, in memory with their objects, would be more. */
const MOST_RSS_BYTES = 400e6;

/** Ellipses of all sizes, as a mask and its area. */
const POOL = Array.from({ length: 300 }, (_, i) => {
  const cx = 40 + ((i * 97) % 560), cy = 40 + ((i * 61) % 400), rx = 10 + ((i * 37) % 160), ry = 8 + ((i * 53) % 120);
  const rle = rleFromPolygon(Array.from({ length: 60 }, (_, k) => [cx + rx * Math.cos(k / 9.55), cy + ry * Math.sin(k / 9.55)]).flat(), { width: 640, height: 480 });
  return { segmentation: JSON.stringify(rleToCoco(rle)), area: rleArea(rle) };
});

/** `scored`: detections, some of them the truth's own masks. */
async function writeInstances(path: string, each: number, images: readonly number[], scored: boolean): Promise<void> {
  const stream = createWriteStream(path);
  const put = async (piece: string): Promise<void> => {
    if (!stream.write(piece)) await once(stream, 'drain');
  };
  await put(`{"images": [${images.map((i) => `{"id": ${i + 1}, "file_name": "${i}.jpg", "width": 640, "height": 480}`).join(', ')}], `);
  await put(`"categories": [${Array.from({ length: CATEGORIES }, (_, i) => `{"id": ${i + 1}, "name": "class ${i + 1}"}`).join(', ')}], "annotations": [`);
  for (let i = 0; i < IMAGES; i++) {
    const lines = Array.from({ length: each }, (_, k) => {
      const id = i * each + k + 1, { segmentation, area } = POOL[(i * 31 + k * 17 + (scored && k % 3 === 0 ? 1 : 0)) % POOL.length]!;
      return `{"id": ${id}, "image_id": ${i + 1}, "category_id": ${1 + ((i + k) % CATEGORIES)}, "iscrowd": 0, ${scored ? `"score": ${((id * 7919) % 1000) / 1000}` : `"area": ${area}`}, "segmentation": ${segmentation}}`;
    });
    await put(`${i === 0 ? '' : ',\n'}${lines.join(',\n')}`);
  }
  stream.end(']}\n');
  await once(stream, 'finish');
}

/** The real command under a preload that tells its peak memory when it ends. */
async function measured(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string; rss: number }> {
  const preload = 'data:text/javascript,process.on("exit",()=>process.stderr.write(`peak ${process.resourceUsage().maxRSS}\\n`))';
  const child = spawn(process.execPath, ['--import', preload, SAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_ENV: 'production' } });
  const streams = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await once(child, 'close') as [number | null]; // what `close` gives
  const [stdout, stderr] = await streams;
  return { code, stdout, stderr, rss: Number(/^peak (\d+)$/m.exec(stderr)?.[1]) * 1024 };
}

test('half a million masks, images in one order and in opposite ones: the same numbers, bounded memory', async (t) => {
  t.timeout(30 * 60_000);
  const folder = await temporaryFolder(t);
  const images = Array.from({ length: IMAGES }, (_, i) => i);
  const [gt, same, opposite] = ['gt.json', 'same.json', 'opposite.json'].map((name) => join(folder, name)) as [string, string, string]; // three names
  await writeInstances(gt, TRUTHS, images, false);
  await writeInstances(same, DETECTIONS, images, true);
  await writeInstances(opposite, DETECTIONS, [...images].reverse(), true);
  const tables: string[] = [];
  for (const predictions of [same, opposite]) {
    const { code, stdout, stderr, rss } = await measured(['evaluate', 'masks', predictions, gt]);
    t.log(`${(rss / 1e6).toFixed(0)} MB RSS`);
    t.is(code, 0, stderr);
    t.regex(stderr, new RegExp(`${IMAGES * DETECTIONS} detections .* ${IMAGES * TRUTHS} objects .* ${IMAGES} images`));
    t.true(rss < MOST_RSS_BYTES, `${rss} bytes of memory`);
    tables.push(stdout);
  }
  t.is(tables[1], tables[0]);
  t.notRegex(tables[0]!, /maxDets=100 \] = 0\.000/, 'something was found');
});
