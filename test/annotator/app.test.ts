/** The annotator's page without a browser: transform, hit tests, the mask in work, strokes, effort, saves, deeds, keys, numbers of embeddings. */
import test from 'ava';
import fc from 'fast-check';
import type { MaskView, SaveAction, SaveAnswer } from '../../src/annotator/api.js';
import { deedOf, Deeds } from '../../src/annotator/app/deeds.js';
import { answered, chosen, draftOf, draftOver, maskOf, NO_DRAFT, promptViews, redone, scoresOf, undone, withStep, type Candidate } from '../../src/annotator/app/draft.js';
import { EffortMeter } from '../../src/annotator/app/effort.js';
import { floatsOf } from '../../src/annotator/app/half.js';
import { maskAt, isInMask, runEnds } from '../../src/annotator/app/hit.js';
import { commandOf, type KeyPress } from '../../src/annotator/app/keys.js';
import { PAGE_HTML, PAGE_STYLE } from '../../src/annotator/app/page.js';
import { isAmbiguous, promptFeed } from '../../src/annotator/app/prompt-feed.js';
import { SaveQueue, type SaveState } from '../../src/annotator/app/saves.js';
import { Settled } from '../../src/annotator/app/settled.js';
import { alongCorner, drawnEdit, editableRings, ringEdit, strokeEdit, turning } from '../../src/annotator/app/strokes.js';
import { clickSpot, fitted, moved, showing, tilesIn, toImage, toWindow, visibleBox, zoomed } from '../../src/annotator/app/view.js';
import { mergeRle, subtractRle } from '../../src/mask/merge.js';
import { rleFromBox } from '../../src/mask/polygon-fill.js';
import { bitmaskFromRle, boxFromRle, rleArea, rleFromBitmask, type Rle } from '../../src/mask/rle.js';
import { rleToString } from '../../src/mask/rle-string.js';

const SIZE = { width: 40, height: 30 }, ROOM = { width: 800, height: 600 };
const box = (x0: number, y0: number, x1: number, y1: number): Rle => rleFromBox({ x0, y0, x1, y1 }, SIZE);
const candidate = (rle: Rle, predictedIou: number): Candidate => ({ rle, predictedIou, stabilityScore: 1 });
const view = (id: number, rle: Rle, more: Partial<MaskView> = {}): MaskView => ({
  id, revision: 1, categoryId: 1, counts: rleToString(rle), box: boxFromRle(rle)!, area: rleArea(rle), status: 'accepted', stage: 'assisted-manual', annotator: 'Ada', predictedIou: null, score: null, supersedes: null, ...more,
});

test('what is under the pointer stays there while zooming', (t) => {
  const at = { x: 300, y: 200 }, before = fitted(SIZE, ROOM), after = zoomed(before, 1.7, at, SIZE, ROOM);
  const [a, b] = [toImage(before, at), toImage(after, at)];
  t.true(Math.abs(a.x - b.x) < 1e-9 && Math.abs(a.y - b.y) < 1e-9);
  const back = toWindow(after, b);
  t.true(Math.abs(back.x - at.x) < 1e-9 && Math.abs(back.y - at.y) < 1e-9);
  t.is(zoomed(before, 1e9, at, SIZE, ROOM).scale, 32);
});

test('the image never leaves the window', (t) => {
  fc.assert(fc.property(fc.integer({ min: -9000, max: 9000 }), fc.integer({ min: -9000, max: 9000 }), fc.double({ min: 0.1, max: 10, noNaN: true }), (dx, dy, factor) => {
    const seen = visibleBox(moved(zoomed(fitted(SIZE, ROOM), factor, { x: 1, y: 1 }, SIZE, ROOM), dx, dy, SIZE, ROOM), SIZE, ROOM);
    return seen.x0 < seen.x1 && seen.y0 < seen.y1;
  }));
  t.pass();
});

test('spots: clicks are in the image to a tenth, a far spot is brought into sight', (t) => {
  t.deepEqual(clickSpot({ x: -3, y: 99 }, SIZE), { x: 0, y: 29.9 });
  t.deepEqual(clickSpot({ x: 1.26, y: 2.34 }, SIZE), { x: 1.3, y: 2.3 });
  const there = toWindow(showing({ scale: 10, left: 0, top: 0 }, { x: 500, y: -10 }, ROOM), { x: 500, y: -10 });
  t.deepEqual(there, { x: 760, y: 40 });
});

