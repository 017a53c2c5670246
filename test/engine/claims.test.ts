/** Claims under a clock of the test's own: two never get one image, and the image of one who went away comes back. */
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { assertClaim, claimImage, claimNext, claimOf, claimsOn, freeImages, releaseClaim } from '../../src/engine/claims.js';
import { setNeeds, visitImage } from '../../src/engine/images.js';
import { addMask, maskById } from '../../src/engine/masks.js';
import type { SqlValue } from '../../src/engine/database.js';
import { openProject, type Project } from '../../src/engine/project.js';
import { correctMask, giveVerdict } from '../../src/engine/verdicts.js';
import { workCounts } from '../../src/engine/work-counts.js';
import { boxMask, NOW, projectWith } from './scenes.js';

const MINUTE = 60_000;
const next = (project: Project, name: string, now: number, options = {}): string | undefined =>
  claimNext(project, { annotator: name, token: `token of ${name}` }, { milliseconds: MINUTE, ...options }, now)?.image.fileName;

/** None is held out, so that the order is that of all others. */
async function allToLearn(t: ExecutionContext, names?: readonly string[]): ReturnType<typeof projectWith> {
  const place = await projectWith(t, names);
  place.project.database.run("UPDATE images SET split = 'train'");
  return place;
}

test('every annotator gets another image, the same tab its own again', async (t) => {
  const { project } = await allToLearn(t);
  t.deepEqual(['ann', 'bob', 'eve', 'ann'].map((name) => next(project, name, NOW)), ['a.png', 'b.png', 'c.png', 'a.png']);
  t.is(claimNext(project, { annotator: 'ann', token: 'another tab of ann' }, { milliseconds: MINUTE }, NOW)?.image.fileName, 'd.png');
  t.is(next(project, 'max', NOW), undefined, 'none is left');
  t.deepEqual(claimsOn(project, NOW).map(({ annotator }) => annotator), ['ann', 'bob', 'eve', 'ann']);
});

