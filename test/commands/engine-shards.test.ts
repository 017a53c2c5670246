/** Stage 3 on several machines: shards of segment-all with the recipe, imported, are what one machine makes alone; and the manual's commands say that recipe. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { AUTO_GENERATOR } from '../../src/engine/auto.js';
import { withProject } from '../../src/engine/project.js';
import { GENERATOR_OPTIONS } from '../../src/generator/options.js';
import { flagName } from '../../src/options.js';
import { placeWith } from '../engine/scenes.js';
import { TEST_MODEL } from '../test-model.js';
import { runJson, runSam } from './run-sam.js';

/** What the recipe adds to the defaults of segment-all, as it is typed. */
const RECIPE = Object.entries(AUTO_GENERATOR).filter(([key, { default: value }]) => value !== GENERATOR_OPTIONS[key as keyof typeof GENERATOR_OPTIONS].default) // the keys are the table's
  .flatMap(([key, { default: value }]) => [`--${flagName(key)}`, String(value)]);
const LOOSE = ['--points-per-side', '4', '--pred-iou-thresh', '0.3', '--stability-score-thresh', '0.5', '--workers', '1'];

const MASKS = `SELECT i.file_name, i.state, c.name AS category, m.counts, m.status, m.stage, m.predicted_iou, m.stability_score, m.score, m.details, o.sha256 AS model FROM masks m JOIN images i ON i.id = m.image_id
  JOIN categories c ON c.id = m.category_id JOIN models o ON o.id = m.model_id ORDER BY i.file_name, m.id`;
const PARTS = 'SELECT p.counts AS child, q.counts AS parent FROM hierarchy h JOIN masks p ON p.id = h.child_id JOIN masks q ON q.id = h.parent_id ORDER BY child, parent';

test('two shards of segment-all, imported, are the masks that engine auto makes', async (t) => {
  const { root, folder, images } = await placeWith(t, ['a.png', 'b.png', 'c.png', 'd.png']), other = join(root, 'other'), classes = join(root, 'classes.txt');
  writeFileSync(classes, 'leaf\n');
  for (const dir of [folder, other]) t.is((await runSam(['engine', 'init', dir, '--images', images, '--categories', classes])).code, 0);
  const alone = await runJson(t, ['engine', 'auto', folder, ...LOOSE]);
  t.true(Number(alone.summary['masks']) > 4);
  for (const shard of [0, 1]) {
    const part = join(root, `part-${shard}`);
    t.is((await runSam(['segment-all', images, '--output', part, '--shard', `${shard}/2`, ...RECIPE, ...LOOSE])).code, 0);
    const imported = await runJson(t, ['engine', 'import', other, part, '--stage', 'fully-automatic', '--as', 'accepted', '--model', TEST_MODEL, '--category', 'leaf', '--done']);
    t.is(imported.code, 0);
    t.is(imported.summary['done'], imported.summary['images']);
  }
  t.is((await runSam(['engine', 'dedupe', other])).code, 0);
  const rows = (dir: string, sql: string): Promise<unknown[]> => withProject(dir, 'read', ({ database }) => database.all(sql));
  t.deepEqual(await rows(other, MASKS), await rows(folder, MASKS));
  t.deepEqual(await rows(other, PARTS), await rows(folder, PARTS));
  t.like((await runJson(t, ['engine', 'status', other])).summary, { states: { done: 4 }, truth: alone.summary['masks'] });
});

test('the manual says the recipe', (t) => {
  const line = readFileSync('docs/engine.md', 'utf8').split('\n').find((text) => text.includes('sam segment-all') && text.includes('--shard'));
  t.is(line?.trim(), `sam segment-all photos --output part-0 --shard 0/2 ${RECIPE.join(' ')}`);
});

test('--done: images with proposals to judge, and those of which a record failed, are still to do', async (t) => {
  const { root, folder, images } = await placeWith(t, ['a.png', 'b.png', 'c.png']), file = join(root, 'f.json');
  t.is((await runSam(['engine', 'init', folder, '--images', images])).code, 0);
  const annotation = (id: number, imageId: number, x: number): object => ({ id, image_id: imageId, category_id: 1, iscrowd: 0, bbox: [x, 2, 9, 9], area: 81, segmentation: [[x, 2, x + 9, 2, x + 9, 11, x, 11]] });
  const listed = ['a.png', 'b.png', 'c.png'].map((name, i) => ({ id: i + 1, file_name: name, width: i === 2 ? 640 : 64, height: 48 }));
  writeFileSync(file, JSON.stringify({ images: listed, categories: [{ id: 1, name: 'object' }], annotations: [annotation(1, 1, 2), annotation(2, 2, 3), annotation(3, 3, 4)] }));
  t.like((await runJson(t, ['engine', 'import', folder, file, '--done', '--as', 'proposed'])).summary, { added: 2, done: 0, failed: 1 });
  t.like((await runJson(t, ['engine', 'status', folder])).summary, { states: { todo: 3 } });
  const other = join(root, 'other');
  t.is((await runSam(['engine', 'init', other, '--images', images])).code, 0);
  t.like((await runJson(t, ['engine', 'import', other, file, '--done', '--dry-run'])).summary, { added: 2, done: 2 });
  t.like((await runJson(t, ['engine', 'status', other])).summary, { states: { todo: 3 } });
  t.like(await runJson(t, ['engine', 'import', other, file, '--done']), { code: 3, summary: { added: 2, done: 2 } });
  t.like((await runJson(t, ['engine', 'status', other])).summary, { states: { todo: 1, done: 2 } });
  t.like(await runJson(t, ['engine', 'import', other, file, '--category', 'none']), { code: 3, errors: [{ code: 'engine/record' }] });
});