test('tiles cover what is seen', (t) => {
  t.deepEqual(tilesIn({ x0: 1000, y0: 0, x1: 1025, y1: 1 }, 1024).map(({ column, row }) => [column, row]), [[0, 0], [1, 0]]);
  t.deepEqual(tilesIn({ x0: 5, y0: 5, x1: 5, y1: 9 }, 1024), []);
});

test('hit tests agree with pixels', (t) => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 35, maxLength: 35, max: 1 }), (data) => {
    const rle = rleFromBitmask({ data, width: 7, height: 5 }), runs = runEnds(rle), pixels = bitmaskFromRle(rle).data;
    return pixels.every((value, i) => isInMask(runs, i % 7, Math.floor(i / 7)) === (value === 1));
  }));
  t.pass();
});

test('of nested masks the smallest is pointed at, holes are holes', (t) => {
  const settled = new Settled(SIZE, [view(1, box(0, 0, 40, 30)), view(2, box(10, 10, 20, 20))]);
  t.is(maskAt(settled.all(), { x: 12.5, y: 12.5 })?.id, 2);
  t.is(maskAt(settled.all(), { x: 1, y: 1 })?.id, 1);
  t.is(maskAt(settled.all(), { x: 41, y: 1 }), undefined);
});

test('the mask in work: prompts, choice, paint on top, undo and redo', (t) => {
  const point = { kind: 'point', x: 1, y: 2, label: 1 } as const;
  let draft = withStep(NO_DRAFT, point);
  t.is(maskOf(draft), undefined);
  draft = answered(draft, [candidate(box(0, 0, 5, 5), 0.5), candidate(box(0, 0, 10, 10), 0.8)], 1);
  t.is(rleArea(maskOf(draft)!), 100);
  t.is(rleArea(maskOf(chosen(draft, 2))!), 25, 'past the last comes the first');
  draft = withStep(draft, { kind: 'brush', add: box(10, 0, 20, 10) });
  t.is(rleArea(maskOf(draft)!), 200);
  draft = withStep(draft, { kind: 'eraser', remove: box(0, 0, 1, 10) });
  t.is(rleArea(maskOf(draft)!), 190);
  t.is(rleArea(maskOf(undone(draft))!), 200);
  t.is(rleArea(maskOf(redone(undone(draft)))!), 190);
  t.deepEqual(promptViews(draft), [point, { kind: 'brush', add: rleToString(box(10, 0, 20, 10)) }, { kind: 'eraser', remove: rleToString(box(0, 0, 1, 10)) }]);
  t.is(scoresOf(draft).candidate, 1);
  const more = withStep(undone(draft), { ...point, label: 0 });
  t.deepEqual(more.candidates, [], 'another click asks the model again');
  t.deepEqual(more.undone, []);
});

test('a second box takes the place of the first', (t) => {
  const first = { kind: 'box', x0: 0, y0: 0, x1: 5, y1: 5 } as const, draft = withStep(withStep(NO_DRAFT, first), { ...first, x1: 9 });
  t.deepEqual(draft.steps.map((step) => step.kind === 'box' && step.x1), [9]);
});

test('a correction starts from the mask that is there', (t) => {
  const draft = draftOf({ maskId: 3, revision: 2, rle: box(0, 0, 10, 10), categoryId: 1 });
  t.is(rleArea(maskOf(withStep(draft, { kind: 'eraser', remove: box(0, 0, 5, 10) }))!), 50);
});

test('strokes are as wide as the brush, and may leave the image', (t) => {
  const edit = strokeEdit('brush', [{ x: 10, y: 15 }, { x: 30, y: 15 }], 5, SIZE)!;
  const { data } = bitmaskFromRle(edit.add!);
  t.is(data[15 * 40 + 20], 1);
  t.is(data[8 * 40 + 20], 0);
  t.true(Math.abs(rleArea(edit.add!) - (20 * 10 + Math.PI * 25)) < 12);
  t.true(rleArea(strokeEdit('eraser', [{ x: -1, y: -1 }], 4, SIZE)!.remove!) > 0);
  t.is(strokeEdit('brush', [{ x: -50, y: -50 }], 4, SIZE), undefined);
});