test('a claim that is not renewed expires, and work on it is refused', async (t) => {
  const { project } = await allToLearn(t);
  next(project, 'ann', NOW);
  const token = 'token of ann';
  t.is(next(project, 'bob', NOW + MINUTE - 1), 'b.png');
  assertClaim(project, 1, token, NOW + MINUTE - 1);
  claimImage(project, 1, { annotator: 'ann', token }, MINUTE, NOW + MINUTE - 1);
  t.like(claimOf(project, token, NOW + MINUTE), { claimedAt: NOW, expiresAt: NOW + 2 * MINUTE - 1 });
  t.is(next(project, 'eve', NOW + MINUTE), 'c.png', 'renewed');
  t.is(next(project, 'max', NOW + 2 * MINUTE - 1), 'a.png', 'expired');
  t.throws(() => { assertClaim(project, 1, token, NOW + 2 * MINUTE - 1); }, { code: 'engine/conflict', message: /expired or is another's/ });
  t.throws(() => claimImage(project, 1, { annotator: 'ann', token }, MINUTE, NOW + 2 * MINUTE), { code: 'engine/conflict', message: /being worked on by max/ });
});

test('what is given back, and what is done, is no longer held', async (t) => {
  const { project } = await allToLearn(t);
  next(project, 'ann', NOW);
  releaseClaim(project, 'token of ann');
  t.is(next(project, 'bob', NOW), 'a.png');
  visitImage(project, { imageId: 1, outcome: 'done', annotator: 'bob' }, NOW);
  t.is(next(project, 'bob', NOW), 'b.png', 'a done image is not held on to');
  t.is(claimsOn(project, NOW).length, 1);
  claimImage(project, 1, { annotator: 'bob', token: 'token of bob' }, MINUTE, NOW);
  t.deepEqual(claimsOn(project, NOW).map(({ imageId }) => imageId), [1], 'going back to an image gives the other back');
});

test('the neediest comes first, then what looks like none that is done, then names', async (t) => {
  const { project } = await allToLearn(t, ['a.png', 'b.png', 'c.png', 'd.png', 'e.png']);
  setNeeds(project, new Map([[4, 2], [5, 1]]));
  project.database.run('UPDATE images SET near_group = 3 WHERE id = 1');
  visitImage(project, { imageId: 3, outcome: 'done' }, NOW);
  t.deepEqual(['ann', 'bob', 'eve', 'max', 'zoe'].map((name) => next(project, name, NOW)), ['d.png', 'e.png', 'b.png', 'a.png', undefined]);
});

test('however needs, looks and states are mixed, every number of free images is the beginning of the same order', async (t) => {
  const { project } = await allToLearn(t), { database } = project;
  fc.assert(fc.property(fc.array(fc.record({ need: fc.integer({ min: 0, max: 2 }), group: fc.integer({ min: 1, max: 4 }), state: fc.constantFrom('todo', 'todo', 'done', 'skipped') }), { maxLength: 12 }), (images) => {
    database.run('DELETE FROM images');
    images.forEach(({ need, group, state }, i) => database.run("INSERT INTO images (id, file_name, sha256, width, height, bytes, modified_at, near_group, split, need, state) VALUES (?, ?, 'x', 1, 1, 1, 1, ?, 'train', ?, ?)", i + 1, `${(i * 7) % 13}.png`.padStart(6, '0'), group, need, state));
    const rows = images.map(({ need, group, state }, i) => ({ id: i + 1, need, state, isAlike: images.some((other) => other.group === group && other.state === 'done'), name: `${(i * 7) % 13}.png`.padStart(6, '0') }));
    const expected = rows.filter(({ state }) => state === 'todo').sort((a, b) => b.need - a.need || Number(a.isAlike) - Number(b.isAlike) || (a.name < b.name ? -1 : 1)).map(({ id }) => id);
    for (let limit = 0; limit <= expected.length + 1; limit++) t.deepEqual(freeImages(project, { limit }, NOW), expected.slice(0, limit));
  }));
});

/** How the database finds what `act` asks of it. */
function plansOf({ database }: Project, act: () => void): string[] {
  const plans: string[] = [], [all, get] = [database.all.bind(database), database.get.bind(database)];
  const explain = (sql: string, values: readonly SqlValue[]): void => { if (sql.trimStart().startsWith('SELECT')) plans.push(...all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values).map(({ detail }) => detail)); };
  database.all = <R>(sql: string, ...values: SqlValue[]): R[] => {
    explain(sql, values);
    return all<R>(sql, ...values);
  };
  database.get = <R extends object>(sql: string, ...values: SqlValue[]): R | undefined => {
    explain(sql, values);
    return get<R>(sql, ...values);
  };
  act();
  return plans;
}

test('the next image is found in an index, not by sorting all', async (t) => {
  const { project } = await allToLearn(t), plans = plansOf(project, () => { freeImages(project, { limit: 6 }, NOW); });
  for (const index of ['images_in_order', 'images_by_group']) t.true(plans.some((plan) => plan.includes(index)), index);
  t.false(plans.some((plan) => plan.includes('TEMP B-TREE')), plans.join('; '));
});

test('neither all images nor all masks are read for the next one', async (t) => {
  const { project } = await allToLearn(t);
  const plans = plansOf(project, () => {
    for (const withProposals of [true, false]) claimNext(project, { annotator: 'ann', token: 'token of ann' }, { milliseconds: MINUTE, withProposals }, NOW);
  });
  for (const index of ['masks_proposed', 'masks_by_image']) t.true(plans.some((plan) => plan.includes(index)), index);
  // a round's masks may be all; an index is made by the way where the many are read first
  t.deepEqual(plans.filter((plan) => /masks_by_round|AUTOMATIC/.test(plan) || /^SCAN (?:i|o|m|images)\b/.test(plan)), []);
});

test('only images with proposals, or of one split, where that is asked for', async (t) => {
  const { project } = await projectWith(t);
  addMask(project, { imageId: 3, categoryId: 1, stage: 'semi-automatic', status: 'proposed', rle: boxMask(0, 0, 9, 9) }, NOW);
  t.is(next(project, 'ann', NOW, { withProposals: true }), 'c.png');
  t.is(next(project, 'bob', NOW, { withProposals: true }), undefined);
  const held = project.database.get<{ file_name: string }>("SELECT file_name FROM images WHERE split = 'val'");
  t.is(next(project, 'eve', NOW, { split: 'val' }), held?.file_name);
});

test('claims outlive the process: a server that starts anew goes on with them', async (t) => {
  const { project, folder } = await allToLearn(t);
  next(project, 'ann', NOW);
  await project.close();
  const again = await openProject(folder, 'write');
  t.is(next(again, 'bob', NOW + 1), 'b.png');
  t.is(next(again, 'ann', NOW + 1), 'a.png');
  await again.close();
});

test('while nothing can be measured, an image that is held out comes first: a round of few images has something to compare models on', async (t) => {
  const { project } = await projectWith(t, ['a.png', 'b.png', 'c.png', 'd.png', 'e.png']);
  project.database.run("UPDATE images SET split = CASE WHEN id IN (3, 5) THEN 'val' ELSE 'train' END");
  setNeeds(project, new Map([[2, 9]]));
  t.deepEqual(freeImages(project, { limit: 9 }, NOW), [3, 2, 1, 4, 5]);
  t.deepEqual(freeImages(project, { limit: 2 }, NOW), [3, 2]);
  t.deepEqual(freeImages(project, { limit: 2, split: 'train' }, NOW), [2, 1]);
  const mask = { imageId: 3, categoryId: 1, status: 'accepted', rle: boxMask(0, 0, 9, 9) } as const;
  addMask(project, { ...mask, stage: 'fully-automatic' }, NOW);
  t.is(next(project, 'ann', NOW), 'c.png', 'a machine\'s mask is no measure');
  t.is(next(project, 'bob', NOW), 'e.png', 'another at the same time gets another');
  addMask(project, { ...mask, stage: 'assisted-manual' }, NOW);
  visitImage(project, { imageId: 3, outcome: 'done' }, NOW);
  t.deepEqual(freeImages(project, { limit: 9 }, NOW + MINUTE), [2, 1, 4, 5]);
});

test('the number of masks that a page shows is that of the masks there are, whatever became of them', async (t) => {
  const { project } = await projectWith(t), { database } = project;
  const isTrue = (): void => { t.is(workCounts(project).masks, database.count("SELECT count(*) FROM masks WHERE status IN ('accepted', 'corrected')")); };
  const ids = [1, 1, 2].map((imageId, i) => addMask(project, { imageId, categoryId: 1, stage: 'semi-automatic', status: i === 0 ? 'accepted' : 'proposed', rle: boxMask(i, 0, i + 10, 10) }, NOW).id);
  isTrue();
  t.is(workCounts(project).masks, 1);
  const revision = (id: number): number => maskById(project, id).revision;
  giveVerdict(project, { maskId: ids[1]!, revision: revision(ids[1]!), verdict: 'accept', annotator: 'ann' }, NOW);
  correctMask(project, { maskId: ids[2]!, revision: revision(ids[2]!), annotator: 'ann' }, { rle: boxMask(0, 0, 5, 5) }, NOW);
  t.is(workCounts(project).masks, 3);
  isTrue();
  giveVerdict(project, { maskId: ids[1]!, revision: revision(ids[1]!), verdict: 'reject', annotator: 'ann' }, NOW);
  isTrue();
  database.run('DELETE FROM verdicts');
  database.run('DELETE FROM masks WHERE id = ?', ids[0]!);
  isTrue();
});
