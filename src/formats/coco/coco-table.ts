/** Where the records of a COCO file lie: byte ranges and ids in typed arrays, and the annotations of each image found by counting. */
import { NumberList, repeatedValues } from '../number-list.js';

/** Record `i` is element `i` of its list in the file; one that was left out has the owner -1. */
export class RecordTable {
  private readonly starts = new NumberList();
  private readonly ends = new NumberList();
  private readonly idList = new NumberList();
  /** For an annotation the id of its image, for an image 0; -1 for what was left out. */
  private readonly owners = new NumberList();

  get length(): number {
    return this.starts.length;
  }

  add(start: number, end: number, id: number, owner: number): void {
    this.starts.push(start);
    this.ends.push(end);
    this.idList.push(id);
    this.owners.push(owner);
  }

  /** A record that counts as an element and nothing else. */
  addLeftOut(start: number, end: number): void {
    this.add(start, end, NaN, -1);
  }

  leaveOut(i: number): void {
    this.owners.set(i, -1);
  }

  isLeftOut(i: number): boolean {
    return this.owners.at(i) === -1;
  }

  start(i: number): number {
    return this.starts.at(i);
  }

  end(i: number): number {
    return this.ends.at(i);
  }

  id(i: number): number {
    return this.idList.at(i);
  }

  owner(i: number): number {
    return this.owners.at(i);
  }

  /** Every record but the first of those that share an id, in file order. */
  repeats(): number[] {
    const repeated = new Set(repeatedValues(this.idList.view()));
    if (repeated.size === 0) return [];
    const seen = new Set<number>();
    const found: number[] = [];
    for (let i = 0; i < this.length; i++) {
      const id = this.id(i);
      if (this.isLeftOut(i) || !repeated.has(id)) continue;
      if (seen.has(id)) found.push(i);
      seen.add(id);
    }
    return found;
  }

  /** Numbers of the records that were not left out, in file order. */
  kept(): Uint32Array {
    const kept = new Uint32Array(this.length);
    let count = 0;
    for (let i = 0; i < this.length; i++) if (!this.isLeftOut(i)) kept[count++] = i;
    return kept.subarray(0, count);
  }
}

/** Records by the place of their owner: those of place `p` are `order[first[p]] ... order[first[p + 1] - 1]`, in file order. */
export interface Groups { order: Uint32Array; first: Uint32Array }

/** `placeOf`: the place of an owner's id, below `places`; a record whose owner has none is given to `unknown` and left out. */
export function groupByOwner(table: RecordTable, places: number, placeOf: (id: number) => number | undefined, unknown: (record: number) => void): Groups {
  const first = new Uint32Array(places + 1);
  for (let i = 0; i < table.length; i++) {
    if (table.isLeftOut(i)) continue;
    const place = placeOf(table.owner(i));
    if (place === undefined) {
      unknown(i);
      table.leaveOut(i);
    } else first[place + 1]!++;
  }
  for (let p = 0; p < places; p++) first[p + 1]! += first[p]!;
  const next = first.slice();
  const order = new Uint32Array(first[places]!);
  for (let i = 0; i < table.length; i++) {
    if (!table.isLeftOut(i)) order[next[placeOf(table.owner(i))!]!++] = i;
  }
  return { order, first };
}
