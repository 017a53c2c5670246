/** Duplicates across stages and rounds: exactly the planted ones go, and wholes, parts and subparts stay as a hierarchy. */
import test from 'ava';
import { dedupeProject, hierarchyOf } from '../../src/engine/dedupe.js';
import { comparePreference, type DuplicateOptions, type MaskToCompare } from '../../src/engine/duplicates.js';
import { addCategories } from '../../src/engine/categories.js';
import { addMask, maskById, masksOf, type EngineMask, type NewMask } from '../../src/engine/masks.js';
import { closeRound, openRound } from '../../src/engine/rounds.js';
import { correctMask, giveVerdict, undoCorrection } from '../../src/engine/verdicts.js';
import { openProject, type Project } from '../../src/engine/project.js';
import { boxMask, NOW, projectWith } from './scenes.js';

const OPTIONS: DuplicateOptions = { iou: 0.9, containment: 0.9, perCategory: false };
const PERSON: Omit<NewMask, 'rle'> = { imageId: 1, categoryId: 1, stage: 'assisted-manual', status: 'accepted', annotator: 'ann' };
const PROPOSAL: Omit<NewMask, 'rle'> = { imageId: 1, categoryId: 1, stage: 'semi-automatic', status: 'proposed' };
const AUTO: Omit<NewMask, 'rle'> = { imageId: 1, categoryId: 1, stage: 'fully-automatic', status: 'accepted' };

const add = (project: Project, mask: Omit<NewMask, 'rle'>, box: [number, number, number, number]): EngineMask => addMask(project, { ...mask, rle: boxMask(...box) }, NOW);
const fates = (project: Project, ...ids: number[]): (number | string)[] => ids.map((id) => maskById(project, id)).map(({ status, duplicateOf }) => duplicateOf ?? status);

test('a person\'s mask beats a proposal and a machine\'s, whichever came first', async (t) => {
  const { project } = await projectWith(t);
  const proposal = add(project, PROPOSAL, [0, 0, 20, 20]), person = add(project, PERSON, [0, 0, 20, 19]), later = add(project, PROPOSAL, [0, 0, 20, 20]), auto = add(project, AUTO, [0, 0, 20, 20]);
  t.like(dedupeProject(project, OPTIONS, NOW + 1), { images: 4, masks: 4, duplicates: 3, imagesWithDuplicates: 1, parts: 0 });
  t.deepEqual(fates(project, proposal.id, person.id, later.id, auto.id), [person.id, 'accepted', person.id, person.id]);
  t.like(maskById(project, auto.id), { status: 'duplicate', updatedAt: NOW + 1, revision: 2, area: 400 }, 'and nothing of it is lost');
});

test('corrected beats accepted, accepted beats proposed, later beats earlier', async (t) => {
  const { project } = await projectWith(t);
  const proposed = add(project, PROPOSAL, [30, 0, 50, 20]);
  const corrected = correctMask(project, { maskId: proposed.id, revision: 1, annotator: 'ann' }, { rle: boxMask(30, 0, 50, 21) }, NOW);
  const person = add(project, PERSON, [30, 0, 50, 20]);
  const first = add(project, PERSON, [0, 0, 20, 20]), second = add(project, PERSON, [0, 0, 20, 20]);
  const judged = add(project, PROPOSAL, [0, 25, 20, 45]), fresh = add(project, PROPOSAL, [0, 25, 20, 45]);
  giveVerdict(project, { maskId: judged.id, revision: 1, verdict: 'accept', annotator: 'bob' }, NOW);
  dedupeProject(project, OPTIONS, NOW);
  t.deepEqual(fates(project, proposed.id, corrected.id, person.id), ['superseded', 'corrected', corrected.id]);
  t.deepEqual(fates(project, first.id, second.id), [second.id, 'accepted']);
  t.deepEqual(fates(project, judged.id, fresh.id), ['accepted', judged.id]);
});

test('a later round beats an earlier one among machines\' masks, but no person\'s', async (t) => {
  const { project } = await projectWith(t);
  const early = add(project, AUTO, [0, 0, 20, 20]), person = add(project, PERSON, [30, 0, 50, 20]);
  closeRound(project, NOW);
  openRound(project, { stage: 'fully-automatic' }, NOW);
  const late = add(project, AUTO, [0, 0, 20, 20]), lateToo = add(project, AUTO, [30, 0, 50, 20]);
  dedupeProject(project, OPTIONS, NOW);
  t.deepEqual(fates(project, early.id, person.id, late.id, lateToo.id), [late.id, 'accepted', 'accepted', person.id]);
});

