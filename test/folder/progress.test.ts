/** Counts, rates and times left, from a clock that the test holds. */
import test from 'ava';
import { ProgressMeter } from '../../src/folder/progress.js';

test('the rate counts work only, and the time left follows from it', (t) => {
  let now = 5000;
  const meter = new ProgressMeter(10, () => now);
  t.deepEqual(meter.progress, { images: 10, done: 0, skipped: 0, failed: 0, masks: 0 });
  now += 1000;
  for (let i = 0; i < 4; i++) meter.count('skipped', 2);
  t.deepEqual(meter.progress, { images: 10, done: 0, skipped: 4, failed: 0, masks: 8 });
  now += 2000;
  meter.count('done', 5);
  t.deepEqual(meter.progress, { images: 10, done: 1, skipped: 4, failed: 0, masks: 13, imagesPerSecond: 0.5, secondsLeft: 10 });
  now += 2000;
  meter.count('failed', 0);
  meter.count('done', 1);
  t.deepEqual(meter.progress, { images: 10, done: 2, skipped: 4, failed: 1, masks: 14, imagesPerSecond: 0.75, secondsLeft: 4 });
});

test('a clock that stands still or goes back gives no rate', (t) => {
  let now = 1000;
  const meter = new ProgressMeter(2, () => now);
  meter.count('done', 0);
  t.is(meter.progress.imagesPerSecond, undefined);
  now = 0;
  t.is(meter.progress.secondsLeft, undefined);
});
