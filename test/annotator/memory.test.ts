/** The mask in work on its way to the server and back, and the order in which steps are sent. */
import test from 'ava';
import { answered, chosen, draftOf, maskOf, NO_DRAFT, promptViews, redone, undone, withStep, type Draft } from '../../src/annotator/app/draft.js';
import { Keeper, type KeeperDoors } from '../../src/annotator/app/keeper.js';
import { draftFrom, draftView } from '../../src/annotator/app/memory.js';
import { Settled } from '../../src/annotator/app/settled.js';
import type { Trouble } from '../../src/annotator/app/saves.js';
import type { DraftView, MaskView } from '../../src/annotator/api.js';
import { rleFromBox } from '../../src/mask/polygon-fill.js';
import { boxFromRle, rleArea, type Rle } from '../../src/mask/rle.js';
import { rleToString } from '../../src/mask/rle-string.js';

const SIZE = { width: 40, height: 30 };
const box = (x0: number, y0: number, x1: number, y1: number): Rle => rleFromBox({ x0, y0, x1, y1 }, SIZE);
const view = (id: number, rle: Rle, revision = 1): MaskView => ({
  id, revision, categoryId: 1, counts: rleToString(rle), box: boxFromRle(rle)!, area: rleArea(rle), status: 'accepted', stage: 'assisted-manual', annotator: null, predictedIou: null, score: null, supersedes: null,
});
const there = new Settled(SIZE, [view(3, box(0, 0, 10, 10))]);
const sent = (draft: Draft): DraftView => JSON.parse(JSON.stringify(draftView(draft, 2))) as DraftView; // as the wire has it
const click = { kind: 'point', x: 1.5, y: 2, label: 1, at: 1 } as const;
const CANDIDATES = [5, 8, 9].map((side) => ({ rle: box(0, 0, side, side), predictedIou: 0.5, stabilityScore: 0.5 }));

test('a mask in work is the same after the way to the server and back: steps, what was undone, the candidate that was taken', (t) => {
  let draft = chosen(answered(withStep(NO_DRAFT, click), CANDIDATES, 0), 2);
  draft = withStep(withStep(draft, { kind: 'brush', add: box(20, 0, 30, 9), at: 2 }), { kind: 'eraser', remove: box(0, 0, 2, 2), at: 3 });
  const before = undone(draft), back = draftFrom(sent(before), SIZE, there);
  t.is(maskOf(back), undefined, 'the model is asked again');
  const asked = answered(back, CANDIDATES, (back.steps[0] as { candidate?: number }).candidate);
  t.deepEqual(maskOf(asked), maskOf(before));
  t.deepEqual(promptViews(asked), promptViews(before));
  t.deepEqual(maskOf(redone(asked)), maskOf(draft), 'and can be done again');
  t.deepEqual(sent(back), sent(before), 'sent once more, it is what it was');
  t.is(draftView(NO_DRAFT, 1), null);
  t.is(draftView(undone(withStep(NO_DRAFT, click)), 1), null, 'nothing would be lost with it');
});

test('a correction goes on from the mask that is there; as a mask of its own where that has changed, drawn anew by the model or from what it was', (t) => {
  const base = { maskId: 3, revision: 1, rle: box(0, 0, 10, 10), categoryId: 1 }, painted = withStep(draftOf(base), { kind: 'eraser', remove: box(0, 0, 5, 10) });
  t.deepEqual(draftFrom(sent(painted), SIZE, there).base, base);
  t.is(rleArea(maskOf(draftFrom(sent(painted), SIZE, there))!), 50);
  for (const other of [new Settled(SIZE, [view(3, box(0, 0, 20, 20), 2)]), new Settled(SIZE, [])]) {
    const own = draftFrom(sent(painted), SIZE, other);
    t.is(own.base, undefined);
    t.is(rleArea(maskOf(own)!), 50, 'all that was in work');
    const asked = answered(draftFrom(sent(withStep(painted, click)), SIZE, other), CANDIDATES, 1);
    t.is(rleArea(maskOf(asked)!), 64 - 40, 'what the model drew, less what was wiped off');
  }
});

const desk = { image: { id: 1 } };

