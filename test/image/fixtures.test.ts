/** The fixture scenes are what the painter draws, and the mask goldens belong to them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { paint } from '../../fixtures/raster.js';
import { SCENES } from '../../fixtures/scene-list.js';
import { readImage } from '../../src/image/decode.js';

const FOLDER = 'fixtures/scenes';

test('the folder holds the listed scenes and no more, and stays small', (t) => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(FOLDER, name)).isFile());
  t.deepEqual(files.sort(), Object.keys(SCENES).sort());
  const bytes = files.reduce((sum, name) => sum + statSync(join(FOLDER, name)).size, 0);
  t.true(bytes < 600_000, `${bytes} bytes`);
});

for (const [name, scene] of Object.entries(SCENES)) {
  test(`${name} is what the painter draws, upright`, async (t) => {
    const drawn = paint(scene);
    const read = await readImage(join(FOLDER, name), { name });
    t.deepEqual([read.width, read.height, read.warnings, read.degraded], [drawn.width, drawn.height, [], false]);
    if (name.endsWith('.png')) {
      t.deepEqual(Buffer.from(read.data), Buffer.from(drawn.data));
    } else {
      const apart = drawn.data.reduce((sum, value, i) => sum + Math.abs(value - read.data[i]!), 0) / drawn.data.length;
      t.true(apart < 6, `mean of grey levels apart: ${apart}`);
    }
  });
}

test('each case of the mask goldens has its scene and its records', (t) => {
  // the shape is that of our own script in fixtures/generate
  const cases = JSON.parse(readFileSync('fixtures/goldens/amg.json', 'utf8')) as { image: string; records: string; masks: number }[];
  t.is(cases.length, 6);
  for (const { image, records, masks } of cases) {
    const scene = SCENES[image]!;
    const found = JSON.parse(readFileSync(join('fixtures/goldens/records', records), 'utf8')) as { segmentation: { size: number[] } }[];
    t.is(found.length, masks);
    t.deepEqual(found[0]?.segmentation.size, [scene.height, scene.width], image);
  }
});
