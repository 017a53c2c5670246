/** People at work, two at a time: who gets which image, what is saved, what is refused and in which words. */
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { SaveAction, SaveAnswer } from '../../src/annotator/api.js';
import { initProject } from '../../src/engine/init.js';
import { dedupeProject } from '../../src/engine/dedupe.js';
import { addMask, addMasks, maskById, masksOf } from '../../src/engine/masks.js';
import { imageById } from '../../src/engine/images.js';
import { openProject, withProject } from '../../src/engine/project.js';
import { verdictsOf } from '../../src/engine/verdicts.js';
import { rleToString } from '../../src/mask/rle-string.js';
import { boxMask, drawPng, placeWith } from '../engine/scenes.js';
import { tinyDisk } from '../models/tiny-disk.js';
import { TEST_ENV } from '../test-model.js';
import { added, imageOf, newKey, onMask, projectPlace, running, Tab } from './running.js';

const BOB = 'tab-of-bob-0123456789';

test('two tabs, two people: never one image, and what each saves carries its name', async (t) => {
  const { folder } = await projectPlace(t);
  const { stop, ...server } = await running(t, folder);
  const [ann, bob] = [await Tab.open(server), await Tab.open(server, BOB, 'bob')];
  const [first, second] = [await ann.claim(), await bob.claim()];
  t.deepEqual([imageOf(first).fileName, imageOf(second).fileName], ['a.png', 'b.png']);
  t.deepEqual([first.next, second.next], [[2, 3], [3]]);
  t.is(imageOf(await ann.claim()).id, 1, 'the same tab keeps its own');
  const refused = await bob.post('/api/claim', { want: 1 });
  t.deepEqual([refused.status, refused.body], [409, { code: 'engine/conflict', message: 'Image 1 is being worked on by ann.' }]);
  t.is((await bob.save(1, added())).status, 409, 'nor can another save into it');
  const mine = await ann.saved(1, added()), his = await bob.saved(2, { ...added(), seconds: 4.5, clicks: 3 });
  t.like(mine.mask, { id: 1, status: 'accepted', stage: 'assisted-manual', annotator: 'ann', area: 400, box: { x0: 5, y0: 5, x1: 25, y1: 25 } });
  t.like(his.mask, { annotator: 'bob' });
  t.is((await ann.post('/api/finish', { imageId: 1, revision: mine.revision, outcome: 'done', seconds: 30 })).status, 204);
  t.is((await ann.post('/api/finish', { imageId: 1, revision: mine.revision, outcome: 'done', seconds: 30 })).status, 204, 'asked again, it is done');
  t.like(await ann.claim(), { image: { id: 3 }, next: [], counts: { images: 3, done: 1, skipped: 0, masks: 2 } });
  await ann.post('/api/release', {});
  t.is((await ann.post('/api/renew', {})).status, 409);
  const back = await ann.claim(1);
  t.like(imageOf(back), { id: 1, state: 'done', masks: [{ id: 1, counts: rleToString(boxMask(5, 5, 25, 25)) }] });
  t.like(await stop(), { before: { masks: 0, done: 0 }, after: { masks: 2, done: 1 }, model: 'tiny', stage: 'assisted' });
  const project = await openProject(folder, 'read');
  t.like(maskById(project, 2), { seconds: 4.5, clicks: 3, annotator: 'bob', modelId: 1, prompts: [{ kind: 'point', x: 9, y: 9, label: 1 }] });
  await project.close();
});

