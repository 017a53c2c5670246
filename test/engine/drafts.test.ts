/** Masks in work in the database: one an image and annotator, and which images an annotator was at. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { claimImage, claimNext, claimOf } from '../../src/engine/claims.js';
import { begunImages, dropDraft, keepDraft, keptDraft, renameDraft } from '../../src/engine/drafts.js';
import { visitImage } from '../../src/engine/images.js';
import { openProject } from '../../src/engine/project.js';
import { MIGRATIONS } from '../../src/engine/schema.js';
import { setImageAside } from '../../src/engine/work-counts.js';
import { NOW, projectWith } from './scenes.js';

const MINUTE = 60_000;

test('a draft takes the place of the one before; each annotator has one an image, under whatever name', async (t) => {
  const { project } = await projectWith(t), ann = { imageId: 1, annotator: 'ann' }, bob = { imageId: 1, annotator: 'bob' };
  t.is(keptDraft(project, ann), undefined);
  keepDraft(project, ann, { steps: [1] }, NOW);
  keepDraft(project, bob, { steps: [2] }, NOW);
  keepDraft(project, ann, { steps: [1, 3] }, NOW + 1);
  t.deepEqual([keptDraft(project, ann), keptDraft(project, bob)], [{ steps: [1, 3] }, { steps: [2] }]);
  renameDraft(project, ann, 'ann');
  renameDraft(project, ann, 'bob');
  t.deepEqual([keptDraft(project, ann), keptDraft(project, bob)], [undefined, { steps: [1, 3] }]);
  dropDraft(project, bob);
  dropDraft(project, bob);
  t.is(project.database.count('SELECT count(*) FROM drafts'), 0);
  t.throws(() => { keepDraft(project, { imageId: 99, annotator: 'ann' }, {}, NOW); }, undefined, 'of no image');
});

test('what an annotator was at: drafts, the latest first, then images in a tab; never what another holds or what cannot be shown', async (t) => {
  const { project } = await projectWith(t, ['a.png', 'b.png', 'c.png', 'd.png', 'e.png', 'f.png']), ids = (now = NOW): number[] => begunImages(project, 'ann', now).map(({ imageId }) => imageId);
  for (const imageId of [2, 3, 4, 5]) keepDraft(project, { imageId, annotator: 'ann' }, {}, NOW + imageId);
  keepDraft(project, { imageId: 6, annotator: 'bob' }, {}, NOW);
  t.deepEqual(ids(), [5, 4, 3, 2]);
  setImageAside(project, 5, 'missing');
  claimImage(project, 4, { annotator: 'bob', token: 'tab of bob' }, MINUTE, NOW);
  claimImage(project, 1, { annotator: 'ann', token: 'tab of ann' }, MINUTE, NOW);
  visitImage(project, { imageId: 3, outcome: 'done' }, NOW);
  t.deepEqual(begunImages(project, 'ann', NOW), [{ imageId: 3, token: null }, { imageId: 2, token: null }, { imageId: 1, token: 'tab of ann' }]);
  t.deepEqual(ids(NOW + MINUTE), [4, 3, 2], 'claims that ran out are none');
  const next = (token: string, gone: readonly string[] = []): number | undefined => claimNext(project, { annotator: 'ann', token }, { milliseconds: MINUTE, isGone: (other) => gone.includes(other) }, NOW)?.image.id;
  t.deepEqual([next('second'), next('third')], [3, 2]);
  t.is(next('fourth'), 6, 'nothing is taken from a tab that is there');
  t.is(next('fifth', ['tab of ann', 'tab of bob']), 1);
  t.is(claimOf(project, 'tab of ann', NOW), undefined);
});

test('a project of before there were drafts is copied and gets them', async (t) => {
  const { folder, project } = await projectWith(t, ['a.png']), before = MIGRATIONS.findIndex((step) => step.includes('CREATE TABLE drafts'));
  // as a program of then had left it
  project.database.exec('DROP TABLE drafts');
  project.database.exec(`PRAGMA user_version = ${before}`);
  await project.close();
  const again = await openProject(folder, 'write', MIGRATIONS.slice(0, before + 1));
  keepDraft(again, { imageId: 1, annotator: 'ann' }, { steps: [] }, NOW);
  t.deepEqual(keptDraft(again, { imageId: 1, annotator: 'ann' }), { steps: [] });
  t.true(readdirSync(join(folder, 'backups')).includes(`version-${before}.db`));
  await again.close();
});
