/** The examples of the README run as a stranger runs them, against the package by its own name. */
import test from 'ava';
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

test('the README names every example', (t) => {
  const readme = readFileSync('README.md', 'utf8');
  for (const name of readdirSync('examples')) t.true(readme.includes(`examples/${name}`), name);
});

test('examples/predict.ts: a click and two boxes', async (t) => {
  const { stdout, stderr } = await run(process.execPath, ['dist/examples/predict.js', 'fixtures/scenes/fruit.png'], { env: { ...process.env, SAM_MODEL: '' } });
  const [click, ...boxes] = stdout.trimEnd().split('\n');
  t.is(stderr, '');
  const area = Number(/^click: (\d+) pixels, predicted IoU [01]\.\d\d$/.exec(click ?? '')?.[1]);
  t.true(area > 4000 && area < 11000, `the red ball covers about 8000 pixels, found ${area}`);
  t.is(boxes.length, 2);
  for (const line of boxes) {
    const { segmentation, box, predictedIou } = JSON.parse(line) as { segmentation: { size: number[] }; box: Record<string, number>; predictedIou: number }; // as the example prints it
    t.deepEqual(segmentation.size, [192, 256]);
    t.true(box['x1']! > box['x0']! && predictedIou > 0);
  }
});
