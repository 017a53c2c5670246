/** What a person reads when the annotator was stopped. */
import { typedName } from '../errors.js';
import type { AssistReport } from '../annotator/assist.js';
import type { Outcome } from './base-command.js';
import { counted } from './written-outcome.js';

export function assistOutcome({ folder, stage, model, before, after, seconds }: AssistReport): Outcome {
  const made = after.masks - before.masks, done = after.done - before.done;
  return {
    summary: { stage, model, images: after.images, done: after.done, skipped: after.skipped, masks: after.masks, newMasks: made, newDone: done, seconds: Math.round(seconds) },
    outputs: [folder],
    closing: [`Stopped; all is saved. ${counted(made, 'more mask')}, ${counted(done, 'more image')} done; ${after.done} of ${counted(after.images, 'image')} in all. Where it stands: sam engine status ${typedName(folder)}`],
  };
}