test('a claim that is not renewed goes to another, who came too late is told, and nothing of it is saved', async (t) => {
  const { folder } = await projectPlace(t, ['a.png']);
  const server = await running(t, folder, { claim: 0.1 });
  const [ann, bob] = [await Tab.open(server), await Tab.open(server, BOB, 'bob')];
  await ann.claim();
  const { image } = await bob.claim();
  t.is(image, null, 'nothing is left');
  // the shortest claim there is
  await sleep(6100);
  t.is(imageOf(await bob.claim()).id, 1);
  const late = await ann.save(1, added());
  t.is(late.status, 409);
  t.like(late.body, { code: 'engine/conflict', message: 'The claim on image 1 has expired or is another\'s; claim it again.' });
  t.is((await ann.post('/api/finish', { imageId: 1, revision: 1, outcome: 'done', seconds: 1 })).status, 409);
  t.is((await bob.post('/api/renew', {})).status, 200);
  t.like(await bob.claim(), { counts: { masks: 0, done: 0 } });
});

test('proposals are accepted, corrected, rejected, and all of it taken back', async (t) => {
  const { folder } = await projectPlace(t);
  const before = await openProject(folder, 'write');
  for (let i = 0; i < 3; i++) addMask(before, { imageId: 2, categoryId: 1, stage: 'semi-automatic', status: 'proposed', score: 0.9 - i / 10, rle: boxMask(10 * i, 5, 10 * i + 9, 30) }, 1);
  await before.close();
  const { stop, ...server } = await running(t, folder, { stage: 'semi' });
  const tab = await Tab.open(server);
  const image = imageOf(await tab.claim());
  t.is(image.id, 2, 'what has proposals comes first');
  const [one, two, three] = image.masks;
  const accepted = await tab.saved(2, onMask('accept', one!));
  t.like(accepted, { mask: { id: 1, status: 'accepted', revision: 2 }, gone: [] });
  t.is((await tab.save(2, onMask('accept', one!))).status, 409, 'by the revision that was read');
  const rejected = await tab.saved(2, onMask('reject', two!));
  t.deepEqual([rejected.mask, rejected.gone], [null, [2]]);
  t.like(await tab.saved(2, onMask('reopen', { ...two!, revision: 2 })), { mask: { id: 2, status: 'proposed' }, gone: [] });
  const corrected = await tab.saved(2, onMask('correct', three!, { counts: rleToString(boxMask(20, 5, 40, 30)), prompts: [{ kind: 'brush' }] }));
  t.like(corrected, { mask: { id: 4, status: 'corrected', supersedes: 3, area: 500 }, gone: [3] });
  t.like(await tab.saved(2, onMask('undo-correction', corrected.mask!)), { mask: { id: 3, status: 'proposed' }, gone: [4] });
  const drawn = await tab.saved(2, added());
  t.like(drawn.mask, { stage: 'semi-automatic', status: 'accepted' });
  t.like(await stop(), { stage: 'semi' });
  const project = await openProject(folder, 'read');
  t.deepEqual(masksOf(project, 2).map(({ id, status }) => [id, status]), [[1, 'accepted'], [2, 'proposed'], [3, 'proposed'], [4, 'rejected'], [5, 'accepted']]);
  t.like(verdictsOf(project, 1)[0], { annotator: 'ann', score: 0.9, seconds: 1, clicks: 1 });
  await project.close();
});

test('what had been set aside for a mask comes back with the answer that rejects it, and goes with the one that takes that back', async (t) => {
  const { folder } = await projectPlace(t);
  await withProject(folder, 'write', (project) => {
    const common = { imageId: 1, categoryId: 1, status: 'accepted', rle: boxMask(5, 5, 25, 25) } as const;
    addMasks(project, [{ ...common, stage: 'assisted-manual', annotator: 'ann' }, { ...common, stage: 'fully-automatic' }, { ...common, stage: 'fully-automatic', rle: boxMask(30, 5, 45, 25) }], 1);
    dedupeProject(project, { iou: 0.9, containment: 0.9, perCategory: false }, 2);
  });
  const tab = await Tab.open(await running(t, folder)), { id, masks } = imageOf(await tab.claim(1)), [own] = masks;
  t.deepEqual(masks.map((mask) => mask.id), [1, 3]);
  const rejected = await tab.saved(id, onMask('reject', own!));
  t.like(rejected, { mask: null, gone: [1], others: [{ id: 2, status: 'accepted', stage: 'fully-automatic', counts: own!.counts }] });
  const taken = await tab.saved(id, onMask('reopen', { ...own!, revision: 2 }));
  t.like(taken, { mask: { id: 1, status: 'proposed' }, gone: [2] });
  t.is(taken.others, undefined);
  const again = await tab.saved(id, onMask('accept', taken.mask!));
  t.deepEqual([again.gone, again.others, again.mask?.status], [[], undefined, 'accepted']);
  t.deepEqual(imageOf(await tab.claim(1)).masks.map((mask) => mask.id), [1, 3], 'as the page has it by now');
});

