/** The page's side of the worker. A preview that is no longer wanted is never sent: one is under way, and only the newest waits. */
import type { ImageView, ProjectView } from '../api.js';
import { SamError } from '../../errors.js';
import { questionOf, type Base, type Candidate, type Prompted } from './draft.js';
import type { WorkerAnswer, WorkerRequest } from './protocol.js';

export interface Predicted { candidates: Candidate[]; choice: number }
type Pending = { resolve: (answer: WorkerAnswer) => void; reject: (error: SamError) => void; onWaiting: ((waiting: number) => void) | undefined };
type Ask = WorkerRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;
type Frame = Pick<ImageView, 'id' | 'width' | 'height'>;

export class Decoder {
  private readonly worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;
  private opening: Promise<unknown> = Promise.resolve();
  private latest: { key: string; coming: Promise<Predicted> } | undefined;
  private previewing = false;
  private nextPreview: (() => void) | undefined;

  constructor() {
    // the worker sends nothing else
    this.worker.addEventListener('message', (event: MessageEvent<WorkerAnswer>) => { this.settle(event.data); });
    this.worker.addEventListener('error', (event) => {
      for (const { reject } of this.pending.values()) reject(new SamError('model/run', event.message || 'The model could not be started in this browser.'));
      this.pending.clear();
    });
  }

  /** Begins to open the model; what comes of it is told to whoever waits for an image. */
  open(model: ProjectView['model']): void {
    this.opening = this.ask({ kind: 'model', model });
    this.opening.catch(() => undefined);
  }

  /** Resolves when prompts for the image can be answered. `onWaiting`: how many images are before it. */
  async embed({ id, width, height }: Frame, onWaiting?: (waiting: number) => void): Promise<void> {
    const embedding = this.ask({ kind: 'embed', image: id, width, height }, onWaiting);
    await Promise.all([this.opening, embedding]);
  }

  /** A click where the pointer rested has been asked for already, as a preview: that answer, or the one on its way, is taken. `base`: the mask that is corrected. */
  predict(frame: Frame, prompts: Prompted[], base?: Base): Promise<Predicted> {
    const question = questionOf(prompts), key = JSON.stringify([frame.id, question, base?.maskId, base?.revision]);
    if (this.latest?.key === key) return this.latest.coming;
    const coming = this.decode(frame, question, base), latest = { key, coming };
    this.latest = latest;
    coming.catch(() => { if (this.latest === latest) this.latest = undefined; });
    return coming;
  }

  /** Resolves when the last question is answered, or failed. */
  async settled(): Promise<void> {
    await this.latest?.coming.catch(() => undefined);
  }

  private async decode({ id, width, height }: Frame, prompts: Prompted[], base: Base | undefined): Promise<Predicted> {
    const wire = base === undefined ? undefined : { key: `${base.maskId} ${base.revision}`, counts: Uint32Array.from(base.rle.counts) };
    const answer = await this.ask({ kind: 'decode', image: id, width, height, prompts, base: wire });
    if (answer.kind !== 'masks') throw new SamError('internal/worker-protocol', `Masks were asked for, found ${answer.kind}.`);
    return { choice: answer.choice, candidates: answer.candidates.map(({ counts, ...scores }) => ({ ...scores, rle: { width, height, counts } })) };
  }

  /** As `predict`, to be looked at only: `undefined` for all but the newest of those that were asked for meanwhile, and where it fails. */
  async preview(frame: Frame, prompts: Prompted[], base?: Base): Promise<Predicted | undefined> {
    if (this.previewing) {
      const isNewest = await new Promise<boolean>((resolve) => {
        this.dropPreview();
        this.nextPreview = () => { resolve(true); };
        this.dropped = () => { resolve(false); };
      });
      if (!isNewest) return undefined;
    }
    this.previewing = true;
    try {
      return await this.predict(frame, prompts, base);
    } catch {
      return undefined;
    } finally {
      this.previewing = false;
      const next = this.nextPreview;
      this.nextPreview = this.dropped = undefined;
      next?.();
    }
  }

  private dropped: (() => void) | undefined;

  /** The preview that waits is not wanted any more. */
  dropPreview(): void {
    this.dropped?.();
    this.nextPreview = this.dropped = undefined;
  }

  private ask(request: Ask, onWaiting?: (waiting: number) => void): Promise<WorkerAnswer> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject, onWaiting });
      this.worker.postMessage({ ...request, id });
    });
  }

  private settle(answer: WorkerAnswer): void {
    const pending = this.pending.get(answer.id);
    if (pending === undefined) return;
    if (answer.kind === 'waiting') {
      pending.onWaiting?.(answer.waiting);
      return;
    }
    this.pending.delete(answer.id);
    if (answer.kind === 'failed') pending.reject(new SamError('model/run', answer.message));
    else pending.resolve(answer);
  }
}
