/** What a folder run came to, for a person and for `--json`: counts, errors grouped, the exit code, and what to do next. */
import { EXIT_CODES, plainError, printableName } from '../errors.js';
import type { SegmentAllPlan } from '../folder/segment-all.js';
import type { FolderSummary } from '../folder/spec.js';
import { flagName } from '../options.js';
import type { Outcome } from './base-command.js';

/** `flags`: the command's own. */
export function folderOutcome(result: FolderSummary, plan: SegmentAllPlan, flags: { profile: boolean }): Outcome {
  const { summary, stopped } = result;
  const errors = [...result.errors, ...(stopped === undefined ? [] : [plainError(stopped)])];
  const exitCode = stopped?.exitCode ?? (summary.failed > 0 ? EXIT_CODES.item : 0);
  const details = flags.profile ? { seconds: result.seconds } : {};
  const dryRun = plan.spec.dryRun === true;
  return {
    summary: { ...summary, ...details, ...(dryRun ? { planned: result.planned } : {}) }, outputs: result.outputs, warnings: result.warnings, errors, exitCode,
    closing: [...(flags.profile ? profileLines(result.seconds) : []), ...closingLines(result, plan)],
    ...(dryRun && result.planned.length > 0 ? { text: result.planned.map(printableName).join('\n') } : {}),
  };
}

/** What there is now, and what a person does next. */
function closingLines({ summary, stopped, planned }: FolderSummary, plan: SegmentAllPlan): string[] {
  const { images, done, skipped, failed, masks } = summary;
  const where = printableName(plan.spec.output);
  const all = counted(images, 'image');
  if (plan.spec.dryRun === true) return [`Would mask ${planned.length} of ${all} into ${where}; nothing was written.`];
  // the error itself tells how far it came and how to go on
  if (stopped !== undefined) return [];
  const counts = [`${done} masked`, ...(skipped > 0 ? [`${skipped} already there`] : []), ...(failed > 0 ? [`${failed} failed`] : [])].join(', ');
  const hint = failed > 0 ? ' The same command tries the failed ones again.' : masks === 0 && images > 0 ? noMasksHint(plan) : '';
  return [`${all}: ${counts}; ${counted(masks, 'mask')} in ${where}.${hint}`];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function noMasksHint({ generator }: SegmentAllPlan): string {
  return ` No mask passed --pred-iou-thresh ${generator.predIouThresh} and --stability-score-thresh ${generator.stabilityScoreThresh}; lower them to see more.`;
}

function profileLines(seconds: Record<string, number>): string[] {
  const rows = Object.entries(seconds).sort(([, a], [, b]) => b - a).map(([stage, value]) => `  ${stage.padEnd(10)} ${value.toFixed(3).padStart(9)} s`);
  return ['Seconds by stage, summed over workers (a stage that waits for the model overlaps the others):', ...rows];
}

/** For `--verbose`: the model and every option in force, with where its value comes from. */
export function describePlan(plan: SegmentAllPlan): string[] {
  const { model, generator, workers, threads } = plan;
  const typed = plan.typed;
  const options = Object.entries(generator).filter(([, value]) => value !== undefined).map(([key, value]) => {
    const source = typed.includes(key) ? 'flag' : plan.fromModel.includes(key) ? 'model.json' : 'default';
    return `  --${flagName(key)} ${value} (${source})`;
  });
  return [`model ${printableName(model.name)} (${model.origin}), ${counted(workers, 'worker')}, ${counted(threads, 'thread')} each`, ...options];
}
