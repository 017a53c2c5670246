/** From one image to the next: what is on its way is saved first, what is in work is not left behind, and what was in work when the page was left is there again. */
import { messageOf } from '../../errors.js';
import { isChanged, promptsOf } from './draft.js';
import { keptDraft } from './memory.js';
import { isJudging } from './state.js';
import type { Work, WorkParts } from './work.js';

export class Turning {
  private isTurning = false;

  constructor(private readonly parts: WorkParts & { work: Work }) {}

  /** Done or skipped, then the next image; `previous`: back to the one before, whose state stays. */
  async turnTo(how: 'done' | 'skipped' | 'previous'): Promise<void> {
    const { state, panel, work, images, effort, catching } = this.parts, { desk } = state;
    if (this.isTurning) return;
    if (this.isInWork()) return;
    const back = images.previous;
    if (how === 'previous' && back === undefined) {
      panel.say('This is the first image of this window.');
      return;
    }
    this.isTurning = true;
    try {
      work.drop();
      await work.settled();
      if (this.isInWork()) return;
      if (how !== 'previous' && desk !== undefined && !state.project.readOnly) await catching.finish(desk, how, effort.take().seconds);
      await this.open(how === 'previous' ? back! : 'next');
    } catch (error) {
      panel.notice(messageOf(error));
    } finally {
      this.isTurning = false;
    }
  }

  /** Puts an image on the desk. Throws what the server refuses with. */
  async open(want: 'next' | number): Promise<void> {
    const { state, panel, work, images, saver, stage, effort, decoder } = this.parts;
    work.drop();
    state.focus = state.cross = undefined;
    state.isReady = false;
    saver.begin();
    const isThere = await images.take(want);
    effort.take();
    stage.fit();
    work.refocus();
    if (!isThere || state.desk === undefined) {
      panel.notice('Nothing is left to do. Every image is done, skipped, or in another window.', true);
      return;
    }
    panel.notice('');
    const { desk } = state, kept = state.project.readOnly ? undefined : keptDraft(state.project.name, desk.image, desk.settled);
    if (kept !== undefined) {
      state.categoryId = kept.categoryId;
      await work.change(kept.draft);
      panel.notice('The mask that you had begun is here again: Enter accepts it, Esc drops it.');
    }
    panel.say(`${desk.image.fileName}. ${desk.settled.all().length} masks. Preparing the model…`);
    try {
      await decoder.embed(desk.image, (waiting) => { if (state.desk === desk) panel.say(`Preparing this image for the model${waiting > 0 ? `: ${waiting} before it` : ''}… Brush and outline work already.`); });
      if (state.desk !== desk) return;
      state.isReady = true;
      panel.say(isJudging(state) ? 'Is this mask right? Enter accepts, X rejects, E corrects.' : 'Click an object.');
      if (promptsOf(state.draft).length > 0) await work.change(state.draft, kept?.choice);
    } catch (error) {
      if (state.desk === desk) panel.notice(`The model cannot be used on this image: ${messageOf(error)} Brush and outline still work.`, true);
    }
  }

  private isInWork(): boolean {
    const { state, panel } = this.parts, isIn = isChanged(state.draft);
    if (isIn) panel.notice('A mask is not accepted yet: Enter accepts it, Esc drops it.');
    return isIn;
  }
}