/** Doors that answer when the test says so. */
class Wire {
  readonly sent: { number: number; steps: number | null }[] = [];
  readonly refused: unknown[] = [];
  readonly troubles: (string | undefined)[] = [];
  private answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  ready = Promise.resolve();
  again = async (_desk: object, error: unknown): Promise<void> => { throw error; };
  readonly keeper = new Keeper({
    send: ({ number, draft }) => {
      this.sent.push({ number, steps: draft?.steps.length ?? null });
      return new Promise<void>((resolve, reject) => { this.answers.push({ resolve, reject }); });
    },
    ready: () => this.ready, claimAgain: (desk, error) => this.again(desk, error), pause: async () => undefined,
    troubleOf: (error) => ((error as Error).message === 'full' ? { short: 'full', message: 'full' } satisfies Trouble : undefined),
    onTrouble: (trouble) => { this.troubles.push(trouble?.short); }, onRefused: (error) => { this.refused.push((error as Error).message); },
  } satisfies KeeperDoors<typeof desk>);

  /** Answers the oldest request, and lets what follows from it happen. */
  async answer(error?: string): Promise<void> {
    const oldest = this.answers.shift()!;
    if (error === undefined) oldest.resolve();
    else oldest.reject(new Error(error));
    await settled();
  }
}
const settled = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
const steps = (count: number): Draft => Array.from({ length: count }, () => click).reduce<Draft>(withStep, NO_DRAFT);

test('one step is under way, only the newest waits, and what was accepted goes first', async (t) => {
  const wire = new Wire(), { keeper } = wire;
  let isSaved = (): void => undefined;
  wire.ready = new Promise((resolve) => { isSaved = resolve; });
  keeper.keep(desk, steps(1), 1);
  keeper.keep(desk, steps(2), 1);
  await settled();
  t.deepEqual(wire.sent, []);
  isSaved();
  await settled();
  keeper.keep(desk, steps(3), 1);
  keeper.keep(desk, steps(4), 1);
  await settled();
  t.deepEqual(wire.sent, [{ number: 2, steps: 2 }]);
  await wire.answer();
  keeper.keep(desk, NO_DRAFT, 1);
  let isAllThere = false;
  void keeper.settled().then(() => { isAllThere = true; });
  await wire.answer();
  t.false(isAllThere, 'the last is on its way');
  await wire.answer();
  t.true(isAllThere);
  t.deepEqual(wire.sent.slice(1), [{ number: 4, steps: 4 }, { number: 5, steps: null }]);
  t.false(keeper.flush());
});

test('what cannot be kept is sent again until it is, or until it is over', async (t) => {
  const wire = new Wire(), { keeper } = wire;
  keeper.keep(desk, steps(1), 1);
  await settled();
  await wire.answer('full');
  t.deepEqual([wire.sent.length, wire.troubles.at(-1)], [2, 'full'], 'the same again');
  keeper.keep(desk, steps(2), 1);
  await wire.answer('full');
  t.deepEqual(wire.sent.at(-1), { number: 2, steps: 2 }, 'but what is newer, where there is something');
  t.is(keeper.end(), 3, 'accepted meanwhile');
  await wire.answer('full');
  t.is(wire.sent.length, 3);
  t.is(wire.troubles.at(-1), undefined, 'nothing is left to be kept');
  keeper.keep(desk, steps(1), 1);
  await settled();
  await wire.answer('too large');
  t.deepEqual(wire.refused, ['too large']);
  wire.again = async () => undefined;
  keeper.keep(desk, steps(1), 1);
  await settled();
  await wire.answer('conflict');
  t.is(wire.sent.at(-1)!.number, wire.sent.at(-2)!.number, 'once more with the claim that was taken again');
  await wire.answer();
  t.is(wire.refused.length, 1);
  keeper.keep(desk, steps(2), 1);
  await settled();
  t.true(keeper.flush(), 'still under way');
  keeper.keep(desk, steps(3), 1);
  const before = wire.sent.length;
  t.true(keeper.flush());
  t.deepEqual(wire.sent.slice(before).map((one) => one.steps), [3], 'the page is going: what waits goes, too');
});