test('an action sent again after a lost answer is done once, also by a server that was started anew', async (t) => {
  const { folder } = await projectPlace(t);
  const first = await running(t, folder);
  const action = added();
  const tab = await Tab.open(first);
  await tab.claim();
  const answer = await tab.saved(1, action);
  t.deepEqual(await tab.saved(1, action), answer);
  const other = await tab.save(1, { ...action, counts: added([1, 1, 9, 9]).counts });
  t.like(other, { status: 409, body: { code: 'engine/conflict', message: 'The key of this action was used for another one.' } });
  await first.stop();
  const again = await Tab.open(await running(t, folder), BOB);
  t.deepEqual(await again.saved(1, action), answer, 'without a claim too: it was done');
  t.is(imageOf(await again.claim(2)).id, 2, 'the claim of a tab that is gone holds on to its image');
});

test('what does not fit is refused in words, and changes nothing', async (t) => {
  const { folder } = await projectPlace(t);
  const { stop, faults, ...server } = await running(t, folder);
  const tab = await Tab.open(server);
  await tab.claim(1);
  const mask = (await tab.saved(1, added())).mask!;
  const bad: [object, number, RegExp][] = [
    [{ ...added(), counts: rleToString(boxMask(0, 0, 5, 5, 10, 10)) }, 400, /sum/], [{ ...added(), counts: '0' }, 400, /./], [{ ...added(), counts: 'ÿ' }, 400, /"counts"/], [{ ...added(), counts: ['1'] }, 400, /"counts"/],
    [{ ...added(), counts: rleToString({ width: 64, height: 48, counts: Uint32Array.of(64 * 48) }) }, 400, /no pixel/],
    [{ ...added(), categoryId: 99 }, 400, /no category 99/], [{ ...added(), key: 'short' }, 400, /"key"/], [{ ...added(), seconds: -1 }, 400, /"seconds"/], [{ ...added(), seconds: '1' }, 400, /"seconds"/],
    [{ ...added(), clicks: 1.5 }, 400, /"clicks"/], [{ ...added(), prompts: [{ kind: 'point', x: 1, y: 2, label: 7 }] }, 400, /"prompts"/], [{ ...added(), prompts: {} }, 400, /"prompts"/],
    [{ ...added(), kind: 'drop' }, 400, /"kind"/], [[], 400, /"action"/], [{ ...added(), predictedIou: 'high' }, 400, /"predictedIou"/],
    [onMask('accept', { ...mask, id: 77 }), 400, /no mask 77/], [onMask('accept', { ...mask, revision: 9 }), 409, /was changed by another/],
  ];
  for (const [action, status, message] of bad) {
    const reply = await tab.save(1, action);
    t.is(reply.status, status, JSON.stringify(action));
    t.regex((reply.body as { message: string }).message, message);
  }
  t.is((await tab.post('/api/claim', { want: 99 })).status, 404);
  for (const want of ['first', 0, -1, 1.5, null, [1]]) t.is((await tab.post('/api/claim', { want })).status, 400, JSON.stringify(want));
  for (const name of ['', ' ', 'x'.repeat(101), 'a\nb', 7]) t.is((await tab.post('/api/claim', { want: 1, annotator: name })).status, 400, JSON.stringify(name));
  for (const short of ['', 'x', 'ü'.repeat(20), 'a b c d e f g h i j k']) t.is((await tab.post('/api/renew', { tab: short })).status, 400);
  const other = imageOf(await tab.claim(2));
  t.is((await tab.save(2, onMask('reject', mask))).status, 400, 'a mask of another image');
  t.is((await tab.post('/api/finish', { imageId: 2, revision: other.revision + 5, outcome: 'done', seconds: 1 })).status, 409);
  t.is((await tab.post('/api/finish', { imageId: 2, revision: other.revision, outcome: 'missing', seconds: 1 })).status, 400);
  t.like(await stop(), { after: { masks: 1, done: 0 } });
  t.deepEqual(faults, []);
});

