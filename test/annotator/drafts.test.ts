/** Masks in work on the server: whose they are, when they end, what comes too late, what does not fit; and the address that a project is served at. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { ClaimAnswer, DraftView } from '../../src/annotator/api.js';
import { initProject } from '../../src/engine/init.js';
import { keptDraft } from '../../src/engine/drafts.js';
import { addMask } from '../../src/engine/masks.js';
import { withProject } from '../../src/engine/project.js';
import { rleToString } from '../../src/mask/rle-string.js';
import { boxMask, drawPng, placeWith } from '../engine/scenes.js';
import { tinyDisk } from '../models/tiny-disk.js';
import { added, imageOf, projectPlace, raw, running, Tab, type Reply } from './running.js';

const VISIT = 'visit-0123456789', BOB = 'tab-of-bob-0123456789';
const click = (x: number): DraftView['steps'][number] => ({ kind: 'point', x, y: 9, label: 1, at: 1.5 });
const draftWith = (...steps: DraftView['steps']): DraftView => ({ categoryId: 1, steps, undone: [] });

let numbers = 0;
/** What a page sends; `number` rises by itself. */
function keep(tab: Tab, draft: unknown, more: object = {}): Promise<Reply> {
  return tab.post('/api/draft', { visit: VISIT, number: ++numbers, imageId: 1, draft, ...more });
}
const draftOf = (answer: ClaimAnswer): DraftView | undefined => imageOf(answer).draft;

test('what is in work comes back with the claim, is replaced by what is in work then, and ends when it is dropped, accepted, or the image is done', async (t) => {
  const { folder } = await projectPlace(t), tab = await Tab.open(await running(t, folder));
  t.false('draft' in imageOf(await tab.claim(1)));
  const rle = rleToString(boxMask(1, 1, 9, 9));
  const sent: DraftView = {
    categoryId: 1, undone: [{ kind: 'box', x0: 1, y0: 2, x1: 30, y1: 40, at: 2 }],
    steps: [{ kind: 'point', x: 3.25, y: 4, label: 0, candidate: 2, at: 0.5 }, { kind: 'brush', add: rle, at: 1 }, { kind: 'eraser', remove: rle }, { kind: 'polygon', add: rle, remove: rle, at: 3 }],
  };
  t.is((await keep(tab, sent)).status, 204);
  t.deepEqual(draftOf(await tab.claim(1)), sent, 'every field as it was sent');
  t.is((await keep(tab, draftWith(click(1)))).status, 204);
  t.deepEqual(draftOf(await tab.claim(1)), draftWith(click(1)));
  t.is((await keep(tab, null)).status, 204);
  t.false('draft' in imageOf(await tab.claim(1)), 'dropped');

  await keep(tab, draftWith(click(1)));
  const accepted = { ...added(), draft: ++numbers };
  t.is((await tab.save(1, accepted)).status, 200, 'a save of no visit: nothing of a page');
  t.deepEqual(draftOf(await tab.claim(1)), draftWith(click(1)));
  const { revision } = await tab.saved(1, { ...added([1, 1, 9, 9]), draft: ++numbers }, VISIT);
  t.false('draft' in imageOf(await tab.claim(1)), 'accepted');
  await keep(tab, draftWith(click(2)));
  await tab.saved(1, added([30, 30, 40, 40]), VISIT);
  t.deepEqual(draftOf(await tab.claim(1)), draftWith(click(2)), 'a save of another mask leaves it');
  t.is((await tab.post('/api/finish', { imageId: 1, revision: revision + 1, outcome: 'skipped', seconds: 1 })).status, 204);
  t.false('draft' in imageOf(await tab.claim(1)), 'the image was left');
});

