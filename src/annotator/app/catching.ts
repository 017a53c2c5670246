/** Saving where others were faster: a claim that ran out is taken again, what others did meanwhile is shown, and what was drawn here stays in work over it. */
import type { FinishRequest } from '../api.js';
import { messageOf, SamError } from '../../errors.js';
import type { Rle } from '../../mask/rle.js';
import { draftOver, NO_DRAFT, withStep, type Draft } from './draft.js';
import type { Intent } from './deeds.js';
import type { Images } from './images.js';
import type { Saver } from './saver.js';
import { Refused, type Server } from './server.js';
import type { Desk } from './state.js';

export const isConflict = (error: unknown): boolean => error instanceof Refused && error.status === 409;

export class Catching {
  constructor(private readonly parts: { saver: Saver; server: Server; images: Images }) {}

  /** Returns how many other masks came back. Throws what it was refused with in the end: another has the image, or has changed the mask. */
  async save(desk: Desk, intent: Intent): Promise<number> {
    const { saver } = this.parts, id = intent.kind === 'add' ? undefined : intent.maskId;
    const revisionOf = (): number | undefined => (id === undefined ? undefined : desk.settled.get(id)?.view.revision);
    const read = intent.revision ?? revisionOf();
    try {
      return await saver.perform(desk, intent);
    } catch (error) {
      await this.claimAgain(desk, error);
      // else only the claim had run out
      if (revisionOf() !== read) throw error;
      return await saver.perform(desk, intent);
    }
  }

  /** Takes the image's claim again where a no was about that. Throws that no for any other, and where another has the image. */
  async claimAgain(desk: Desk, error: unknown): Promise<void> {
    if (!isConflict(error)) throw error;
    await this.parts.images.again(desk);
  }

  /** The image is done, skipped or to do. Throws `engine/conflict` where others have worked on it since it was read, and what the server refuses with. */
  async finish(desk: Desk, outcome: FinishRequest['outcome'], seconds: number): Promise<void> {
    const { server } = this.parts, { id, revision } = desk.image;
    try {
      await server.finish({ imageId: id, revision, outcome, seconds });
    } catch (error) {
      await this.claimAgain(desk, error);
      if (desk.image.revision !== revision) throw new SamError('engine/conflict', 'Others have worked on this image meanwhile. Look at what they did, then go on.', { cause: error });
      await server.finish({ imageId: id, revision, outcome, seconds });
    }
  }

  /** A refused mask as it is in work again, and what to say of it. */
  backInWork(desk: Desk, draft: Draft, mask: Rle, error: unknown): { draft: Draft; message: string } {
    const { base } = draft, theirs = base === undefined ? undefined : desk.settled.heirOf(base.maskId);
    const isChanged = base !== undefined && isConflict(error) && (theirs?.id !== base.maskId || theirs.view.revision !== base.revision);
    if (!isChanged) return { draft, message: `${messageOf(error)} Your mask is still in work: Enter tries again.` };
    if (theirs === undefined) {
      return { draft: withStep(NO_DRAFT, { kind: 'brush', add: mask }), message: 'Somebody else took this mask away meanwhile. Yours is still in work: Enter saves it as a new one, Esc drops it.' };
    }
    const { id: maskId, rle, view: { revision, categoryId } } = theirs;
    return { draft: draftOver({ maskId, revision, rle, categoryId }, mask), message: 'Somebody else changed this mask meanwhile; theirs is saved. Yours is in work over it: Enter puts it in its place, Esc leaves theirs.' };
  }
}
