/** The engine's commands as a stranger runs them: what they say, how they end, and what wrong input brings. */
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { drawPng, placeWith } from '../engine/scenes.js';
import { runJson, runSam, workplace } from './run-sam.js';

test('a project from init to export: scenes, a generator\'s masks, duplicates, a COCO file that is valid', async (t) => {
  const { root, input } = await workplace(t, ['icon.png', 'fruit.png']);
  const dir = join(root, 'leaves');
  const made = await runJson(t, ['engine', 'init', dir, '--images', input]);
  t.is(made.code, 0);
  t.like(made.summary, { isNew: true, images: 2, added: 2, failed: 0, model: 'tiny', categories: 1, splits: { train: 1, val: 1, test: 0 } });
  t.is((await runSam(['segment-all', input, '--output', join(root, 'masks'), '--points-per-side', '6', '--quiet'])).code, 0);
  const taken = await runJson(t, ['engine', 'import', dir, join(root, 'masks')]);
  const masks = taken.summary['added'] as number; // asserted right below
  t.true(masks > 2);
  t.like((await runJson(t, ['engine', 'import', dir, join(root, 'masks')])).summary, { added: 0, same: masks });
  const status = await runJson(t, ['engine', 'status', dir]);
  t.like(status.summary, { images: 2, states: { todo: 2 }, truth: 0, proposed: masks });
  const next = await runSam(['engine', 'next', dir]);
  t.regex(next.stdout, new RegExp(`^${masks} proposals wait for a person's verdict.\n {2}sam engine assist `));
  t.like((await runJson(t, ['engine', 'dedupe', dir, '--iou', '0.8'])).summary, { images: 2, masks });
  const file = join(root, 'out.json');
  const out = await runJson(t, ['engine', 'export', dir, '--to', 'coco', '--output', file, '--status', 'proposed', '--listed', 'all']);
  t.deepEqual(out.outputs, [file]);
  t.is((await runSam(['validate', file])).code, 0);
  t.is((await runSam(['engine', 'export', dir, '--to', 'coco', '--output', file])).code, 2, 'other content is not replaced');
});

test('tables for people, and a table of nothing', async (t) => {
  const { folder, images } = await placeWith(t, ['a.png', 'b.png', 'c.png', 'd.png', 'e.png']);
  await runSam(['engine', 'init', folder, '--images', images]);
  const { stdout, code } = await runSam(['engine', 'status', folder]);
  t.is(code, 0);
  t.regex(stdout, /^Images {2}5: 5 todo\nSplits {2}4 train, 1 val, 0 test\nMasks {3}0 accepted or corrected, 0 proposed\nModel {3}tiny\n\nROUND {2}STAGE/);
  t.regex(stdout, /\n {3}1\* {2}assisted-manual +0 +0 +0 +0 +0 +0 +- +- +-\n$/);
  t.regex((await runSam(['engine', 'next', folder])).stdout, /^5 images to do in round 1\.\n {2}sam engine assist /);
});

test('a dry run of everything keeps nothing', async (t) => {
  const { root, folder, images } = await placeWith(t, ['a.png']);
  const dry = await runJson(t, ['engine', 'init', folder, '--images', images, '--dry-run']);
  t.like(dry, { code: 0, outputs: [], summary: { isNew: true, images: 1, added: 1 } });
  t.deepEqual(readdirSync(root), ['images']);
  await runSam(['engine', 'init', folder, '--images', images]);
  const before = readFileSync(join(folder, 'engine.db'));
  await drawPng(join(images, 'b.png'), 5);
  t.like((await runJson(t, ['engine', 'init', folder, '--dry-run'])).summary, { isNew: false, images: 2, added: 1, unchanged: 1 });
  const coco = join(root, 'in.json');
  writeFileSync(coco, JSON.stringify({ images: [{ id: 1, file_name: 'a.png', width: 64, height: 48 }], categories: [{ id: 4, name: 'new' }], annotations: [{ id: 1, image_id: 1, category_id: 4, iscrowd: 0, area: 81, bbox: [0, 0, 9, 9], segmentation: [[0, 0, 9, 0, 9, 9, 0, 9]] }] }));
  t.like((await runJson(t, ['engine', 'import', folder, coco, '--dry-run'])).summary, { added: 1 });
  t.like((await runJson(t, ['engine', 'dedupe', folder, '--dry-run'])).summary, { images: 1, masks: 0 });
  t.deepEqual((await runJson(t, ['engine', 'export', folder, '--to', 'coco', '--output', join(root, 'o.json'), '--dry-run'])).outputs, []);
  t.deepEqual(readdirSync(root).sort(), ['images', 'in.json', 'project']);
  t.deepEqual((await runJson(t, ['engine', 'status', folder])).summary['images'], 1);
  t.is(readFileSync(join(folder, 'engine.db')).length, before.length);
});

test('classes from a file, in every form it may have', async (t) => {
  const { root, images } = await placeWith(t, ['a.png']);
  const forms: [string, string][] = [['lines', 'cat\r\n\ndog\n'], ['names', '["cat", "dog"]'], ['list', '[{"id": 1, "name": "cat"}, {"name": "dog"}]'], ['coco', '{"categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog", "supercategory": "animal"}]}']];
  for (const [name, text] of forms) {
    const file = join(root, `${name}.txt`), dir = join(root, name);
    writeFileSync(file, text);
    t.is((await runSam(['engine', 'init', dir, '--images', images, '--categories', file])).code, 0, name);
    await runSam(['engine', 'export', dir, '--to', 'coco', '--output', `${dir}.json`]);
    const { categories } = JSON.parse(readFileSync(`${dir}.json`, 'utf8')) as { categories: { id: number; name: string }[] };
    t.deepEqual(categories.map(({ id, name: category }) => [id, category]), [[1, 'cat'], [2, 'dog']], name);
  }
  const wrong: [string, string, number][] = [['twice', 'cat\ncat', 4], ['nothing', '\n', 4], ['json', '[{"id": 1}]', 4], ['cut', '["cat"', 4], ['id', '[{"id": -1, "name": "x"}]', 4]];
  for (const [name, text, exit] of wrong) {
    const file = join(root, `${name}.txt`);
    writeFileSync(file, text);
    const end = await runSam(['engine', 'init', join(root, name), '--images', images, '--categories', file]);
    t.is(end.code, exit, `${name}: ${end.stderr}`);
    t.true(end.stderr.includes(file), end.stderr);
    t.false(readdirSync(root).includes(name), 'nothing was made');
  }
});

