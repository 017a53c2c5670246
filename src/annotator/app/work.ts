/** What a person does, on the state: prompts to masks, accept, reject, correct, next. Whoever asks for it (pointer, keys, buttons) comes through here. */
import { messageOf } from '../../errors.js';
import { rleArea, type Rle } from '../../mask/rle.js';
import { canonicalRle } from '../../mask/merge.js';
import { rleToString } from '../../mask/rle-string.js';
import type { Catching } from './catching.js';
import type { Decoder } from './decoder.js';
import { answered, chosen, draftOf, isChanged, isOpen, maskOf, NO_DRAFT, promptsOf, promptViews, redone, scoresOf, takenBefore, undone, withStep, type Draft, type Prompted, type Step } from './draft.js';
import type { Intent } from './deeds.js';
import type { EffortMeter } from './effort.js';
import { maskAt } from './hit.js';
import type { Images } from './images.js';
import { keepDraft } from './memory.js';
import type { Panel } from './panel.js';
import type { Saver } from './saver.js';
import type { Server } from './server.js';
import type { Stage } from './stage.js';
import { isJudging, type Coming, type Desk, type PageState } from './state.js';
import { clickSpot, isInside, showing, type Spot } from './view.js';

export interface WorkParts { state: PageState; server: Server; decoder: Decoder; stage: Stage; panel: Panel; effort: EffortMeter; saver: Saver; images: Images; catching: Catching }