test('preference is an order', (t) => {
  const masks: MaskToCompare[] = [];
  for (const status of ['proposed', 'accepted', 'corrected'] as const) {
    for (const stage of ['assisted-manual', 'fully-automatic'] as const) {
      for (const annotator of [null, 'ann']) for (const round of [1, 2]) masks.push({ id: masks.length, counts: '', width: 1, height: 1, categoryId: 1, isCrowd: false, stage, round, annotator, status });
    }
  }
  for (const a of masks) {
    for (const b of masks) {
      t.is(Math.sign(comparePreference(a, b)), -Math.sign(comparePreference(b, a)) + 0, `${a.id} ${b.id}`);
      for (const c of masks) if (comparePreference(a, b) > 0 && comparePreference(b, c) > 0) t.true(comparePreference(a, c) > 0);
    }
  }
});

test('wholes, parts and subparts are no duplicates: each knows the smallest that holds it', async (t) => {
  const { project } = await projectWith(t);
  const whole = add(project, PERSON, [0, 0, 60, 40]), part = add(project, PROPOSAL, [0, 0, 30, 40]), subpart = add(project, AUTO, [5, 5, 15, 15]), other = add(project, PERSON, [31, 1, 59, 20]);
  // nine tenths of it inside the part, the rest outside: still a part of it; a little less: of the whole
  const over = add(project, AUTO, [20, 25, 31, 27]), more = add(project, AUTO, [25, 30, 33, 32]), outside = add(project, PERSON, [0, 42, 60, 46]);
  t.like(dedupeProject(project, OPTIONS, NOW), { duplicates: 0, parts: 5 });
  t.deepEqual(hierarchyOf(project, 1), [
    { childId: part.id, parentId: whole.id, containment: 1 }, { childId: subpart.id, parentId: part.id, containment: 1 }, { childId: other.id, parentId: whole.id, containment: 1 },
    { childId: over.id, parentId: part.id, containment: 10 / 11 }, { childId: more.id, parentId: whole.id, containment: 1 },
  ]);
  t.is(masksOf(project, 1, ['duplicate']).length, 0);
  t.false(hierarchyOf(project, 1).some(({ childId }) => childId === outside.id));
});

test('planted duplicates go, those just below the threshold stay, and a second run changes nothing', async (t) => {
  const { project } = await projectWith(t);
  // 20 x 20 against 20 x 18: IoU 0.9; against 20 x 17: 0.85
  const kept = add(project, PERSON, [0, 0, 20, 20]), at = add(project, PROPOSAL, [0, 0, 20, 18]), below = add(project, PROPOSAL, [0, 0, 20, 17]), crowd = add(project, { ...PROPOSAL, isCrowd: true }, [0, 0, 20, 20]);
  const elsewhere = addMask(project, { ...PROPOSAL, imageId: 2, rle: boxMask(0, 0, 20, 20) }, NOW);
  t.is(dedupeProject(project, OPTIONS, NOW).duplicates, 1);
  t.deepEqual(fates(project, kept.id, at.id, below.id, crowd.id, elsewhere.id), ['accepted', kept.id, 'proposed', 'proposed', 'proposed']);
  const before = JSON.stringify([masksOf(project, 1), hierarchyOf(project, 1)]);
  t.is(dedupeProject(project, OPTIONS, NOW + 5).duplicates, 0);
  t.is(JSON.stringify([masksOf(project, 1), hierarchyOf(project, 1)]), before);
});

test('rejected and replaced masks are compared with nothing', async (t) => {
  const { project } = await projectWith(t);
  const rejected = add(project, PERSON, [0, 0, 20, 20]);
  giveVerdict(project, { maskId: rejected.id, revision: 1, verdict: 'reject', annotator: 'ann' }, NOW);
  const proposal = add(project, PROPOSAL, [0, 0, 20, 20]);
  t.is(dedupeProject(project, OPTIONS, NOW).duplicates, 0);
  t.deepEqual(fates(project, rejected.id, proposal.id), ['rejected', 'proposed']);
});

test('one that duplicates only what goes itself stays', async (t) => {
  const { project } = await projectWith(t);
  // a chain: each 0.9 with the next, the ends only 0.81
  const a = add(project, PERSON, [0, 0, 60, 20]), b = add(project, PROPOSAL, [0, 0, 54, 20]), c = add(project, AUTO, [0, 0, 48, 20]);
  dedupeProject(project, { ...OPTIONS, iou: 0.88 }, NOW);
  t.deepEqual(fates(project, a.id, b.id, c.id), ['accepted', a.id, 'accepted']);
});

test('categories keep masks apart only where that is asked for', async (t) => {
  const { project } = await projectWith(t);
  addCategories(project, [{ name: 'object' }, { name: 'leaf' }]);
  const first = add(project, PERSON, [0, 0, 20, 20]), second = add(project, { ...PERSON, categoryId: 2 }, [0, 0, 20, 20]);
  t.is(dedupeProject(project, { ...OPTIONS, perCategory: true }, NOW).duplicates, 0);
  dedupeProject(project, OPTIONS, NOW);
  t.deepEqual(fates(project, first.id, second.id), [second.id, 'accepted']);
});

