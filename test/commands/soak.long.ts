/** Five hundred images through one worker: the memory of the process tree stays where it was once everything is warm. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { drawImage } from './drawn-images.js';
import { megabytes, sampleMemory } from './process-tree.js';
import { startSam, workplace } from './run-sam.js';

const IMAGES = 500;

(existsSync('/proc/self/smaps_rollup') ? test : test.skip)('500 images through one worker', async (t) => {
  const { input, output } = await workplace(t, []);
  mkdirSync(input, { recursive: true });
  const kinds = ['png', 'jpg', 'webp', 'tiff'];
  for (let i = 0; i < IMAGES; i++) await drawImage(join(input, `${i}.${kinds[i % 4]}`), 80 + (i * 7) % 120, 60 + (i * 11) % 100, i);
  const running = startSam(['segment-all', input, '--output', output, '--workers', '1', '--points-per-side', '8']);
  const samples = await sampleMemory(running.child.pid ?? 0, running.end, 250);
  const { code, stderr } = await running.end;
  t.is(code, 0, stderr);
  const quarters = [0, 1, 2, 3].map((q) => samples.slice(Math.floor((samples.length * q) / 4), Math.floor((samples.length * (q + 1)) / 4)));
  const means = quarters.map((quarter) => quarter.reduce((sum, { rss }) => sum + rss, 0) / quarter.length);
  const seconds = samples.at(-1)?.seconds ?? 0;
  t.log(`${IMAGES} images in ${seconds.toFixed(0)} s, ${samples.length} samples; mean RSS of the tree by quarter: ${means.map(megabytes).join(', ')}`);
  t.true(samples.length > 40);
  t.true(means[3]! <= means[1]! * 1.05 + 10e6, `${megabytes(means[3]!)} in the last quarter, ${megabytes(means[1]!)} in the second`);
});
