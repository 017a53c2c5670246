/** What the server remembers of the pages that speak to it: whether a page is still there, and what of all that it sent is the latest. In memory: a page of before the start says again what it needs. */
import type { Socket } from 'node:net';

/** Tabs that are remembered. */
const MAX_TABS = 1000;

/** What is known of a connection: whether the other side has hung up. */
export type Line = Pick<Socket, 'readableEnded' | 'errored'>;

/** `line`: that which it was last heard over. `visit`: the page's time in which it claimed last; `step`: the highest number that a draft of that visit had. */
interface Tab { line?: Line; visit?: string; step: number; place?: string }

export class Tabs {
  private readonly tabs = new Map<string, Tab>();

  /** Whatever a tab asks, it is there. */
  heard(tab: string, line: Line): void {
    this.of(tab).line = line;
  }

  /**
   * Whether a tab is known to be there no more: a browser that ends, however it ends, hangs up, while one that only says nothing is hung up on by the server. A tab that was not heard since
   * the server began counts as gone.
   */
  isGone(tab: string): boolean {
    const line = this.tabs.get(tab)?.line;
    return line === undefined || line.readableEnded || line.errored !== null;
  }

  /** The page claims: what it sent when it was loaded before is past. */
  begin(tab: string, visit: string): void {
    const known = this.of(tab);
    if (known.visit !== visit) Object.assign(known, { visit, step: 0 });
  }

  /** What a page sends when it goes may arrive after what it sends when it is there again. */
  isPast(tab: string, visit: string): boolean {
    return (this.tabs.get(tab)?.visit ?? visit) !== visit;
  }

  /** Whether a draft of number `step` comes after a later one. */
  isLate(tab: string, visit: string, step: number): boolean {
    return this.isPast(tab, visit) || step <= (this.tabs.get(tab)?.step ?? 0);
  }

  /** The draft of number `step` is done with: earlier ones come too late now. */
  reached(tab: string, visit: string, step: number): void {
    this.begin(tab, visit);
    this.of(tab).step = step;
  }

  /** Where a tab that only looks is: the name of its image. */
  placeOf(tab: string): string | undefined {
    return this.tabs.get(tab)?.place;
  }

  standsAt(tab: string, place: string | undefined): void {
    if (place === undefined) delete this.of(tab).place;
    else this.of(tab).place = place;
  }

  /** The tab that was heard of longest ago is forgotten where there are too many. */
  private of(tab: string): Tab {
    const known = this.tabs.get(tab) ?? { step: 0 };
    this.tabs.delete(tab);
    this.tabs.set(tab, known);
    for (const oldest of this.tabs.keys()) if (this.tabs.size > MAX_TABS) this.tabs.delete(oldest);
    return known;
  }
}