test('what contradicts the project is refused, what was moved is found with --force', async (t) => {
  const { root, folder, images } = await placeWith(t, ['a.png', 'b.png']);
  await runSam(['engine', 'init', folder, '--images', images, '--seed', '3']);
  for (const flags of [['--seed', '4'], ['--val-share', '0.1'], ['--test-share', '0.3']]) {
    const { code, stderr } = await runSam(['engine', 'init', folder, ...flags]);
    t.is(code, 2, stderr);
    t.regex(stderr, new RegExp(`made with ${flags[0]} .*options-changed`));
  }
  t.is((await runSam(['engine', 'init', folder, '--seed', '3', '--val-share', '0.2'])).code, 0);
  renameSync(images, join(root, 'photos'));
  const lost = await runSam(['engine', 'init', folder]);
  t.is(lost.code, 2, lost.stderr);
  t.is((await runSam(['engine', 'init', folder, '--images', join(root, 'photos')])).code, 2);
  t.like((await runJson(t, ['engine', 'init', folder, '--images', join(root, 'photos'), '--force'])).summary, { added: 0, unchanged: 2, missing: 0 });
});

test('changed, missing and unreadable images: each told, with its exit code', async (t) => {
  const { root, folder, images } = await placeWith(t, ['a.png', 'b.png', 'c.png']);
  await runSam(['engine', 'init', folder, '--images', images]);
  await drawPng(join(images, 'a.png'), 70);
  renameSync(join(images, 'b.png'), join(root, 'b.png'));
  const { code, stderr } = await runSam(['engine', 'init', folder]);
  t.is(code, 0);
  t.regex(stderr, /1 image changed since .*--adopt-changed.*: a\.png\. \[engine\/remark\]/);
  t.regex(stderr, /1 image cannot be found; their masks are kept: b\.png/);
  t.regex((await runSam(['engine', 'next', folder])).stdout, /^1 image cannot be found.*\n.*--force\nThen:\n1 image changed .*\n.*--adopt-changed/);
  writeFileSync(join(images, 'd.png'), 'no image');
  const again = await runJson(t, ['engine', 'init', folder, '--adopt-changed']);
  t.like(again, { code: 3, summary: { adopted: 1, failed: 1 } });
  t.deepEqual(again.errors.map(({ file, code: error }) => [file, error]), [['d.png', 'image/format']]);
  const half = readFileSync(join(images, 'a.png'));
  writeFileSync(join(images, 'd.png'), half.subarray(0, Math.floor(0.6 * half.length)));
  const damaged = await runSam(['engine', 'init', folder]);
  t.regex(damaged.stderr, /d\.png: The PNG ends early or is damaged \([^)]*\)\. \[image\/truncated\]/);
  t.regex(damaged.stderr, /1 file could not be read\./);
});

test('wrong calls end with 2 and say what is right', async (t) => {
  const { root, folder, images } = await placeWith(t, ['a.png']);
  const calls: [string[], RegExp][] = [
    [['engine', 'init', folder], /needs --images/], [['engine', 'init', folder, '--images', join(root, 'none')], /There is no folder of images/],
    [['engine', 'init', folder, '--images', images, '--val-share', '0.6', '--test-share', '0.4'], /nothing to train on/], [['engine', 'init', folder, '--images', images, '--seed', 'x'], /--seed expects a whole number/],
    [['engine', 'init', join(images, 'a.png'), '--images', images], /is not a folder/], [['engine', 'status', images], /There is no project in/], [['engine', 'next', join(root, 'nowhere')], /There is no project in/],
    [['engine', 'import', images, join(images, 'a.png')], /./], [['engine', 'export', images, '--to', 'coco', '--output', join(root, 'o.json')], /There is no project in/], [['engine', 'init'], /./],
  ];
  for (const [args, message] of calls) {
    const { code, stderr } = await runSam(args);
    t.true(code === 2 || args[1] === 'import', `${args.join(' ')}: ${stderr}`);
    t.regex(stderr, message);
  }
  t.is((await runSam(['engine', 'init', folder, '--images', images, '--model', 'no-such-model'])).code, 5);
  t.deepEqual(readdirSync(root), ['images'], 'nothing was made');
});

test('a hostile project name and hostile images are shown, not obeyed', async (t) => {
  const { root, images } = await placeWith(t, ['\u001b[31mred.png', 'new\nline.png']);
  const folder = join(root, 'it\'s\n\u001b[2J');
  t.is((await runSam(['engine', 'init', folder, '--images', images])).code, 0);
  renameSync(join(images, 'new\nline.png'), join(root, 'x.png'));
  const { stderr } = await runSam(['engine', 'init', folder]);
  t.regex(stderr, /new\\u000aline\.png/);
  const { stdout } = await runSam(['engine', 'next', folder]);
  for (const text of [stderr, stdout]) t.false(text.includes('\u001b'), JSON.stringify(text));
});