test('what arrives late is not taken for new: after a later step, after the accept, from before the page was loaded again', async (t) => {
  const { folder } = await projectPlace(t), tab = await Tab.open(await running(t, folder)), later = 'visit-of-a-new-load';
  await tab.post('/api/claim', { want: 1, visit: VISIT });
  const at = async (number: number, draft: DraftView | null, visit = VISIT): Promise<DraftView | undefined> => {
    t.is((await keep(tab, draft, { number, visit })).status, 204);
    return await withProject(folder, 'read', (project) => keptDraft(project, { imageId: 1, annotator: 'ann' }) as DraftView | undefined); // what the server wrote
  };
  t.like(await at(5, draftWith(click(5))), { steps: [click(5)] });
  t.like(await at(4, draftWith(click(4))), { steps: [click(5)] }, 'an earlier step');
  t.like(await at(5, null), { steps: [click(5)] }, 'the same again');
  t.is(await at(6, null), undefined);
  t.is(await at(5, draftWith(click(5))), undefined, 'what was dropped does not come back');
  t.like(await at(7, draftWith(click(7))), { steps: [click(7)] });
  await tab.saved(1, { ...added(), draft: 9 }, VISIT);
  t.is(await at(8, draftWith(click(8))), undefined, 'nor what was accepted');
  t.like(await at(10, draftWith(click(10))), { steps: [click(10)] }, 'the next mask');
  await tab.saved(1, { ...added([1, 1, 9, 9]), draft: 9 }, VISIT);
  t.like(await at(10, null), { steps: [click(10)] }, 'a save that was held up does not end the mask after it');
  await tab.post('/api/claim', { want: 1, visit: later });
  t.like(await at(11, draftWith(click(11))), { steps: [click(10)] }, 'the page before');
  t.like(await at(1, draftWith(click(1)), later), { steps: [click(1)] }, 'the page now begins at one');
});

test('only the tab that has claimed the image, only with the key, only what fits: all else changes nothing', async (t) => {
  const { folder } = await projectPlace(t);
  await withProject(folder, 'write', (project) => {
    for (const imageId of [1, 2]) addMask(project, { imageId, categoryId: 1, stage: 'assisted-manual', status: 'accepted', rle: boxMask(1, 1, 9, 9) }, 1);
  });
  const server = await running(t, folder), [ann, bob] = [await Tab.open(server), await Tab.open(server, BOB, 'bob')], good = draftWith(click(1)), counts = rleToString(boxMask(1, 1, 9, 9));
  await ann.claim(1);
  await bob.claim(2);
  await keep(ann, good);
  t.like(await keep(bob, draftWith(click(2))), { status: 409, body: { code: 'engine/conflict' } }, 'another\'s image');
  t.is((await keep(ann, good, { imageId: 3 })).status, 409, 'nobody\'s');
  t.is((await keep(ann, good, { imageId: 99 })).status, 409);
  for (const [what, draft] of Object.entries({
    'nothing': undefined, 'a list': [], 'a text': 'x', 'no steps': { categoryId: 1 }, 'steps that are none': { ...good, steps: 'x' }, 'no undone': { categoryId: 1, steps: [] }, 'a step of no kind': draftWith({ kind: 'spray' } as never),
    'a label of no kind': draftWith({ ...click(1), label: 2 } as never), 'a spot that is none': draftWith({ ...click(1), x: '1' } as never), 'a spot far out': draftWith(click(1e9)), 'a candidate that is none': draftWith({ ...click(1), candidate: -1 } as never),
    'a mask that is none': draftWith({ kind: 'brush', add: 'not a mask!' }), 'a mask of another size': draftWith({ kind: 'brush', add: rleToString(boxMask(0, 0, 9, 9, 10, 10)) }),
    'an undone one of another size': { ...good, undone: [{ kind: 'eraser', remove: rleToString(boxMask(0, 0, 9, 9, 10, 10)) }] }, 'too many steps': draftWith(...Array.from({ length: 10_001 }, () => click(1))),
    'no such class': { ...good, categoryId: 5 }, 'half a class': { ...good, categoryId: 1.5 }, 'another image\'s mask': { ...good, base: { maskId: 2, revision: 1, counts } }, 'no such mask': { ...good, base: { maskId: 99, revision: 1, counts } },
    'a base of another size': { ...good, base: { maskId: 1, revision: 1, counts: rleToString(boxMask(0, 0, 9, 9, 10, 10)) } }, 'a base without a mask': { ...good, base: { maskId: 1, revision: 1 } },
  })) t.is((await keep(ann, draft)).status, 400, what);
  for (const more of [{ visit: undefined }, { visit: 'short' }, { number: 0 }, { number: 1.5 }, { number: '1' }, { number: undefined }, { tab: 'short' }, { imageId: '1' }, { project: 7 }]) t.is((await keep(ann, good, more)).status, 400, JSON.stringify(more));
  t.is((await keep(ann, { ...good, steps: [{ kind: 'brush', add: '0'.repeat(9 << 20) }] })).status, 413, 'longer than 8 MiB');
  t.is((await fetch(`${server.origin}/api/draft`, { method: 'POST', headers: { origin: server.origin, 'content-type': 'application/json' }, body: JSON.stringify({ tab: ann.tab }) })).status, 401);
  t.deepEqual(draftOf(await ann.claim(1)), good, 'as it was');
  t.is((await keep(ann, { ...good, base: { maskId: 1, revision: 1, counts } })).status, 204, 'and what fits is taken');
});