test('a moved corner changes only what is between the old line and the new one', (t) => {
  const [ring] = editableRings(box(10, 10, 20, 20), 0);
  const after = ring!.map((value, i) => (i % 2 === 0 && value === 20 ? 25 : value));
  const edit = ringEdit(ring!, after, turning(ring!) < 0, SIZE);
  t.is(rleArea(edit.add!), 50);
  t.is(rleArea(edit.remove!), 0);
  // the mask's own edge lies a pixel beside the handles' line, inside or outside: nothing of it is left where the line was
  for (const [inset, moved] of [[1, 26], [-1, 14]] as const) {
    const mask = box(10, 10 + inset, 20 - inset, 20 - inset), pulled = ring!.map((value, i) => (i % 2 === 0 && value === 20 ? moved : value));
    const corner = ring!.findIndex((value, i) => i % 2 === 0 && value === 20), { add, remove } = ringEdit(ring!, pulled, false, SIZE, alongCorner(ring!, corner, 2, SIZE));
    const now = subtractRle(mergeRle([mask, add!], 'union'), remove!), line = box(17, 12, 23, 18);
    t.is(rleArea(mergeRle([now, line], 'intersection')), moved > 20 ? rleArea(line) : 0);
  }
  const hole = ringEdit(ring!, after, true, SIZE);
  t.is(rleArea(hole.remove!), 50);
  t.is(rleArea(drawnEdit([{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 10, y: 10 }, { x: 0, y: 10 }], SIZE).add!), 100);
});

test('effort: pauses do not count, taking it begins anew', (t) => {
  let now = 0;
  const effort = new EffortMeter(() => now);
  now = 5000;
  effort.touch(true);
  now = 8000;
  effort.touch(true);
  now = 500_000;
  effort.touch(false);
  t.deepEqual(effort.take(), { seconds: 63, clicks: 2 });
  now = 501_000;
  effort.pause();
  now = 900_000;
  t.deepEqual(effort.take(), { seconds: 1, clicks: 0 });
  effort.giveBack({ seconds: 4, clicks: 3 });
  t.deepEqual(effort.take(), { seconds: 4, clicks: 3 });
});

const ADD: SaveAction = { kind: 'add', key: 'k', seconds: 1, clicks: 1, categoryId: 1, counts: '', prompts: [], predictedIou: null, stabilityScore: null };
const ANSWER: SaveAnswer = { mask: null, gone: [], revision: 2 };

test('saves go one after another, and again with the same key while nobody answers', async (t) => {
  const sent: string[] = [], states: SaveState[] = [];
  let silent = 2;
  const queue = new SaveQueue({
    send: async (_image, action) => {
      sent.push(action.key);
      if (silent-- > 0) throw new Error('silence');
      return ANSWER;
    },
    troubleOf: (error) => (error instanceof Error && error.message === 'silence' ? { short: 'silence', message: 'Nobody answers.' } : undefined), pause: () => Promise.resolve(), onState: (state) => { states.push(state); },
  });
  await Promise.all([queue.save(1, () => ({ ...ADD, key: 'a' })), queue.save(1, () => ({ ...ADD, key: 'b' }))]);
  t.deepEqual(sent, ['a', 'a', 'a', 'b']);
  t.true(states.some(({ trouble }) => trouble?.short === 'silence'));
  t.deepEqual(states.at(-1), { waiting: 0, trouble: undefined });
});

test('a save that is refused does not hold up the next', async (t) => {
  const queue = new SaveQueue({
    send: async (_image, { key }) => {
      if (key === 'a') throw new Error('conflict');
      return ANSWER;
    },
    troubleOf: () => undefined, pause: () => Promise.resolve(), onState: () => undefined,
  });
  const first = queue.save(1, () => ({ ...ADD, key: 'a' })), second = queue.save(1, () => ({ ...ADD, key: 'b' }));
  await t.throwsAsync(first, { message: 'conflict' });
  t.is(await second, ANSWER);
  await queue.settled();
  t.is(queue.waiting, 0);
});

