/** What a folder run came to, for a person and for `--json`: counts, errors grouped, the exit code, and what to do next. */
import { EXIT_CODES, plainError, printableName } from '../errors.js';
import type { SegmentAllPlan } from '../folder/segment-all.js';
import type { FolderSummary } from '../folder/spec.js';
import { flagName } from '../options.js';
import type { Issue, Outcome } from './base-command.js';

/** `flags`: the command's own, for `--profile`, `--quiet` and `--dry-run`. */
export function folderOutcome(result: FolderSummary, plan: SegmentAllPlan, flags: { profile: boolean; quiet: boolean; json: boolean }): Outcome {
  const { summary, stopped } = result;
  const errors: Issue[] = [...result.errors, ...(stopped === undefined ? [] : [plainError(stopped)])];
  const warnings: Issue[] = result.warnings.map((warning) => ({ code: 'image/remark', ...warning }));
  const exitCode = stopped?.exitCode ?? (summary.failed > 0 ? EXIT_CODES.item : 0);
  const details = flags.profile ? { seconds: result.seconds } : {};
  const dryRun = plan.spec.dryRun === true;
  if (!flags.quiet && !flags.json) {
    if (flags.profile) process.stderr.write(profileText(result.seconds));
    process.stderr.write(`${closingLine(result, plan)}\n`);
  }
  return {
    summary: { ...summary, ...details, ...(dryRun ? { planned: result.planned } : {}) }, outputs: result.outputs, warnings, errors, exitCode,
    ...(dryRun ? { text: result.planned.map(printableName).join('\n') } : {}),
  };
}

/** The last line: what there is now, and what a person does next. */
function closingLine({ summary, stopped }: FolderSummary, plan: SegmentAllPlan): string {
  const { images, done, skipped, failed, masks } = summary;
  const where = printableName(plan.spec.output);
  if (plan.spec.dryRun === true) return `Would mask ${images - skipped} of ${images} images into ${where}; nothing was written.`;
  if (stopped !== undefined) return `Stopped: ${done + skipped} of ${images} images are finished in ${where}. The same command goes on from here.`;
  const counts = [`${done} masked`, ...(skipped > 0 ? [`${skipped} already there`] : []), ...(failed > 0 ? [`${failed} failed`] : [])].join(', ');
  const hint = failed > 0 ? ' The same command tries the failed ones again.' : masks === 0 && images > 0 ? noMasksHint(plan) : '';
  return `${images} images: ${counts}; ${masks} masks in ${where}.${hint}`;
}

function noMasksHint({ generator }: SegmentAllPlan): string {
  return ` No mask passed --pred-iou-thresh ${generator.predIouThresh} and --stability-score-thresh ${generator.stabilityScoreThresh}; lower them to see more.`;
}

function profileText(seconds: Record<string, number>): string {
  const rows = Object.entries(seconds).sort(([, a], [, b]) => b - a).map(([stage, value]) => `  ${stage.padEnd(10)} ${value.toFixed(3).padStart(9)} s`);
  return `Seconds by stage, summed over workers (a stage that waits for the model overlaps the others):\n${rows.join('\n')}\n`;
}

/** For `--verbose`: the model and every option in force, with where its value comes from. */
export function describePlan(plan: SegmentAllPlan): string[] {
  const { model, generator, workers, threads } = plan;
  const typed = plan.typed;
  const options = Object.entries(generator).filter(([, value]) => value !== undefined).map(([key, value]) => {
    const source = typed.includes(key) ? 'flag' : plan.fromModel.includes(key) ? 'model.json' : 'default';
    return `  --${flagName(key)} ${value} (${source})`;
  });
  return [`model ${model.name} (${model.origin}), ${workers} workers, ${threads} threads each`, ...options];
}