test('a dry run changes nothing, also where the project can only be read', async (t) => {
  const { project, folder } = await projectWith(t);
  add(project, PERSON, [0, 0, 20, 20]);
  add(project, PERSON, [0, 0, 20, 20]);
  const found: string[] = [];
  t.is(dedupeProject(project, { ...OPTIONS, dryRun: true, found: ({ fileName }, duplicates) => found.push(`${fileName} ${duplicates.length}`) }, NOW).duplicates, 1);
  t.deepEqual(found, ['a.png 1']);
  t.is(masksOf(project, 1, ['duplicate']).length, 0);
  const reader = await openProject(folder, 'read');
  t.is(dedupeProject(reader, { ...OPTIONS, dryRun: true }, NOW).duplicates, 1);
  await reader.close();
});

test('many masks of one image', async (t) => {
  const { project } = await projectWith(t);
  for (let i = 0; i < 300; i++) add(project, i % 3 === 0 ? PERSON : PROPOSAL, [i % 40, i % 25, (i % 40) + 12, (i % 25) + 12]);
  const { duplicates } = dedupeProject(project, OPTIONS, NOW);
  // 200 different places (the least common multiple of 40 and 25), the first 100 of them twice
  t.is(duplicates, 100);
});

const judge = (project: Project, id: number, verdict: 'accept' | 'reject' | 'reopen'): void => {
  giveVerdict(project, { maskId: id, revision: maskById(project, id).revision, verdict, annotator: 'ann' }, NOW + 9);
};

test('when the mask that stands for duplicates is rejected, they are what they were; of those that are alike, one', async (t) => {
  const { project } = await projectWith(t);
  const kept = add(project, PERSON, [0, 0, 20, 20]), machine = add(project, AUTO, [0, 0, 20, 19]), proposal = add(project, PROPOSAL, [0, 0, 20, 18]), far = add(project, PROPOSAL, [0, 1, 20, 20]);
  dedupeProject(project, OPTIONS, NOW);
  t.deepEqual(fates(project, kept.id, machine.id, proposal.id, far.id), ['accepted', kept.id, kept.id, kept.id]);
  judge(project, kept.id, 'reject');
  t.deepEqual(fates(project, kept.id, machine.id, proposal.id, far.id), ['rejected', 'accepted', machine.id, machine.id], 'the accepted one stands for the proposals now');
  judge(project, kept.id, 'reopen');
  t.deepEqual(fates(project, kept.id, machine.id), ['proposed', kept.id], 'taken back: it is set aside again');
  judge(project, kept.id, 'reject');
  judge(project, machine.id, 'reject');
  t.deepEqual(fates(project, kept.id, machine.id, proposal.id, far.id), ['rejected', 'rejected', 'proposed', 'proposed'], '0.85 of each other: both are there');
});

test('a duplicate comes back for a rejected correction too, but not where the correction is only taken back', async (t) => {
  const { project } = await projectWith(t);
  const kept = add(project, PERSON, [0, 0, 20, 20]), other = add(project, AUTO, [0, 0, 20, 19]);
  dedupeProject(project, OPTIONS, NOW);
  const correct = (): number => correctMask(project, { maskId: kept.id, revision: maskById(project, kept.id).revision, annotator: 'ann' }, { rle: boxMask(0, 0, 21, 21) }, NOW).id;
  const first = correct();
  undoCorrection(project, { maskId: first, revision: 1, annotator: 'ann' }, NOW);
  t.deepEqual(fates(project, kept.id, other.id), ['accepted', kept.id]);
  const second = correct();
  t.deepEqual(fates(project, other.id), [kept.id]);
  judge(project, second, 'reject');
  t.deepEqual(fates(project, kept.id, second, other.id), ['superseded', 'rejected', 'accepted']);
});

test('what was judged after it came back is nobody\'s duplicate any more; a project of an earlier version knows by stage and verdicts what it was', async (t) => {
  const { project } = await projectWith(t);
  const kept = add(project, PERSON, [0, 0, 20, 20]), proposal = add(project, PROPOSAL, [0, 0, 20, 19]);
  dedupeProject(project, OPTIONS, NOW);
  project.database.run('UPDATE masks SET status_before = NULL');
  judge(project, kept.id, 'reject');
  t.deepEqual(fates(project, proposal.id), ['proposed']);
  judge(project, proposal.id, 'accept');
  judge(project, kept.id, 'accept');
  t.deepEqual(fates(project, kept.id, proposal.id), ['accepted', 'accepted']);
  t.is(dedupeProject(project, OPTIONS, NOW).duplicates, 1);
});