test('settled masks follow what was saved, proposals come by score', (t) => {
  const settled = new Settled(SIZE, [view(1, box(0, 0, 4, 4), { status: 'proposed', score: 0.4 }), view(2, box(5, 5, 9, 9), { status: 'proposed', predictedIou: 0.9 }), view(3, box(1, 1, 3, 3))]);
  t.deepEqual(settled.proposals().map(({ id }) => id), [2, 1]);
  const { version } = settled;
  settled.apply({ kind: 'correct', key: 'k', seconds: 0, clicks: 0, maskId: 2, revision: 1 }, { mask: view(8, box(5, 5, 9, 9), { status: 'corrected' }), gone: [2], revision: 3 });
  settled.apply({ kind: 'reject', key: 'l', seconds: 0, clicks: 0, maskId: 1, revision: 1 }, { mask: null, gone: [], revision: 4 });
  t.deepEqual(settled.all().map(({ id }) => id), [3, 8]);
  t.is(settled.version, version + 2);
  settled.apply({ kind: 'reject', key: 'm', seconds: 0, clicks: 0, maskId: 8, revision: 1 }, { mask: null, gone: [8], others: [view(4, box(5, 5, 9, 9), { revision: 2 })], revision: 5 });
  settled.apply({ kind: 'reopen', key: 'n', seconds: 0, clicks: 0, maskId: 8, revision: 2 }, { mask: view(8, box(5, 5, 9, 9), { revision: 3 }), gone: [4], revision: 6 });
  t.deepEqual(settled.all().map(({ id }) => id), [3, 8], 'what came back with one goes with it');
});

test('what others did is taken over: what stayed is the same, what was replaced has an heir', (t) => {
  const settled = new Settled(SIZE, [view(1, box(0, 0, 4, 4)), view(2, box(5, 5, 9, 9))]), first = settled.get(1);
  settled.takeOver([view(1, box(0, 0, 4, 4)), view(7, box(5, 5, 12, 12), { supersedes: 2 })]);
  t.is(settled.get(1), first);
  t.is(settled.heirOf(2)?.id, 7);
  t.is(settled.heirOf(1)?.id, 1);
  t.is(settled.heirOf(3), undefined);
});

test('a mask put in the place of another\'s is that mask, pixel for pixel', (t) => {
  const mine = box(0, 0, 8, 8), draft = draftOver({ maskId: 7, revision: 2, rle: box(4, 4, 12, 12), categoryId: 1 }, mine);
  t.deepEqual(bitmaskFromRle(maskOf(draft)!), bitmaskFromRle(mine));
  t.is(draft.base?.maskId, 7);
});

