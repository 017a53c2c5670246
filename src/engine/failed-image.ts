/** An image whose work failed: counted, told, and kept among the problems; the others go on. */
import { plainError, type PlainError, type SamError } from '../errors.js';
import type { ProgressMeter } from '../folder/progress.js';
import type { FolderRunOptions } from '../folder/spec.js';

/** Changes `report` and `meter`, and tells `events` of it. */
export function imageFailed(fileName: string, error: SamError, report: { failed: number; problems: PlainError[] }, meter: ProgressMeter, events: FolderRunOptions['events']): void {
  report.problems.push({ ...plainError(error), file: fileName });
  report.failed++;
  meter.count('failed', 0);
  events?.({ kind: 'imageFailed', fileName, error, progress: meter.progress });
}
