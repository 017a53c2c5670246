/** What `predict` came to, for a person and for `--json`: masks with their scores, records left out, and the exit code. */
import { EXIT_CODES, plainError, printableName } from '../errors.js';
import type { PredictImageReport } from '../folder/predict-image.js';
import type { PredictImagesReport } from '../folder/predict-images.js';
import type { Outcome } from './base-command.js';
import { issueOf } from './issue.js';

/** One image. */
export function predictImageOutcome(report: PredictImageReport, image: string, output: string): Outcome {
  const { prompts, masks, outputs, warnings, result } = report;
  const where = printableName(output);
  const scores = masks.map(({ prompt, mask, predictedIou }) => `${prompts > 1 || masks.length > 1 ? `${prompt}-${mask}: ` : ''}${predictedIou.toFixed(3)}`).join(', ');
  const what = `${masks.length === 1 ? 'One mask' : `${masks.length} masks`} (predicted IoU ${scores})`;
  const closing = result === 'written' ? `${what} in ${where}.` : result === 'same' ? `${what}: ${where} is just that already.` : `Would write ${what.toLowerCase()} to ${where}; nothing was written.`;
  return {
    summary: { images: 1, prompts, masks: masks.length, result, scores: masks.map(({ prompt, mask, predictedIou }) => ({ prompt, mask, predicted_iou: predictedIou })) },
    outputs: result === 'would-be-written' ? [] : outputs,
    warnings: warnings.map((message) => ({ code: 'image/remark', message, file: image })), closing: [closing],
  };
}

/** Many images, by a prompts file. */
export function predictImagesOutcome({ prompts, errors, run }: PredictImagesReport, output: string, dryRun: boolean): Outcome {
  const stopped = run?.stopped;
  const issues = [...errors.map((error) => issueOf(error, [])), ...(run?.errors ?? []), ...(stopped === undefined ? [] : [plainError(stopped)])];
  const { images, done, skipped, failed, masks } = run?.summary ?? { images: 0, done: 0, skipped: 0, failed: 0, masks: 0 };
  const left = errors.length === 0 ? '' : ` ${errors.length} of ${prompts} prompts ${errors.length === 1 ? 'was' : 'were'} left out.`;
  const counts = [`${done} done`, ...(skipped > 0 ? [`${skipped} already there`] : []), ...(failed > 0 ? [`${failed} failed`] : [])].join(', ');
  const closing = dryRun ? `Would predict on ${run?.planned.length ?? 0} of ${images} images; nothing was written.${left}`
    : `${images} image${images === 1 ? '' : 's'}: ${counts}; ${masks} mask${masks === 1 ? '' : 's'} in ${printableName(output)}.${left}`;
  return {
    summary: { images, done, skipped, failed, prompts, leftOut: errors.length, masks, ...(dryRun ? { planned: run?.planned ?? [] } : {}) },
    outputs: run?.outputs ?? [], warnings: run?.warnings ?? [], errors: issues,
    exitCode: stopped?.exitCode ?? (issues.length > 0 ? EXIT_CODES.item : 0),
    // an error that ended the run tells itself how far it came
    closing: stopped === undefined ? [closing] : [],
  };
}