export class Work {
  /** Rises with every change of the draft, so that a late answer is known as one. */
  private turn = 0;
  private previewTurn = 0;
  /** Ends when all that was accepted so far is saved, or in work again. */
  private accepting: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: WorkParts) {}

  /** Shows the state as it is. */
  refresh(): void {
    this.parts.panel.show();
    this.parts.stage.draw();
  }

  /** A click or box, or something painted. */
  async step(step: Step): Promise<void> {
    const { state, effort, panel } = this.parts;
    if (state.desk === undefined || state.project.readOnly) return;
    effort.touch(true);
    panel.say('');
    await this.change(withStep(state.draft, { ...step, at: Math.round(10 * effort.sofar()) / 10 }));
  }

  /** Undo: of a step while a mask is in work, else of what was saved last. */
  async undo(): Promise<void> {
    const { state, saver, panel } = this.parts;
    if (state.draft.steps.length > 0) await this.change(undone(state.draft));
    else if (state.desk !== undefined && !isOpen(state.draft)) await saver.undo(state.desk).then((isDone) => { panel.say(isDone ? 'Taken back.' : 'Nothing to take back on this image.'); }, this.tell);
    this.refocus();
  }

  async redo(): Promise<void> {
    const { state, saver, panel } = this.parts;
    if (state.draft.undone.length > 0) await this.change(redone(state.draft));
    else if (state.desk !== undefined && !isOpen(state.draft)) await saver.redo(state.desk).then((isDone) => { panel.say(isDone ? 'Done again.' : 'Nothing to do again.'); }, this.tell);
    this.refocus();
  }

  /** Takes another of the candidates. */
  choose(choice: number): void {
    const { state, panel } = this.parts;
    state.draft = chosen(state.draft, choice);
    const candidate = state.draft.candidates[state.draft.choice];
    if (candidate !== undefined) panel.say(`Mask ${state.draft.choice + 1} of ${state.draft.candidates.length}, score ${Math.round(100 * candidate.predictedIou)} %.`);
    this.refresh();
  }

  /** What a click at a spot would give; `undefined`: the pointer is away. */
  async preview(spot: Spot | undefined): Promise<void> {
    const { state, decoder } = this.parts, { desk, draft } = state, turn = ++this.previewTurn;
    const isWanted = spot !== undefined && desk !== undefined && state.isReady && state.tool === 'click' && !state.project.readOnly && isInside(spot, desk.image) && !isJudging(state);
    if (!isWanted || (!isOpen(draft) && state.focus !== undefined)) {
      decoder.dropPreview();
      this.showPreview(undefined);
      return;
    }
    const { candidates, choice } = await decoder.preview(desk.image, promptsOf(withStep(draft, { kind: 'point', ...clickSpot(spot, desk.image), label: 1 }))) ?? { candidates: [], choice: 0 };
    // an older answer is still of use while the pointer moves on; not after a click
    if (turn > this.previewTurn || state.draft !== draft || state.desk !== desk || this.previewTurn - turn > 3) return;
    this.showPreview(candidates[choice]);
  }

  /** Looks at the settled mask under a spot; proposals keep the focus while they are judged. */
  hover(spot: Spot): void {
    const { state } = this.parts;
    if (state.desk === undefined || isJudging(state) || isOpen(state.draft)) return;
    const focus = state.isHidden ? undefined : maskAt(state.desk.settled.all(), spot);
    if (focus === state.focus) return;
    state.focus = focus;
    this.refresh();
  }

  /** Takes a mask in work that is there already. */
  correct(): void {
    const { state, panel, effort } = this.parts, { focus } = state;
    if (focus === undefined || isOpen(state.draft) || state.project.readOnly) return;
    effort.touch(true);
    this.turn++;
    state.draft = draftOf({ maskId: focus.id, revision: focus.view.revision, rle: focus.rle, categoryId: focus.view.categoryId });
    state.categoryId = focus.view.categoryId;
    state.preview = undefined;
    panel.say('Correct it: clicks draw it anew, brush, eraser and outline change it. Enter accepts, Esc leaves it as it was.');
    this.refresh();
  }

  /** Of the next masks and of the one in work. A mask that was there and is only looked at, or judged, gets it at once; so does that under the pointer where it `isMeant`. */
  setClass(id: number, isMeant = false): void {
    const { state, panel } = this.parts, { base } = state.draft, name = state.project.categories.find((category) => category.id === id)?.name ?? String(id);
    const there = base !== undefined ? (isChanged(state.draft) ? undefined : base.maskId) : isMeant || isJudging(state) ? state.focus?.id : undefined;
    if (there === undefined) {
      state.categoryId = id;
      panel.say(isMeant && base === undefined ? 'No mask is pointed at.' : `Class ${name}.`);
      this.refresh();
    } else if (state.desk?.settled.get(there)?.view.categoryId === id) panel.say(`It is ${name} already.`);
    else {
      this.drop();
      void this.judge({ kind: 'correct', maskId: there, categoryId: id }, `Class changed to ${name}.`);
    }
  }

  /** The mask in work is right; or the proposal that is asked about. */
  async accept(): Promise<void> {
    const { state, effort, panel } = this.parts, { desk, draft } = state;
    if (desk === undefined || state.project.readOnly) return;
    effort.touch(true);
    if (!isOpen(draft)) {
      if (state.focus?.view.status === 'proposed') await this.judge({ kind: 'accept', maskId: state.focus.id }, 'Accepted.');
      return;
    }
    const mask = maskOf(draft);
    if (mask === undefined || rleArea(mask) === 0) {
      panel.say(mask === undefined ? 'The mask is still on its way.' : 'The mask has no pixel: nothing to accept.');
      return;
    }
    const facts = { categoryId: state.categoryId, counts: rleToString(canonicalRle(mask)), prompts: promptViews(draft), ...scoresOf(draft) };
    const { base } = draft;
    const isOnlyClass = base !== undefined && !isChanged(draft);
    const intent: Intent = base === undefined ? { kind: 'add', ...facts } : { kind: 'correct', maskId: base.maskId, ...(isOnlyClass ? { categoryId: state.categoryId } : facts), revision: base.revision };
    this.drop();
    const saving = this.save(desk, intent, draft, { rle: mask, categoryId: state.categoryId });
    this.accepting = Promise.all([this.accepting, saving]);
    await saving;
  }

  /** Resolves when all that was accepted so far is saved, or in work again because it was refused. */
  async settled(): Promise<void> {
    await this.accepting;
    await this.parts.saver.queue.settled();
  }

  /** Rejects the mask in work that was there already, or the one that is looked at. */
  async reject(): Promise<void> {
    const { state, effort } = this.parts, maskId = state.draft.base?.maskId ?? state.focus?.id;
    if (maskId === undefined || state.project.readOnly) return;
    effort.touch(true);
    if (state.draft.base !== undefined) this.drop();
    await this.judge({ kind: 'reject', maskId }, 'Rejected.');
  }

  /** Forgets the mask in work. */
  cancel(): void {
    const { state, panel } = this.parts;
    if (isOpen(state.draft)) panel.say(isChanged(state.draft) ? 'Dropped.' : 'Left as it was.');
    this.drop();
    if (state.desk !== undefined) keepDraft(state.project.name, state.desk.image.id, NO_DRAFT, state.categoryId);
    this.parts.state.corner = undefined;
    this.refocus();
  }

  /** Proposals are asked about one after another; elsewhere the pointer decides. */
  refocus(): void {
    const { state, stage, panel } = this.parts;
    const back = isOpen(state.draft) ? undefined : state.desk?.refused.shift();
    if (back !== undefined) Object.assign(state, back);
    if (isJudging(state)) {
      const [first] = state.desk?.settled.proposals() ?? [];
      if (first !== undefined && first !== state.focus) {
        state.focus = first;
        stage.look(showing(stage.view, { x: (first.box.x0 + first.box.x1) / 2, y: (first.box.y0 + first.box.y1) / 2 }, stage.room));
      }
    } else if (state.focus !== undefined && state.desk?.settled.get(state.focus.id) !== state.focus) {
      state.focus = undefined;
      if (state.project.stage === 'semi' && !isOpen(state.draft)) panel.say('All proposals are judged. Add what is missing.');
    }
    this.refresh();
  }

  private async judge(intent: Intent, done: string): Promise<void> {
    const { state, panel, catching } = this.parts;
    if (state.desk === undefined) return;
    await catching.save(state.desk, intent).then((back) => { panel.say(back === 0 ? done : `${done} ${back === 1 ? 'A mask' : `${back} masks`} that it had stood for ${back === 1 ? 'is' : 'are'} back.`); }, this.tell);
    this.refocus();
  }

  private readonly tell = (error: unknown): void => { this.parts.panel.notice(messageOf(error), true); };

  /** Forgets the mask in work, without a word. */
  drop(): void {
    this.turn++;
    this.parts.state.draft = NO_DRAFT;
    this.showPreview(undefined);
  }

  private async save(desk: Desk, intent: Intent, draft: Draft, coming: Coming): Promise<void> {
    const { state, panel, catching } = this.parts;
    desk.coming.add(coming);
    try {
      await catching.save(desk, intent);
      // another may be in work by now
      if (!isOpen(state.draft)) keepDraft(state.project.name, desk.image.id, NO_DRAFT, coming.categoryId);
      panel.say('Saved.');
    } catch (error) {
      this.bringBack(desk, draft, coming.rle, coming.categoryId, error);
    }
    desk.coming.delete(coming);
    this.refocus();
  }

  /** A mask that was refused is not lost: it is in work again, over what another made of it meanwhile; as soon as nothing else is. */
  private bringBack(desk: Desk, draft: Draft, mask: Rle, categoryId: number, error: unknown): void {
    const back = this.parts.catching.backInWork(desk, draft, mask, error);
    desk.refused.push({ draft: back.draft, categoryId });
    this.parts.panel.notice(back.message, true);
  }

  /** Takes a state of the mask in work, and asks the model for its prompts. `kept`: the candidate that was chosen before. */
  async change(draft: Draft, kept = takenBefore(draft)): Promise<void> {
    const { state, decoder, panel } = this.parts, { desk } = state, turn = ++this.turn, prompts: Prompted[] = promptsOf(draft);
    state.draft = draft;
    if (desk !== undefined) keepDraft(state.project.name, desk.image.id, draft, state.categoryId);
    state.focus = undefined;
    this.showPreview(undefined);
    this.refresh();
    if (desk === undefined || prompts.length === 0 || draft.candidates.length > 0) return;
    if (!state.isReady) {
      panel.say('The model is being prepared for this image; the mask comes as soon as it is.');
      return;
    }
    try {
      const { candidates, choice } = await decoder.predict(desk.image, prompts);
      if (turn !== this.turn || state.desk !== desk) return;
      state.draft = answered(state.draft, candidates, kept === undefined ? choice : Math.min(kept, candidates.length - 1));
      const area = rleArea(candidates[choice]!.rle);
      panel.say(area === 0 ? 'The model found nothing there.' : `A mask of ${area.toLocaleString('en')} pixels, score ${Math.round(100 * candidates[choice]!.predictedIou)} %. Enter accepts it.`);
      this.refresh();
    } catch (error) {
      panel.notice(messageOf(error));
    }
  }

  private showPreview(preview: PageState['preview']): void {
    if (this.parts.state.preview === preview) return;
    this.parts.state.preview = preview;
    this.parts.stage.draw();
  }
}