test('an image that is gone or has changed is told, set aside, and the next one comes', async (t) => {
  const { folder, images } = await projectPlace(t, ['a.png', 'b.png', 'c.png', 'd.png']);
  renameSync(join(images, 'a.png'), join(images, 'moved.png'));
  await drawPng(join(images, 'b.png'), 77);
  const { stop, ...server } = await running(t, folder);
  const tab = await Tab.open(server);
  t.like(await tab.get('/images/1'), { status: 404, body: { code: 'image/missing' } });
  const changed = await tab.embedding(2);
  t.is(changed.status, 409);
  t.regex((changed.body as { message: string }).message, /^The file of b\.png has changed since masks could be made on it; they are kept\. .*sam engine init .* \(--adopt-changed takes it as it is\)$/);
  t.is((await tab.get('/images/2')).status, 409);
  const held = imageOf(await tab.claim(2));
  t.is(held.state, 'changed');
  t.is((await tab.post('/api/finish', { imageId: 2, revision: held.revision, outcome: 'done', seconds: 1 })).status, 400, 'nothing can be said of it now');
  const next = imageOf(await tab.claim());
  t.is(next.fileName, 'c.png', 'what is set aside is not given to anyone');
  await tab.post('/api/finish', { imageId: 3, revision: next.revision, outcome: 'skipped', seconds: 1 });
  rmSync(join(images, 'd.png'));
  t.is((await tab.claim()).image, null, 'nor what is gone by now');
  await stop();
  const project = await openProject(folder, 'read');
  t.deepEqual([1, 2, 3, 4].map((id) => imageById(project, id).state), ['missing', 'changed', 'skipped', 'missing']);
  await project.close();
  renameSync(join(images, 'moved.png'), join(images, 'a.png'));
  await drawPng(join(images, 'b.png'), 1);
  t.like(await initProject({ folder, env: TEST_ENV }, 1), { restored: ['a.png', 'b.png'], missing: ['d.png'] }, 'a look at the folder brings back what is as it was');
});

test('names of any kind are data, and nothing but that', async (t) => {
  const names = ['<img src=x onerror=alert(1)>.png', '"><script>alert(1)<∕script>.png', '..\\..\\x.png', '%2e%2e%2fetc.png', '${7*7}.png', 'ünï‮gnp.png', '-rf.png', 'a\'b"c.png'];
  const { folder } = await projectPlace(t, names);
  const tab = await Tab.open(await running(t, folder));
  const seen: string[] = [];
  for (let id = 1; id <= names.length; id++) {
    const reply = await tab.post('/api/claim', { want: id });
    t.is(reply.headers.get('content-type'), 'application/json; charset=utf-8');
    seen.push((reply.body as { image: { fileName: string } }).image.fileName);
    const picture = await tab.get(`/images/${id}`);
    t.deepEqual([picture.status, picture.headers.get('content-type'), picture.bytes[0], picture.bytes[1]], [200, 'image/jpeg', 0xff, 0xd8]);
  }
  t.deepEqual(seen.sort(), [...names].sort());
});