test('deeds know what takes them back', (t) => {
  const settled = new Settled(SIZE, [view(1, box(0, 0, 4, 4), { revision: 5 })]);
  const added = deedOf({ kind: 'add', categoryId: 1, counts: '', prompts: [], predictedIou: null, stabilityScore: null }, { ...ANSWER, mask: view(9, box(0, 0, 2, 2)) }, undefined);
  t.deepEqual(added?.undo, [{ kind: 'reject', maskId: 9 }]);
  const rejected = deedOf({ kind: 'reject', maskId: 1 }, ANSWER, settled.get(1));
  t.deepEqual(rejected?.undo, [{ kind: 'reopen', maskId: 1, revision: 6 }, { kind: 'accept', maskId: 1 }]);
  const deeds = new Deeds();
  deeds.add(added!);
  deeds.takenBack(deeds.takeLast()!);
  t.is(deeds.takeLast(), undefined);
  deeds.add(rejected!);
  t.is(deeds.takeUndone(), undefined, 'something new forgets what was undone');
});

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({ key, code: /^\d$/.test(key) ? `Digit${key}` : '', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

test('keys', (t) => {
  t.deepEqual(commandOf(press('N'), false), { do: 'next' });
  t.deepEqual(commandOf(press('3'), false), { do: 'class', n: 3 });
  t.deepEqual(commandOf(press('#', { code: 'Digit3', shiftKey: true }), false), { do: 'relabel', n: 3 });
  t.deepEqual(commandOf(press('3', { shiftKey: true }), false), { do: 'class', n: 3 }, 'a keyboard whose digits need Shift');
  t.deepEqual(commandOf(press('3', { altKey: true }), true), { do: 'candidate', n: 3 });
  t.deepEqual(commandOf(press('z', { ctrlKey: true }), false), { do: 'undo' });
  t.deepEqual(commandOf(press('Z', { metaKey: true, shiftKey: true }), false), { do: 'redo' });
  t.deepEqual(commandOf(press('ArrowUp', { shiftKey: true }), false), { do: 'move', dx: 0, dy: -40 });
  t.deepEqual(commandOf(press('Tab'), true), { do: 'other' });
  t.is(commandOf(press('Tab'), false), undefined, 'the browser\'s own');
  t.is(commandOf(press('r', { ctrlKey: true }), false), undefined, 'the browser\'s own');
});

test('prompts are the decoder\'s input', (t) => {
  const image = { width: 512, height: 256 }, click = { kind: 'point', x: 100, y: 50, label: 0 } as const;
  t.deepEqual(promptFeed([click], image, 256), { points: 2, coords: Float32Array.of(50, 25, 0, 0), labels: Float32Array.of(0, -1) });
  t.deepEqual(promptFeed([{ kind: 'box', x0: 2, y0: 4, x1: 6, y1: 8 }, click], image, 256), { points: 3, coords: Float32Array.of(50, 25, 1, 2, 3, 4), labels: Float32Array.of(0, 2, 3) });
  t.true(isAmbiguous([click]));
  t.false(isAmbiguous([click, click]));
});

test('half floats are read exactly', (t) => {
  const bits = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x0000, 0x3555);
  t.deepEqual([...floatsOf(bits.buffer, 'float16', [1, 6])], [1, -2, 2 ** -24, 65504, 0, 0.333251953125]);
  t.throws(() => floatsOf(bits.buffer, 'float32', [6]), { code: 'model/unfit' });
  t.throws(() => floatsOf(bits.buffer, 'bfloat16', [6]), { code: 'model/unfit' });
});

/** Of WCAG 2: from 1 to 21. */
function contrast(a: string, b: string): number {
  const light = (colour: string): number => {
    const digits = colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit) : colour.slice(1).match(/../g)!;
    const [r, g, blue] = digits.map((byte) => { const v = parseInt(byte, 16) / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * blue!;
  };
  const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

test('text is legible, dark and light: 4.5 to 1 or more, 3 to 1 for what marks a choice', (t) => {
  const themes = [...PAGE_STYLE.matchAll(/:root \{([^}]*)\}/g)].map(([, text]) => new Map([...text!.matchAll(/--([a-z-]+): (#[0-9a-f]+)/g)].map(([, name, colour]) => [name!, colour!])));
  t.is(themes.length, 2);
  for (const [i, theme] of themes.entries()) {
    const of = (name: string): string => theme.get(name)!;
    for (const ground of ['ground', 'panel', 'raised', 'hover', 'tint']) t.true(contrast(of('text'), of(ground)) >= 4.5, `${i} text on ${ground}`);
    for (const ground of ['panel', 'raised', 'tint']) t.true(contrast(of('muted'), of(ground)) >= 4.5, `${i} muted on ${ground}: ${contrast(of('muted'), of(ground))}`);
    for (const [text, ground] of [['on-accent', 'accent'], ['on-bad', 'bad'], ['accent', 'panel']] as const) t.true(contrast(of(text), of(ground)) >= 4.5, `${i} ${text} on ${ground}`);
    for (const ground of ['panel', 'raised', 'tint', 'stage']) t.true(contrast(of('accent'), of(ground)) >= 3, `${i} accent on ${ground}`);
  }
});

test('whoever cannot see the page hears of it: every control has a name, what happens is said once', (t) => {
  const html = PAGE_HTML.replaceAll(/<kbd aria-hidden="true">[^<]*<\/kbd>/g, '');
  for (const [button, attributes, inner] of html.matchAll(/<button([^>]*)>(.*?)<\/button>/g)) {
    t.true(/aria-label="[^"]+"/.test(attributes!) || inner!.replaceAll(/<[^>]*>/g, '').trim() !== '', button);
  }
  for (const [input] of html.matchAll(/<input[^>]*>/g)) t.regex(html, new RegExp(`<label[^>]*>[^<]+${input}</label>`), input);
  t.is([...html.matchAll(/aria-live|role="status"|role="log"/g)].length, 2, 'one live region: the attribute and the role of the same element');
  t.regex(html, /role="alert"/);
  t.notRegex(html, /<svg(?![^>]*aria-hidden="true")/, 'pictures are told by their buttons');
});

test('the page holds no script, style or handler of its own', (t) => {
  t.deepEqual([...PAGE_HTML.matchAll(/<script[^>]*>/g)].map(([tag]) => tag), ['<script type="module" src="/app/annotator/app/main.js">']);
  t.notRegex(PAGE_HTML, /<style|style=|\son[a-z]+=/);
  t.notRegex(PAGE_STYLE, /url\(|@import/);
});