test('a draft is its annotator\'s: another begins without it, and it is there for the one who made it', async (t) => {
  const { folder } = await projectPlace(t), server = await running(t, folder), [ann, bob] = [await Tab.open(server), await Tab.open(server, BOB, 'bob')];
  await ann.claim(2);
  await keep(ann, draftWith(click(1)), { imageId: 2 });
  await ann.post('/api/release', {});
  t.false('draft' in imageOf(await bob.claim(2)));
  await keep(bob, draftWith(click(2)), { imageId: 2 });
  t.is(imageOf(await ann.claim()).id, 1, 'while bob has it, ann gets another');
  await bob.post('/api/release', {});
  t.is(imageOf(await ann.claim()).id, 1, 'and keeps that');
  await ann.post('/api/release', {});
  const back = await ann.claim();
  t.is(imageOf(back).id, 2, 'before all others comes what was begun');
  t.deepEqual(draftOf(back), draftWith(click(1)));
  await ann.post('/api/release', {});
  await bob.claim(2);
  t.is((await bob.post('/api/finish', { imageId: 2, revision: 1, outcome: 'done', seconds: 1 })).status, 204);
  t.like(imageOf(await ann.claim()), { id: 2, state: 'done', draft: draftWith(click(1)) }, 'also where another says that it is done');
  // the one who works says another name: what is in work goes along
  await ann.post('/api/claim', { want: 2, annotator: 'anna' });
  t.deepEqual((await withProject(folder, 'read', ({ database }) => database.all<{ annotator: string }>('SELECT annotator FROM drafts'))).map(({ annotator }) => annotator), ['anna']);
});

