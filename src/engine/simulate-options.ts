/** What the simulated annotator is like: how sure it must be of a mask, when it gives up, and how long each thing takes it. */
import { SESSION_OPTIONS } from '../models/session-options.js';
import type { OptionTable, OptionsOf } from '../options.js';
import type { STAGE_OF } from './schema.js';

/** Times are of the order that studies of annotation report (2.4 s to see and point at an object, 1.6 to 1.8 s to judge one); set your own people's to plan for them. */
export const SIMULATED_PERSON = {
  acceptIou: { kind: 'number', default: 0.85, min: 0.01, max: 1, summary: 'A mask is accepted when its IoU with the truth is at least this.' },
  correctIou: { kind: 'number', default: 0.5, min: 0, max: 1, summary: 'A proposal below --accept-iou is corrected when its IoU is at least this, else rejected.' },
  maxClicks: { kind: 'integer', default: 9, min: 1, max: 50, summary: 'Clicks on an object, after which it is given up.' },
  giveUp: { kind: 'choice', default: 'leave', choices: ['leave', 'paint'], summary: 'What becomes of an object that is given up: left without a mask, or painted by hand, exactly.' },
  seed: { kind: 'integer', default: 0, min: 0, summary: 'Seed of the times.' },
  secondsToFind: { kind: 'number', default: 2.4, min: 0, summary: 'To turn to the next object.', unit: 'seconds' },
  secondsPerClick: { kind: 'number', default: 2, min: 0, summary: 'For a click, and to look at what it gave.', unit: 'seconds' },
  secondsPerVerdict: { kind: 'number', default: 1.8, min: 0, summary: 'To judge a proposal.', unit: 'seconds' },
  secondsToPaint: { kind: 'number', default: 20, min: 0, summary: 'To paint a mask by hand.', unit: 'seconds' },
  secondsSpread: { kind: 'number', default: 0.3, min: 0, max: 2, summary: 'Spread of the times: standard deviation of their logarithm; their mean stays.' },
} as const satisfies OptionTable;

/** How long it works, and where. */
export const SIMULATED_WORK = {
  verdictsOnly: { kind: 'switch', default: false, summary: 'With --stage semi: proposals are judged and corrected, nothing is added, and the images are still to do.' },
  limit: { kind: 'integer', default: undefined, min: 1, summary: 'At most so many images. [default: all that are to do]' },
  minutes: { kind: 'number', default: undefined, min: 0, summary: 'Stop after the image with which so many minutes of the annotator\'s time are used up. [default: no end]' },
  split: { kind: 'choice', default: 'all', choices: ['all', 'train', 'val', 'test'], summary: 'Only images of one split.' },
  ...SESSION_OPTIONS,
} as const satisfies OptionTable;

export const SIMULATE_OPTIONS = {
  ...SIMULATED_PERSON, ...SIMULATED_WORK,
  annotator: { kind: 'text', default: 'simulated', value: 'NAME', summary: 'Who its masks and verdicts are by.' },
} as const satisfies OptionTable;

export type SimulateOptions = OptionsOf<typeof SIMULATE_OPTIONS> & { stage: keyof typeof STAGE_OF };
