/** COCO files larger than any string of Node, with a million annotations: converted and checked in bounded memory. Takes minutes and 2 GB of disk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { SAM } from '../../commands/run-sam.js';

const ANNOTATIONS = 1_000_000;
const IMAGES = 20_000;
const MOST_RSS_BYTES = 500e6;
/** Node's strings end below this. */
const MOST_STRING_BYTES = 512 * 2 ** 20;

/** As COCO's own files are: annotations in no order of images, polygons of 35 points, ids with gaps, all on one line. */
async function writeLarge(path: string): Promise<void> {
  const stream = createWriteStream(path);
  const put = async (piece: string): Promise<void> => {
    if (!stream.write(piece)) await once(stream, 'drain');
  };
  await put('{"info": {"year": 2017}, "annotations": [');
  let waiting = '';
  for (let i = 0; i < ANNOTATIONS; i++) {
    const points = Array.from({ length: 70 }, (_, k) => ((i * 31 + k * 7919) % 48_000) / 100);
    const image = (i * 7919) % IMAGES;
    waiting += `${i === 0 ? '' : ', '}{"segmentation": [[${points.join(', ')}]], "area": ${(i % 5000) + 0.5}, "iscrowd": 0, "image_id": ${image * 3 + 1}, "bbox": [${i % 300}.07, 5.25, 38.65, 28.67], "category_id": ${1 + (i % 80)}, "id": ${i * 2 + 1}}`;
    if (waiting.length < 1 << 20) continue;
    await put(waiting);
    waiting = '';
  }
  await put(`${waiting}], "images": [`);
  for (let i = 0; i < IMAGES; i++) await put(`${i === 0 ? '' : ', '}{"license": 4, "file_name": "${String(i).padStart(12, '0')}.jpg", "height": 480, "width": 640, "id": ${i * 3 + 1}}`);
  await put(`], "categories": [${Array.from({ length: 80 }, (_, i) => `{"supercategory": "thing", "id": ${i + 1}, "name": "class ${i + 1}"}`).join(', ')}]}\n`);
  stream.end();
  await once(stream, 'finish');
}

/** The real command under a preload that tells its peak memory when it ends. */
async function measured(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string; rss: number; seconds: number }> {
  const preload = 'data:text/javascript,process.on("exit",()=>process.stderr.write(`peak ${process.resourceUsage().maxRSS}\\n`))';
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', preload, SAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_ENV: 'production' } });
  const streams = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await once(child, 'close') as [number | null];
  const [stdout, stderr] = await streams;
  return { code, stdout, stderr, rss: Number(/^peak (\d+)$/m.exec(stderr)?.[1]) * 1024, seconds: (performance.now() - start) / 1000 };
}

test('a million annotations in more bytes than a string holds: converted twice the same and validated, in bounded memory', async (t) => {
  t.timeout(60 * 60_000);
  const folder = await mkdtemp(join(tmpdir(), 'sam-large-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const input = join(folder, 'large.json');
  await writeLarge(input);
  const { size } = await stat(input);
  t.true(size > MOST_STRING_BYTES, `${size} bytes`);

  const first = await measured(['convert', input, '--to', 'coco', '--output', join(folder, 'once.json'), '--json']);
  t.log(`${(size / 1e6).toFixed(0)} MB, ${ANNOTATIONS} annotations: converted in ${first.seconds.toFixed(0)} s, ${(first.rss / 1e6).toFixed(0)} MB RSS`);
  t.is(first.code, 0, first.stderr);
  t.true(first.rss < MOST_RSS_BYTES, `${first.rss} bytes of memory`);
  const { summary } = JSON.parse(first.stdout) as { summary: Record<string, unknown> }; // printed with --json
  t.like(summary, { images: IMAGES, annotations: ANNOTATIONS, losses: [], findings: [] });

  // every polygon is drawn, and hardly a box or an area is that of its mask
  const checked = await measured(['validate', input, '--json']);
  t.log(`validated in ${checked.seconds.toFixed(0)} s, ${(checked.rss / 1e6).toFixed(0)} MB RSS`);
  t.is(checked.code, 0, checked.stderr);
  t.true(checked.rss < MOST_RSS_BYTES, `${checked.rss} bytes of memory`);
  t.like((JSON.parse(checked.stdout) as { summary: Record<string, unknown> }).summary, { images: IMAGES, annotations: ANNOTATIONS, errors: 0, unreadable: false });

  const again = await measured(['convert', join(folder, 'once.json'), '--to', 'coco', '--output', join(folder, 'once.json'), '--json']);
  t.is((JSON.parse(again.stdout) as { summary: Record<string, unknown> }).summary['result'], 'same', 'what was written is written again to the byte');
  t.true(again.rss < MOST_RSS_BYTES, `${again.rss} bytes of memory`);
});

test('a million wrong annotations: counted, the first told, in bounded memory', async (t) => {
  t.timeout(60 * 60_000);
  const folder = await mkdtemp(join(tmpdir(), 'sam-large-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const input = join(folder, 'wrong.json');
  const stream = createWriteStream(input);
  stream.write('{"images":[{"id":1,"file_name":"a.png","width":10,"height":10}],"categories":[{"id":1,"name":"x"}],"annotations":[');
  for (let i = 0; i < ANNOTATIONS; i++) {
    if (!stream.write(`${i === 0 ? '\n' : ',\n'}{"id":${i + 1},"image_id":2,"category_id":1,"bbox":[1,1,1,1]}`)) await once(stream, 'drain');
  }
  stream.end(']}');
  await once(stream, 'finish');
  const { code, stdout, stderr, rss, seconds } = await measured(['convert', input, '--to', 'coco', '--output', join(folder, 'out.json'), '--lenient', '--json']);
  t.log(`${ANNOTATIONS} errors told in ${seconds.toFixed(0)} s, ${(rss / 1e6).toFixed(0)} MB RSS`);
  t.is(code, 3, stderr);
  t.true(rss < MOST_RSS_BYTES, `${rss} bytes of memory`);
  t.is((JSON.parse(stdout) as { summary: Record<string, unknown> }).summary['leftOut'], ANNOTATIONS);

  const checked = await measured(['validate', input, '--json']);
  t.log(`validated in ${checked.seconds.toFixed(0)} s, ${(checked.rss / 1e6).toFixed(0)} MB RSS`);
  t.is(checked.code, 4, checked.stderr);
  t.true(checked.rss < MOST_RSS_BYTES, `${checked.rss} bytes of memory`);
  t.is((JSON.parse(checked.stdout) as { summary: Record<string, unknown> }).summary['errors'], ANNOTATIONS);
});
