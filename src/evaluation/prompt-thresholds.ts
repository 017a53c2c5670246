/** Which of the thresholds that were asked for an evaluation with prompts does not meet. */
import { flagName, type SomeOf } from '../options.js';
import type { PROMPT_THRESHOLDS } from './prompt-options.js';
import type { PromptScores } from './prompt-scores.js';

export type PromptThresholds = SomeOf<typeof PROMPT_THRESHOLDS>;

const VALUES: Record<keyof typeof PROMPT_THRESHOLDS, (scores: PromptScores) => number | undefined> = {
  minBoxIou: ({ box }) => box,
  minNoisyBoxIou: ({ noisyBox }) => noisyBox,
  minClickIou: ({ top }) => top.iou[0],
  minBestClickIou: ({ best }) => best.iou[0],
  minLastClickIou: ({ top }) => top.iou[top.iou.length - 1],
  maxNoc85: ({ top }) => top.noc[85].mean,
  maxNoc90: ({ top }) => top.noc[90].mean,
};

/** A sentence for each threshold that is not met; what could not be measured does not meet any. */
export function unmetThresholds(thresholds: PromptThresholds, scores: PromptScores | null): string[] {
  return Object.entries(VALUES).flatMap(([key, valueOf]) => {
    // the keys are the table's own
    const wanted = thresholds[key as keyof PromptThresholds];
    if (wanted === undefined) return [];
    const value = scores === null ? undefined : valueOf(scores);
    if (value === undefined) return [`--${flagName(key)} ${wanted} is not met: it was not measured.`];
    const isMet = key.startsWith('min') ? value >= wanted : value <= wanted;
    return isMet ? [] : [`--${flagName(key)} ${wanted} is not met: it is ${value.toFixed(4)}.`];
  });
}