test('a browser that is gone leaves its image to the next window of the same person, at once; one that is there keeps it', async (t) => {
  const { folder } = await projectPlace(t), server = await running(t, folder), first = await Tab.open(server, 'tab-that-dies-0123456'), next = await Tab.open(server, 'tab-that-comes-after');
  await first.claim(1);
  await keep(first, draftWith(click(1)));
  t.is(imageOf(await next.claim()).id, 2, 'the other is there');
  await next.post('/api/release', {});
  // a last word over a line of its own, which ends with the one who spoke
  const lastWord = ({ tab, cookie }: Tab): string => {
    const body = JSON.stringify({ tab });
    return `POST /api/renew HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nOrigin: ${server.origin}\r\nCookie: ${cookie}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  };
  await raw(server.port, lastWord(first), 300);
  const bob = await Tab.open(server, BOB, 'bob');
  t.is(imageOf(await bob.claim()).id, 2, 'not to another person');
  const known = await next.post('/api/claim', { want: 'next', others: [first.tab] });
  t.is(imageOf(known.body as ClaimAnswer).id, 3, 'nor while the same browser still shows it'); // what api.ts says
  await next.post('/api/release', {});
  const answer = await next.claim();
  t.deepEqual([imageOf(answer).id, draftOf(answer)], [1, draftWith(click(1))]);
  t.is((await keep(first, null)).status, 409, 'and the first has it no more');
  await keep(next, null);
  await raw(server.port, lastWord(next), 300);
  t.is(imageOf(await first.claim()).id, 1, 'also where nothing is in work');
  for (const others of ['x', ['short'], Array.from({ length: 101 }, () => first.tab)]) t.is((await next.post('/api/claim', { want: 'next', others })).status, 400);
});

test('the server is started anew: what was in work is there, at the same address; where that is taken, at another', async (t) => {
  const { folder } = await projectPlace(t), first = await running(t, folder), tab = await Tab.open(first);
  await tab.claim(2);
  await keep(tab, draftWith(click(1)), { imageId: 2 });
  await first.stop();
  const second = await running(t, folder), again = await Tab.open(second, 'tab-that-comes-after'), answer = await again.claim();
  t.is(second.port, first.port);
  t.not(second.token, first.token);
  t.deepEqual([imageOf(answer).id, draftOf(answer)], [2, draftWith(click(1))]);
  t.is((await keep(tab, null)).status, 401, 'the key of before opens nothing');
  await second.stop();

  const taker = createServer().listen(first.port, '127.0.0.1');
  await once(taker, 'listening');
  const third = await running(t, folder);
  t.not(third.port, first.port);
  await third.stop();
  const looking = await running(t, folder, { readOnly: true });
  t.not(looking.port, third.port, 'one who only looks leaves the place free');
  t.false('draft' in imageOf(await (await Tab.open(looking)).claim(2)));
  t.is((await keep(await Tab.open(looking), draftWith(click(3)))).status, 423);
  await looking.stop();
  taker.close();
  await once(taker, 'close');
  const fourth = await running(t, folder);
  t.is(fourth.port, third.port, 'that of the last time');
  await t.throwsAsync(running(t, (await projectPlace(t)).folder, { port: fourth.port }), { code: 'usage/port' }, 'a port that was asked for is that port or none');
});

test('a page of one project saves nothing into another that is served at its address', async (t) => {
  const { folder } = await projectPlace(t), tab = await Tab.open(await running(t, folder)), { key } = (await tab.get('/api/project')).body as { key: string }; // what api.ts says
  t.is((await tab.post('/api/claim', { want: 1, project: key })).status, 200);
  const other = { project: key.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) };
  for (const path of ['claim', 'renew', 'release', 'save', 'draft', 'finish']) t.like(await tab.post(`/api/${path}`, { ...other, want: 1 }), { status: 421, body: { code: 'project' } }, path);
  t.is((await tab.post('/api/renew', { project: key })).status, 200, 'still held');
});

test('a full disk keeps what was kept before; with room, the step is kept', async (t) => {
  const disk = await tinyDisk(t, 2000);
  if (disk === undefined) return;
  const { images } = await placeWith(t, ['a.png']), folder = join(disk, 'project');
  await initProject({ folder, images, env: {} }, 1);
  const tab = await Tab.open(await running(t, folder, { cacheSize: 0 }));
  await tab.claim(1);
  t.is((await keep(tab, draftWith(click(1)))).status, 204);
  for (let i = 0, isFull = false; !isFull; i++) {
    try {
      writeFileSync(join(disk, `filler${i}`), Buffer.alloc(4096, 1));
    } catch {
      isFull = true;
    }
  }
  const long = draftWith(...Array.from({ length: 9000 }, (_, i) => click(i % 60)));
  t.like(await keep(tab, long), { status: 507, body: { code: 'storage/full' } });
  for (const name of readdirSync(disk)) if (name.startsWith('filler')) rmSync(join(disk, name));
  t.deepEqual(draftOf(await tab.claim(1)), draftWith(click(1)));
  t.is((await keep(tab, long, { number: numbers })).status, 204, 'the same again');
  t.deepEqual(draftOf(await tab.claim(1)), long);
});

test('an image that was taken as another size forgets what was in work on it', async (t) => {
  const { folder, images } = await projectPlace(t), server = await running(t, folder), tab = await Tab.open(server);
  await tab.claim(1);
  await keep(tab, draftWith({ kind: 'brush', add: rleToString(boxMask(1, 1, 9, 9)) }));
  await server.stop();
  await drawPng(join(images, 'a.png'), 77, 80, 60);
  await initProject({ folder, adoptChanged: true, env: {} }, 2);
  const answer = await (await Tab.open(await running(t, folder))).claim(1);
  t.like(imageOf(answer), { width: 80, height: 60 });
  t.false('draft' in imageOf(answer));
});
