/** From one image to the next: what is on its way is saved first, what is in work is not left behind, and what was in work when the page was left is there again. */
import { messageOf } from '../../errors.js';
import { isChanged, promptsOf } from './draft.js';
import { draftFrom } from './memory.js';
import { ONLY_LOOKING } from './sentences.js';
import { isJudging, type Desk } from './state.js';
import type { Work, WorkParts } from './work.js';

export class Turning {
  private isTurning = false;
  private warned: { imageId: number | undefined; count: number } | undefined;

  constructor(private readonly parts: WorkParts & { work: Work }) {}

  /** Done or skipped, then the next image; `previous`: back to the one before, whose state stays. */
  async turnTo(how: 'done' | 'skipped' | 'previous'): Promise<void> {
    const { state, panel, work, images, effort, catching, keeper } = this.parts, { desk } = state;
    if (this.isTurning) return;
    if (this.isInWork() || (how === 'done' && this.leavesProposals())) return;
    const back = images.previous;
    if (how === 'previous' && back === undefined) {
      panel.say('There is no image before this one.');
      return;
    }
    this.isTurning = true;
    try {
      work.drop();
      await work.settled();
      if (this.isInWork()) return;
      if (how === 'previous') await keeper.settled();
      else keeper.end();
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
    const { state, panel, work, images, saver, stage, effort } = this.parts;
    work.drop();
    state.focus = state.cross = undefined;
    state.isReady = false;
    saver.begin();
    const isThere = await images.take(want);
    effort.take();
    stage.fit();
    work.refocus();
    if (!isThere || state.desk === undefined) {
      panel.say('');
      panel.notice('Nothing is left to do: every image is done, skipped, or in another window. Next looks again; sam engine next says what comes now.', true);
      return;
    }
    panel.notice('');
    const { desk } = state, { draft } = desk.image, last = draft?.steps.at(-1);
    if (draft !== undefined) {
      state.categoryId = draft.categoryId;
      state.draft = draftFrom(draft, desk.image, desk.settled);
      // what it had cost until then, as far as the steps tell
      effort.giveBack({ seconds: last?.at ?? 0, clicks: draft.steps.length });
      await work.ask();
      panel.notice('The mask that you had begun is here again: Enter accepts it, Esc drops it.');
    }
    const masks = desk.settled.all().length;
    panel.say(`${desk.image.fileName}. ${masks} ${masks === 1 ? 'mask' : 'masks'}. Preparing the model…`);
    // not waited for: whoever only looks turns on meanwhile
    void this.prepare(desk);
  }

  /** Has the model ready for the image, as long as it is on the desk. */
  private async prepare(desk: Desk): Promise<void> {
    const { state, panel, work, decoder } = this.parts;
    try {
      await decoder.embed(desk.image, (waiting) => { if (state.desk === desk) panel.say(`Preparing this image for the model${waiting > 0 ? `: ${waiting} before it` : ''}… Brush and outline work already.`); });
      if (state.desk !== desk) return;
      state.isReady = true;
      if (isJudging(state)) work.report('');
      else panel.say(state.project.readOnly ? ONLY_LOOKING : 'Click an object.');
      if (promptsOf(state.draft).length > 0) await work.ask();
    } catch (error) {
      if (state.desk === desk) panel.notice(`The model cannot be used on this image: ${messageOf(error)} Brush and outline still work.`, true);
    }
  }

  /** Says so once for so many. */
  private leavesProposals(): boolean {
    const { desk, project } = this.parts.state, count = project.stage === 'semi' && !project.readOnly ? desk?.settled.proposals().length ?? 0 : 0;
    if (count === 0 || (this.warned?.imageId === desk?.image.id && this.warned?.count === count)) return false;
    this.warned = { imageId: desk?.image.id, count };
    this.parts.panel.notice(`${count} ${count === 1 ? 'proposal is' : 'proposals are'} not judged yet. N once more goes on without.`);
    return true;
  }

  private isInWork(): boolean {
    const { state, panel } = this.parts, isIn = isChanged(state.draft);
    if (isIn) panel.notice('A mask is not accepted yet: Enter accepts it, Esc drops it.');
    return isIn;
  }
}
