/** What `predict` is asked for: its options, and a prompt with its place and its own settings. */
import type { Prompt } from '../models/predict.js';
import { SESSION_OPTIONS } from '../models/session-options.js';
import type { OptionTable, OptionsOf } from '../options.js';

export const PREDICT_FORMATS = ['png', 'rle', 'cutout', 'overlay'] as const;
export type PredictFormat = (typeof PREDICT_FORMATS)[number];

/** Rounds of refinement that a prompt may ask for. */
export const MOST_ROUNDS = 10;

export const PREDICT_OPTIONS = {
  format: { kind: 'choice', default: 'png', choices: PREDICT_FORMATS, summary: 'png: black and white; rle: one JSON with scores; cutout: the object, the rest transparent; overlay: the mask and its prompt on the image.' },
  multimask: { kind: 'switch', default: false, summary: 'Three masks for each prompt instead of one: whole, part, subpart.' },
  refine: { kind: 'integer', default: 0, min: 0, max: MOST_ROUNDS, summary: 'How often the best mask\'s logits are fed back; the last round gives one mask.' },
  threads: SESSION_OPTIONS.threads,
  force: { kind: 'switch', default: false, summary: 'Overwrite outputs with other content; accept changed options.' },
  dryRun: { kind: 'switch', default: false, summary: 'Check everything and write nothing.' },
} as const satisfies OptionTable;

/** For `--prompts` alone: a run over many images. */
export const PREDICT_RUN_OPTIONS = {
  workers: { kind: 'integer', default: undefined, min: 1, max: 1024, summary: 'For --prompts: worker processes; from cores, memory and the model\'s size where it is not given.' },
  resume: { kind: 'switch', default: true, summary: 'For --prompts: skip images whose outputs are there, whole, and made of the same bytes, prompts and options.' },
} as const satisfies OptionTable;

export type PredictOptionValues = OptionsOf<typeof PREDICT_OPTIONS>;

/** A prompt with what may be decided for it alone; what is absent is the option's. */
export interface PromptRequest extends Prompt { multimask?: boolean; refine?: number }

/** A prompt that has been checked. `number`: its place among those of its image, from 0; outputs are named by it. */
export interface NumberedPrompt extends Prompt { number: number; multimask: boolean; refine: number }
