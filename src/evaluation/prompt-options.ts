/** What `evaluate prompts` can be asked: how many clicks, on which regions, and what must be reached. */
import { SESSION_OPTIONS } from '../models/session-options.js';
import type { OptionTable } from '../options.js';

export const PROMPT_EVALUATION_OPTIONS = {
  clicks: { kind: 'integer', default: 9, min: 1, max: 20, summary: 'Clicks on each region; also what a region counts in NoC that never gets there.' },
  maxRegionsPerImage: { kind: 'integer', default: undefined, min: 1, summary: 'At most so many regions an image, drawn by the seed. [default: all]' },
  limit: { kind: 'integer', default: undefined, min: 1, summary: 'Only the first so many images that have a region. [default: all]' },
  seed: { kind: 'integer', default: 0, min: 0, summary: 'Seed of the noise on boxes and of --max-regions-per-image.' },
  ...SESSION_OPTIONS,
  force: { kind: 'switch', default: false, summary: 'Overwrite outputs with other content.' },
  dryRun: { kind: 'switch', default: false, summary: 'Read the annotations and find the images; ask no model, write nothing.' },
} as const satisfies OptionTable;

/** What must be reached over all regions; exit 7 where it is not. */
export const PROMPT_THRESHOLDS = {
  minBoxIou: { kind: 'number', default: undefined, min: 0, max: 1, summary: 'Least mean IoU with boxes.' },
  minNoisyBoxIou: { kind: 'number', default: undefined, min: 0, max: 1, summary: 'Least mean IoU with noisy boxes.' },
  minClickIou: { kind: 'number', default: undefined, min: 0, max: 1, summary: 'Least mean IoU after one click, top-scored mask.' },
  minBestClickIou: { kind: 'number', default: undefined, min: 0, max: 1, summary: 'Least mean IoU after one click, best of three masks.' },
  minLastClickIou: { kind: 'number', default: undefined, min: 0, max: 1, summary: 'Least mean IoU after the last click, top-scored mask first.' },
  maxNoc85: { kind: 'number', default: undefined, min: 1, summary: 'Most clicks to 85 % IoU in the mean.' },
  maxNoc90: { kind: 'number', default: undefined, min: 1, summary: 'Most clicks to 90 % IoU in the mean.' },
} as const satisfies OptionTable;
