/** What a person does, on the state: prompts to masks, accept, reject, correct, next. Whoever asks for it (pointer, keys, buttons) comes through here. */
import { messageOf } from '../../errors.js';
import { rleArea, type Rle } from '../../mask/rle.js';
import { canonicalRle } from '../../mask/merge.js';
import { rleToString } from '../../mask/rle-string.js';
import type { Decoder } from './decoder.js';
import { answered, chosen, draftOf, isChanged, isOpen, maskOf, NO_DRAFT, promptsOf, promptViews, redone, scoresOf, undone, withStep, type Draft, type Prompted, type Step } from './draft.js';
import type { Intent } from './deeds.js';
import type { EffortMeter } from './effort.js';
import { maskAt } from './hit.js';
import type { Images } from './images.js';
import type { Panel } from './panel.js';
import type { Saver } from './saver.js';
import type { Server } from './server.js';
import type { Stage } from './stage.js';
import { isJudging, type Desk, type PageState } from './state.js';
import { clickSpot, isInside, showing, type Spot } from './view.js';

export interface WorkParts { state: PageState; server: Server; decoder: Decoder; stage: Stage; panel: Panel; effort: EffortMeter; saver: Saver; images: Images }

export class Work {
  /** Rises with every change of the draft, so that a late answer is known as one. */
  private turn = 0;
  private previewTurn = 0;
  private isTurning = false;

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
    else if (state.desk !== undefined && !isOpen(state.draft)) panel.say(await saver.undo(state.desk) ? 'Taken back.' : 'Nothing to take back on this image.');
    this.refocus();
  }

  async redo(): Promise<void> {
    const { state, saver, panel } = this.parts;
    if (state.draft.undone.length > 0) await this.change(redone(state.draft));
    else if (state.desk !== undefined && !isOpen(state.draft)) panel.say(await saver.redo(state.desk) ? 'Done again.' : 'Nothing to do again.');
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
    const { candidates, choice } = await decoder.preview(desk.image, [...promptsOf(draft), { kind: 'point', ...clickSpot(spot, desk.image), label: 1 }]) ?? { candidates: [], choice: 0 };
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

  setClass(id: number): void {
    const { state, panel } = this.parts;
    state.categoryId = id;
    panel.say(`Class ${state.project.categories.find((category) => category.id === id)?.name ?? id}.`);
    this.refresh();
  }

  /** The mask in work is right; or the proposal that is asked about. */
  async accept(): Promise<void> {
    const { state, effort, panel } = this.parts, { desk, draft } = state;
    if (desk === undefined || state.project.readOnly) return;
    effort.touch(true);
    if (!isOpen(draft)) {
      if (state.focus?.view.status === 'proposed') await this.judge({ kind: 'accept', maskId: state.focus.id });
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
    if (!await this.parts.saver.perform(desk, intent)) this.bringBack(desk, draft, mask);
    else panel.say('Saved.');
    this.refocus();
  }

  /** Rejects the mask in work that was there already, or the one that is looked at. */
  async reject(): Promise<void> {
    const { state, effort } = this.parts, maskId = state.draft.base?.maskId ?? state.focus?.id;
    if (maskId === undefined || state.project.readOnly) return;
    effort.touch(true);
    if (state.draft.base !== undefined) this.drop();
    await this.judge({ kind: 'reject', maskId });
  }

  /** Forgets the mask in work. */
  cancel(): void {
    this.drop();
    this.parts.state.corner = undefined;
    this.refocus();
  }

  /** Done or skipped, then the next image; `previous`: back to the one before, whose state stays. */
  async turnTo(how: 'done' | 'skipped' | 'previous'): Promise<void> {
    const { state, panel, saver, server, images, effort } = this.parts, { desk } = state;
    if (this.isTurning) return;
    if (isChanged(state.draft)) {
      panel.notice('A mask is not accepted yet: Enter accepts it, Esc drops it.');
      return;
    }
    const back = images.previous;
    if (how === 'previous' && back === undefined) {
      panel.say('This is the first image of this window.');
      return;
    }
    this.isTurning = true;
    try {
      this.drop();
      await saver.queue.settled();
      if (how !== 'previous' && desk !== undefined && !state.project.readOnly) await server.finish({ imageId: desk.image.id, revision: desk.image.revision, outcome: how, seconds: effort.take().seconds });
      await this.open(how === 'previous' ? back! : 'next');
    } catch (error) {
      panel.notice(messageOf(error));
    } finally {
      this.isTurning = false;
    }
  }

  /** Puts an image on the desk. Throws what the server refuses with. */
  async open(want: 'next' | number): Promise<void> {
    const { state, panel, images, saver, stage, effort, decoder } = this.parts;
    this.drop();
    state.focus = state.cross = undefined;
    state.isReady = false;
    saver.begin();
    const isThere = await images.take(want);
    effort.take();
    stage.fit();
    this.refocus();
    if (!isThere || state.desk === undefined) {
      panel.notice('Nothing is left to do. Every image is done, skipped, or in another window.', true);
      return;
    }
    panel.notice('');
    const { desk } = state;
    panel.say(`${desk.image.fileName}. ${desk.settled.all().length} masks. Preparing the model…`);
    try {
      await decoder.embed(desk.image, (waiting) => { if (state.desk === desk) panel.say(`Preparing this image for the model${waiting > 0 ? `: ${waiting} before it` : ''}… Brush and outline work already.`); });
      if (state.desk !== desk) return;
      state.isReady = true;
      panel.say(isJudging(state) ? 'Is this mask right? Enter accepts, X rejects, E corrects.' : 'Click an object.');
      if (promptsOf(state.draft).length > 0) await this.change(state.draft);
    } catch (error) {
      if (state.desk === desk) panel.notice(`The model cannot be used on this image: ${messageOf(error)} Brush and outline still work.`, true);
    }
  }

  /** Proposals are asked about one after another; elsewhere the pointer decides. */
  refocus(): void {
    const { state, stage, panel } = this.parts;
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

  private async judge(intent: Intent): Promise<void> {
    const { state, saver, panel } = this.parts;
    if (state.desk === undefined) return;
    if (await saver.perform(state.desk, intent)) panel.say(intent.kind === 'accept' ? 'Accepted.' : 'Rejected.');
    this.refocus();
  }

  private drop(): void {
    this.turn++;
    this.parts.state.draft = NO_DRAFT;
    this.showPreview(undefined);
  }

  /** A mask that was refused is not lost: it is in work again, as a new one where the one that it corrected has changed meanwhile. */
  private bringBack(desk: Desk, draft: Draft, mask: Rle): void {
    const { state, panel } = this.parts;
    if (state.desk !== desk || isOpen(state.draft)) {
      panel.notice('A mask could not be saved, and another is in work: it is lost.', true);
      return;
    }
    state.draft = draft.base === undefined ? draft : withStep(NO_DRAFT, { kind: 'brush', add: mask });
    this.refresh();
  }

  private async change(draft: Draft): Promise<void> {
    const { state, decoder, panel } = this.parts, { desk } = state, turn = ++this.turn, prompts: Prompted[] = promptsOf(draft);
    state.draft = draft;
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
      state.draft = answered(state.draft, candidates, choice);
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