test('--read-only: everything is seen, nothing is claimed or saved, and another may write meanwhile', async (t) => {
  const { folder } = await projectPlace(t);
  const writer = await openProject(folder, 'write');
  t.teardown(() => writer.close());
  const tab = await Tab.open(await running(t, folder, { readOnly: true }));
  t.like((await tab.get('/api/project')).body, { readOnly: true, counts: { images: 3 } });
  t.deepEqual([(await tab.claim()).image?.id, (await tab.claim()).image?.id, (await tab.claim()).image?.id, (await tab.claim()).image], [1, 2, 3, null]);
  t.like(await tab.claim(2), { image: { id: 2 }, next: [3] });
  addMask(writer, { imageId: 2, categoryId: 1, stage: 'assisted-manual', status: 'accepted', rle: boxMask(0, 0, 9, 9) }, 1);
  t.is(imageOf(await tab.claim(2)).masks.length, 1);
  t.like(await tab.save(2, added()), { status: 423, body: { code: 'read-only' } });
  t.is((await tab.post('/api/finish', { imageId: 2, revision: 1, outcome: 'done', seconds: 1 })).status, 423);
  t.is((await tab.post('/api/renew', {})).status, 200);
  t.is((await tab.post('/api/release', {})).status, 204);
  t.is((await tab.embedding(2)).status, 200);
});

test('a save that the project cannot take is no save: the error is told, and asked again it is done', async (t) => {
  const { folder } = await projectPlace(t);
  const tab = await Tab.open(await running(t, folder));
  await tab.claim(1);
  const action = { ...added(), categoryId: 5, key: newKey() };
  t.is((await tab.save(1, action)).status, 400);
  t.like((await tab.saved(1, { ...action, categoryId: 1 })) satisfies SaveAnswer, { mask: { id: 1 } });
});

test('a tab that was loaded again keeps its image when what it sent on leaving arrives late', async (t) => {
  const { folder } = await projectPlace(t);
  const tab = await Tab.open(await running(t, folder)), [before, after] = ['visit-0123456789-a', 'visit-0123456789-b'];
  await tab.post('/api/claim', { want: 1, visit: before });
  await tab.post('/api/claim', { want: 1, visit: after });
  t.is((await tab.post('/api/release', { visit: before })).status, 204);
  t.is((await tab.post('/api/renew', {})).status, 200, 'still held');
  t.is((await tab.post('/api/release', { visit: after })).status, 204);
  t.is((await tab.post('/api/renew', {})).status, 409, 'given back');
  t.is((await tab.post('/api/release', { visit: 7 })).status, 400);
});

test('on a full disk a save is refused with 507 and nothing of it is done; with room, the same request is done once', async (t) => {
  const disk = await tinyDisk(t, 2000);
  if (disk === undefined) return;
  const { images } = await placeWith(t, ['a.png']), folder = join(disk, 'project');
  await initProject({ folder, images, env: {} }, 1);
  const { faults, ...server } = await running(t, folder, { cacheSize: 0 });
  const tab = await Tab.open(server), filler = join(disk, 'filler');
  await tab.claim(1);
  // to the last page
  for (let i = 0, isFull = false; !isFull; i++) {
    try {
      writeFileSync(`${filler}${i}`, Buffer.alloc(4096, 1));
    } catch {
      isFull = true;
    }
  }
  let refused: SaveAction | undefined, saved = 0;
  for (; refused === undefined && saved < 300; saved++) {
    const action = added([1 + saved % 30, 1, 40, 20 + saved % 20]), { status, body } = await tab.save(1, action);
    if (status === 200) continue;
    t.like({ status, body }, { status: 507, body: { code: 'storage/full' } });
    refused = action;
  }
  t.truthy(refused, `${saved} masks were saved on a full disk`);
  t.is((await tab.save(1, refused!)).status, 507, 'again');
  t.is(faults.length, 1, 'the terminal is told once');
  for (const name of readdirSync(disk)) if (name.startsWith('filler')) rmSync(join(disk, name));
  const answer = await tab.saved(1, refused!);
  t.deepEqual(await tab.saved(1, refused!), answer);
  t.is(imageOf(await tab.claim(1)).masks.length, saved);
});
