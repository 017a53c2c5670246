/** The masks of an image that are on the disk, by id, as the server last told them. */
import type { MaskView, SaveAction, SaveAnswer } from '../api.js';
import type { ImageSize } from '../../geometry/size.js';
import type { Rle } from '../../mask/rle.js';
import { rleFromString } from '../../mask/rle-string.js';
import { runEnds, type Pointable, type RunEnds } from './hit.js';

/** A mask with its runs read; the ends of the runs only once it is pointed at. */
export class Shown implements Pointable {
  readonly rle: Rle;
  private ends: RunEnds | undefined;

  constructor(readonly view: MaskView, image: ImageSize) {
    this.rle = rleFromString(view.counts, image.width, image.height);
  }

  get id(): number { return this.view.id; }
  get box(): MaskView['box'] { return this.view.box; }
  get area(): number { return this.view.area; }
  get runs(): RunEnds { return this.ends ??= runEnds(this.rle); }
}

export class Settled {
  private readonly masks = new Map<number, Shown>();
  /** Rises with every change, for what is drawn from them. */
  version = 0;

  constructor(private readonly image: ImageSize, views: readonly MaskView[]) {
    this.takeOver(views);
  }

  /** The masks as the server has them now; those that are as they were stay the same objects. */
  takeOver(views: readonly MaskView[]): void {
    const before = new Map(this.masks);
    this.masks.clear();
    for (const view of views) {
      const known = before.get(view.id);
      this.masks.set(view.id, known?.view.revision === view.revision ? known : new Shown(view, this.image));
    }
    this.version++;
  }

  /** The mask that stands in the place of another one now: itself, or the last that replaced it. */
  heirOf(id: number): Shown | undefined {
    const next = this.all().find(({ view }) => view.supersedes === id);
    return this.get(id) ?? next;
  }

  get(id: number): Shown | undefined {
    return this.masks.get(id);
  }

  all(): Shown[] {
    return [...this.masks.values()];
  }

  /** What is left to be judged, the most confident first. */
  proposals(): Shown[] {
    const score = ({ view }: Shown): number => view.score ?? view.predictedIou ?? 0;
    return this.all().filter(({ view }) => view.status === 'proposed').sort((a, b) => score(b) - score(a) || a.id - b.id);
  }

  /** Takes over what a saved action changed. */
  apply(action: SaveAction, { mask, gone, others = [] }: SaveAnswer): void {
    for (const id of gone) this.masks.delete(id);
    for (const other of others) this.masks.set(other.id, new Shown(other, this.image));
    if (mask !== null) this.masks.set(mask.id, new Shown(mask, this.image));
    else if (action.kind !== 'add') this.masks.delete(action.maskId);
    this.version++;
  }
}
