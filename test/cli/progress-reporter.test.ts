/** What a run's progress looks like: one rewritten line on a terminal, few plain lines elsewhere, nothing when quiet. */
import test from 'ava';
import { progressLine, progressReporter } from '../../src/cli/progress-reporter.js';
import type { Progress, ProgressEvent } from '../../src/folder/progress.js';

const progress: Progress = { images: 100, done: 8, skipped: 3, failed: 1, masks: 345, imagesPerSecond: 2.14, secondsLeft: 41.7 };
const done: ProgressEvent = { kind: 'imageDone', fileName: 'a\u001b[31m.jpg', masks: 1, progress };
const finished: ProgressEvent = { kind: 'finished', progress };

function record(isTTY: boolean, flags = { quiet: false, json: false }) {
  let text = '';
  const time = { now: 0 };
  const report = progressReporter(flags, { isTTY, columns: 30, write: (more) => { text += more; } }, () => time.now);
  return { report, time, text: () => text };
}

test('the line names what there is to name', (t) => {
  t.is(progressLine(progress), '12 of 100 images, 3 skipped, 1 failed, 345 masks, 2.1 images/s, 0:42 left');
  t.is(progressLine(progress, true), '12 of 100 images, 3 skipped, 1 failed, 345 masks, 2.1 images/s');
  t.is(progressLine({ ...progress, masks: 1 }, true), '12 of 100 images, 3 skipped, 1 failed, 1 mask, 2.1 images/s');
  t.is(progressLine({ images: 2, done: 0, skipped: 0, failed: 0, masks: 0 }), '0 of 2 images, 0 masks');
  t.regex(progressLine({ ...progress, imagesPerSecond: 0.05, secondsLeft: 3723 }), /20 s\/image, 1:02:03 left$/);
});

test('a terminal has one line, rewritten, never longer than it is wide, ended at the end', (t) => {
  const { report, time, text } = record(true);
  report(done);
  t.is(text(), '');
  time.now = 100;
  report(done);
  report(done);
  t.is(text(), '\r\u001b[2K12 of 100 images, 3 skipped, ');
  report(finished);
  t.is(text(), '\r\u001b[2K12 of 100 images, 3 skipped, \r\u001b[2K12 of 100 images, 3 skipped, \n');
});

test('elsewhere a plain line comes every half minute, and at the end', (t) => {
  const { report, time, text } = record(false);
  for (time.now = 0; time.now < 65_000; time.now += 1000) report(done);
  t.is(text().split('\n').length - 1, 2);
  report(finished);
  t.is(text().split('\n').length - 1, 3);
  t.false(text().includes('\u001b'));
});

test('quiet and JSON say nothing', (t) => {
  for (const flags of [{ quiet: true, json: false }, { quiet: false, json: true }]) {
    const { report, time, text } = record(true, flags);
    time.now = 1e9;
    report(done);
    report(finished);
    t.is(text(), '');
  }
});
