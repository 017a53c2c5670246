/** Findings of a long reading: all counted, the first of each rule kept, so that a million of them cost no memory. */
import type { Finding, Severity } from '../dataset/types.js';


export interface RuleCount { code: string; severity: Severity; count: number; shown: Finding[] }

export class FindingsKept {
  private readonly rules = new Map<string, RuleCount>();
  private muted = false;

  /** `shownEach`: so many findings of one rule are kept. */
  constructor(private readonly shownEach = 20) {}

  add(finding: Finding): void {
    if (this.muted) return;
    const { code, severity } = finding;
    const known = this.rules.get(code) ?? { code, severity, count: 0, shown: [] };
    this.rules.set(code, known);
    known.count++;
    if (known.shown.length < this.shownEach) known.shown.push(finding);
  }

  /** From here on nothing is counted: entries are read once more, and the same faults with them. */
  mute(): void {
    this.muted = true;
  }

  count(severity: Severity): number {
    return [...this.rules.values()].reduce((sum, rule) => sum + (rule.severity === severity ? rule.count : 0), 0);
  }

  /** In the order in which rules were first broken. */
  get byRule(): RuleCount[] {
    return [...this.rules.values()];
  }
}
