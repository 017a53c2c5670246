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
import type { Keeper } from './keeper.js';
import type { Panel } from './panel.js';
import type { Saver } from './saver.js';
import type { Server } from './server.js';
import { candidateText, maskText, nameOf, ONLY_LOOKING, thenAsked, withBack } from './sentences.js';
import type { Stage } from './stage.js';
import { isJudging, type Coming, type Desk, type PageState } from './state.js';
import { clickSpot, isInside, showing, type Spot } from './view.js';

export interface WorkParts { state: PageState; server: Server; decoder: Decoder; stage: Stage; panel: Panel; effort: EffortMeter; saver: Saver; keeper: Keeper<Desk>; images: Images; catching: Catching }

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
    if (state.desk === undefined) return;
    const refusal = state.project.readOnly ? ONLY_LOOKING : step.kind === 'eraser' && maskOf(state.draft) === undefined ? 'There is no mask in work to wipe from; E takes the one that is pointed at.' : undefined;
    if (refusal !== undefined) return panel.say(refusal);
    effort.touch(true);
    panel.say('');
    await this.change(withStep(state.draft, { ...step, at: Math.round(10 * effort.sofar()) / 10 }));
  }

  /** Undo: of a step while a mask is in work, else of what was saved last. */
  async undo(): Promise<void> {
    const { state, saver } = this.parts;
    if (state.draft.steps.length > 0) await this.change(undone(state.draft));
    else if (state.desk !== undefined && !isOpen(state.draft)) await saver.undo(state.desk).then((isDone) => { this.report(isDone ? 'Taken back.' : 'Nothing to take back on this image.'); }, this.tell);
    this.refocus();
  }

  async redo(): Promise<void> {
    const { state, saver } = this.parts;
    if (state.draft.undone.length > 0) await this.change(redone(state.draft));
    else if (state.desk !== undefined && !isOpen(state.draft)) await saver.redo(state.desk).then((isDone) => { this.report(isDone ? 'Done again.' : 'Nothing to do again.'); }, this.tell);
    this.refocus();
  }

  /** Takes another of the candidates. */
  choose(choice: number): void {
    const { state, panel } = this.parts;
    state.draft = chosen(state.draft, choice);
    this.keep();
    panel.say(candidateText(state.draft));
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
    const { candidates, choice } = await decoder.preview(desk.image, promptsOf(withStep(draft, { kind: 'point', ...clickSpot(spot, desk.image), label: 1 })), draft.base) ?? { candidates: [], choice: 0 };
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
    if (focus === undefined && !isOpen(state.draft)) panel.say('No mask is pointed at.');
    if (focus === undefined || isOpen(state.draft) || state.project.readOnly) return;
    effort.touch(true);
    this.turn++;
    state.draft = draftOf({ maskId: focus.id, revision: focus.view.revision, rle: focus.rle, categoryId: focus.view.categoryId });
    state.categoryId = focus.view.categoryId;
    state.preview = undefined;
    panel.say('Correct it: click what is missing, Shift-click what is too much, or use brush, eraser and outline. Enter accepts, Esc leaves it as it was.');
    this.refresh();
  }

  /** Of the next masks and of the one in work. A mask that was there and is only looked at, or judged, gets it at once; so does that under the pointer where it `isMeant`. */
  setClass(id: number, isMeant = false): void {
    const { state, panel } = this.parts, { base } = state.draft, name = nameOf(state, id);
    const there = base !== undefined ? (isChanged(state.draft) ? undefined : base.maskId) : isMeant || isJudging(state) ? state.focus?.id : undefined;
    if (there === undefined) {
      state.categoryId = id;
      this.keep();
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
    const { state, effort, panel, keeper } = this.parts, { desk, draft } = state;
    if (desk === undefined || state.project.readOnly) return;
    effort.touch(true);
    if (!isOpen(draft)) {
      if (state.focus?.view.status === 'proposed') await this.judge({ kind: 'accept', maskId: state.focus.id }, 'Accepted.');
      else panel.say('No mask is in work.');
      return;
    }
    const mask = maskOf(draft);
    if (mask === undefined || rleArea(mask) === 0) {
      panel.say(mask === undefined ? 'The mask is still on its way.' : 'The mask has no pixel: nothing to accept.');
      return;
    }
    if (draft.base !== undefined && !isChanged(draft) && draft.base.categoryId === state.categoryId) return await this.leave(desk, draft.base.maskId);
    const facts = { categoryId: state.categoryId, counts: rleToString(canonicalRle(mask)), prompts: promptViews(draft), ...scoresOf(draft) };
    const { base } = draft, ends = { draft: keeper.end() }, isOnlyClass = base !== undefined && !isChanged(draft);
    const intent: Intent = base === undefined ? { kind: 'add', ...facts, ...ends } : { kind: 'correct', maskId: base.maskId, ...(isOnlyClass ? { categoryId: state.categoryId } : facts), ...ends, revision: base.revision };
    this.clear();
    const saving = this.save(desk, intent, draft, { rle: mask, categoryId: state.categoryId });
    this.accepting = Promise.all([this.accepting, saving]);
    await saving;
  }

  /** A mask that was there is right as it is: that is a verdict where it was proposed, else nothing. */
  private async leave(desk: Desk, maskId: number): Promise<void> {
    this.drop();
    if (desk.settled.get(maskId)?.view.status === 'proposed') await this.judge({ kind: 'accept', maskId }, 'Accepted.');
    else this.report('Left as it was.');
  }

  /** Resolves when all that was accepted so far is saved, or in work again because it was refused. */
  async settled(): Promise<void> {
    await this.accepting;
    await this.parts.saver.queue.settled();
  }

  /** Rejects the mask in work that was there already, or the one that is looked at. */
  async reject(): Promise<void> {
    const { state, effort, panel } = this.parts, maskId = state.draft.base?.maskId ?? state.focus?.id;
    if (maskId === undefined) panel.say('No mask is pointed at.');
    if (maskId === undefined || state.project.readOnly) return;
    effort.touch(true);
    if (state.draft.base !== undefined) this.drop();
    await this.judge({ kind: 'reject', maskId }, 'Rejected.');
  }

  /** Forgets the mask in work. */
  cancel(): void {
    const { state } = this.parts, said = !isOpen(state.draft) ? undefined : isChanged(state.draft) ? 'Dropped.' : 'Left as it was.';
    this.drop();
    if (said !== undefined) this.report(said);
    this.parts.state.corner = undefined;
    this.refocus();
  }

  /** Proposals are asked about one after another; elsewhere the pointer decides. */
  refocus(): void {
    const { state, stage } = this.parts;
    const back = isOpen(state.draft) ? undefined : state.desk?.refused.shift();
    if (back !== undefined) {
      Object.assign(state, back);
      this.keep();
    }
    if (isJudging(state)) {
      const [first] = state.desk?.settled.proposals() ?? [];
      if (first !== undefined && first !== state.focus) {
        state.focus = first;
        stage.look(showing(stage.view, { x: (first.box.x0 + first.box.x1) / 2, y: (first.box.y0 + first.box.y1) / 2 }, stage.room));
      }
    } else if (state.focus !== undefined && state.desk?.settled.get(state.focus.id) !== state.focus) state.focus = undefined;
    this.refresh();
  }

  /** Says what was done and, while proposals are judged, what is asked now. `wasJudging`: there were some before. */
  report(done: string, wasJudging = false): void {
    this.refocus();
    this.parts.panel.say(thenAsked(this.parts.state, done, wasJudging));
  }

  private async judge(intent: Intent, done: string): Promise<void> {
    const { state, catching } = this.parts, wasJudging = isJudging(state);
    if (state.desk === undefined) return;
    await catching.save(state.desk, intent).then((back) => { this.report(withBack(done, back), wasJudging); }, this.tell);
    this.refocus();
  }

  private readonly tell = (error: unknown): void => { this.parts.panel.notice(messageOf(error), true); };

  /** Forgets the mask in work, without a word. */
  drop(): void {
    const wasChanged = isChanged(this.parts.state.draft);
    this.clear();
    if (wasChanged) this.keep(true);
  }

  /** Nothing is in work on the page; what the server keeps of it ends with the save. */
  private clear(): void {
    this.turn++;
    this.parts.state.draft = NO_DRAFT;
    this.showPreview(undefined);
  }

  /** Has the server keep what is in work; `isDropped`: nothing is any more. */
  private keep(isDropped = false): void {
    const { state: { desk, draft, categoryId }, keeper } = this.parts;
    if (desk !== undefined && (isDropped || isChanged(draft))) keeper.keep(desk, draft, categoryId);
  }

  private async save(desk: Desk, intent: Intent, draft: Draft, coming: Coming): Promise<void> {
    const { state, catching } = this.parts, wasJudging = isJudging(state);
    desk.coming.add(coming);
    this.parts.panel.say('Saving…');
    this.refresh();
    try {
      await catching.save(desk, intent);
      this.report('Saved.', wasJudging);
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

  /** Takes a state of the mask in work, has it kept, and asks the model for its prompts. */
  async change(draft: Draft): Promise<void> {
    this.parts.state.draft = draft;
    // on its way only once the model was asked
    this.keep(!isChanged(draft));
    await this.ask();
  }

  /** Shows the mask in work, and has the model draw it where it has not yet; the candidate that was taken before is taken again. */
  async ask(): Promise<void> {
    const { state, decoder, panel } = this.parts, { desk, draft } = state, turn = ++this.turn, prompts: Prompted[] = promptsOf(draft), kept = takenBefore(draft);
    state.focus = undefined;
    this.showPreview(undefined);
    this.refresh();
    if (desk === undefined) return;
    const known = prompts.length === 0 || draft.candidates.length > 0 ? maskText(maskOf(draft)) : state.isReady ? undefined : 'The model is being prepared for this image; the mask comes as soon as it is.';
    if (known !== undefined) return panel.say(known);
    try {
      const { candidates, choice } = await decoder.predict(desk.image, prompts, draft.base);
      if (turn !== this.turn || state.desk !== desk) return;
      state.draft = answered(state.draft, candidates, kept === undefined ? choice : Math.min(kept, candidates.length - 1));
      panel.say(maskText(maskOf(state.draft), state.draft.candidates[state.draft.choice]?.predictedIou));
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
