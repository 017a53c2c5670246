/** How a recording is done again. */
import type { OptionTable } from '../options.js';

export const REPLAY_OPTIONS = {
  replayMasks: {
    kind: 'choice', default: 'auto', choices: ['auto', 'recorded', 'decoded'],
    summary: 'With --replay: masks as they were recorded, or decoded anew by the project\'s model from the prompts; auto decodes those that another model had helped with.',
  },
} as const satisfies OptionTable;
