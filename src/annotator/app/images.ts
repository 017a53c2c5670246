/** Which image is on the desk: claimed, renewed, finished, and what comes next fetched ahead. */
import type { ClaimAnswer, ImageView } from '../api.js';
import type { Decoder } from './decoder.js';
import { Picture, wholeImage } from './picture.js';
import type { Trouble } from './saves.js';
import { NotNow, Refused, type Server } from './server.js';
import { Settled } from './settled.js';
import type { Desk, PageState } from './state.js';

/** Images fetched ahead. */
const AHEAD = 2;
/** Milliseconds between two renewals, at most: the server hears so that this page is still there. */
const RENEWAL = 30_000;

export class Images {
  private readonly ahead = new Map<number, Promise<ImageBitmap>>();
  /** Images that this tab has had, in their order. */
  private readonly visited: number[] = [];
  /** What somebody was done with before this one. */
  private before: number | undefined;
  private renewing: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly state: PageState, private readonly server: Server, private readonly decoder: Decoder, private readonly onTile: () => void, private readonly onLost: (message: string) => void, private readonly onAway: (trouble: Trouble | undefined) => void) {}

  /** The image before this one in this tab; before its first, those that people were done with earlier. */
  get previous(): number | undefined {
    const { visited, before } = this, at = visited.indexOf(this.state.desk?.image.id ?? -1), earlier = before === undefined || visited.includes(before) ? undefined : before;
    return (at < 0 ? visited.at(-1) : visited[at - 1]) ?? earlier;
  }

  /** Claims an image and puts it on the desk. False: there is nothing left to do. Throws what the server refuses with. */
  async take(want: 'next' | number): Promise<boolean> {
    const answer = await this.server.claim(want), isEarlier = want === this.before;
    this.state.project.counts = answer.counts;
    this.before = answer.before;
    const before = this.state.desk;
    this.state.desk = answer.image === null ? undefined : await this.deskOf(answer.image);
    before?.picture.close();
    this.fetchAhead(answer);
    clearInterval(this.renewing);
    if (answer.image === null) {
      sessionStorage.removeItem('image');
      return false;
    }
    const { id, expiresIn } = answer.image;
    sessionStorage.setItem('image', String(id));
    if (!this.visited.includes(id)) this.visited[isEarlier ? 'unshift' : 'push'](id);
    this.renewing = setInterval(() => { void this.renew(); }, Math.min(RENEWAL, Math.max(1000, expiresIn / 3)));
    return true;
  }

  /** Claims the image on the desk once more, and takes over what became of its masks. Throws what the server refuses with: another has it now. */
  async again(desk: Desk): Promise<void> {
    const { image } = await this.server.claim(desk.image.id);
    if (image === null) return;
    desk.image.revision = image.revision;
    desk.settled.takeOver(image.masks);
  }

  /** The image that this tab had before it was loaded again. */
  static remembered(): number | undefined {
    const id = Number(sessionStorage.getItem('image') ?? NaN);
    return Number.isInteger(id) ? id : undefined;
  }

  private async deskOf(image: ImageView): Promise<Desk> {
    const whole = await (this.ahead.get(image.id) ?? wholeImage(image.id));
    this.ahead.delete(image.id);
    return { image, picture: new Picture(image, whole, this.state.project.tileSide, this.onTile), settled: new Settled(image, image.masks), coming: new Set(), refused: [] };
  }

  private fetchAhead({ next }: ClaimAnswer): void {
    const wanted = next.slice(0, AHEAD);
    for (const [id, bitmap] of this.ahead) {
      if (wanted.includes(id)) continue;
      this.ahead.delete(id);
      void bitmap.then((image) => { image.close(); }, () => undefined);
    }
    for (const id of wanted) {
      if (this.ahead.has(id)) continue;
      const coming = wholeImage(id);
      // what cannot be had ahead is asked for again, and told of, when it is its turn
      coming.catch(() => { this.ahead.delete(id); });
      this.ahead.set(id, coming);
      this.decoder.embed({ id, width: 1, height: 1 }).catch(() => undefined);
    }
  }

  /** A window that slept for too long takes its image again, unless another has it by now. */
  private async renew(): Promise<void> {
    try {
      await this.server.renew();
      this.onAway(undefined);
    } catch (error) {
      const { desk } = this.state;
      // no answer is no refusal: the claim may still be there
      this.onAway(error instanceof NotNow ? error : undefined);
      if (desk === undefined || !(error instanceof Refused)) return;
      await this.again(desk).then(this.onTile, (refusal: unknown) => { if (refusal instanceof Refused) this.onLost(refusal.message); });
    }
  }
}
