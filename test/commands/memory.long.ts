/** The peak memory of a default run over one photograph of twelve megapixels, over the whole process tree. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { drawImage } from './drawn-images.js';
import { megabytes, peakOf, sampleMemory } from './process-tree.js';
import { startSam, workplace } from './run-sam.js';

const LIMIT = 600e6;

(existsSync('/proc/self/smaps_rollup') ? test : test.skip)('a 4000 x 3000 JPEG stays below 600 MB (PSS, summed over the tree)', async (t) => {
  const { input, output } = await workplace(t, []);
  await drawImage(join(input, 'photo.jpg'), 4000, 3000, 1);
  const running = startSam(['segment-all', input, '--output', output]);
  const samples = await sampleMemory(running.child.pid ?? 0, running.end, 20);
  const { code, stderr } = await running.end;
  t.is(code, 0, stderr);
  const peak = peakOf(samples, 'pss');
  t.log(`${samples.length} samples; peak PSS ${megabytes(peak?.pss ?? 0)}, peak RSS summed ${megabytes(peakOf(samples, 'rss')?.rss ?? 0)}`);
  for (const one of peak?.processes ?? []) t.log(`  at the PSS peak: ${one.name} PSS ${megabytes(one.pss)}, RSS ${megabytes(one.rss)}`);
  t.true(samples.length > 20);
  t.true((peak?.pss ?? Infinity) < LIMIT, `the peak was ${megabytes(peak?.pss ?? 0)}`);
});
