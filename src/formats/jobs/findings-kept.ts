/** Findings of a long reading: all counted, the first of each rule kept, so that a million of them cost no memory. */
import type { Finding, Severity } from '../../dataset/types.js';

export interface RuleCount { code: string; severity: Severity; count: number; shown: Finding[] }

export class FindingsKept {
  private readonly rules = new Map<string, RuleCount>();
  private muted = false;

  /** `shownEach`: so many findings of one rule are kept. */
  constructor(private readonly shownEach = 20) {}

  add(finding: Finding): void {
    this.addLazily(finding.code, finding.severity, () => finding);
  }

  /** As `add`, for a finding that costs something to make: it is made only to be kept. */
  addLazily(code: string, severity: Severity, make: () => Finding): void {
    if (this.muted) return;
    const rule = this.rule(code, severity);
    rule.count++;
    if (rule.shown.length < this.shownEach) rule.shown.push(make());
  }

  /** All that was added to another. */
  addAll(other: FindingsKept): void {
    for (const { code, severity, count, shown } of other.rules.values()) {
      const rule = this.rule(code, severity);
      rule.count += count;
      rule.shown.push(...shown.slice(0, this.shownEach - rule.shown.length));
    }
  }

  private rule(code: string, severity: Severity): RuleCount {
    const known = this.rules.get(code) ?? { code, severity, count: 0, shown: [] };
    this.rules.set(code, known);
    return known;
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
