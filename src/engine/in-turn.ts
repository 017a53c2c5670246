/** Things that finish in any order and are to be done in theirs. */

/** Nothing waits: what comes early is kept until those before it have come. */
export class InTurn {
  private readonly early = new Map<number, () => void>();
  private turn = 0;

  /** `index`: from 0, each once. `act` is called now or from a later call. */
  arrive(index: number, act: () => void): void {
    this.early.set(index, act);
    for (let next = this.early.get(this.turn); next !== undefined; next = this.early.get(this.turn)) {
      this.early.delete(this.turn++);
      next();
    }
  }
}
