/** A list of doubles that grows: eight bytes a number, where an array of a million records would be a hundred megabytes of objects. */

export class NumberList {
  private values = new Float64Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Float64Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  /** The number at `i`, which is below `length`. */
  at(i: number): number {
    return this.values[i]!;
  }

  set(i: number, value: number): void {
    this.values[i] = value;
  }

  /** A view of the numbers, good until the next `push`. */
  view(): Float64Array {
    return this.values.subarray(0, this.length);
  }
}

/** The values that stand more than once, in rising order. */
export function repeatedValues(values: Float64Array): number[] {
  const sorted = values.slice().sort();
  const repeated: number[] = [];
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] === sorted[i - 1] && repeated.at(-1) !== sorted[i]) repeated.push(sorted[i]!);
  }
  return repeated;
}
