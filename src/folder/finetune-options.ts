/** What a user may decide about fine-tuning, what it is asked, and what it comes to. */
import type { FormatName } from '../formats/format.js';
import type { Environment } from '../models/cache-dir.js';
import type { OptionTable, SomeOf } from '../options.js';
import type { ChildStops } from './child-group.js';
import type { TrainingSet } from './finetune-dataset.js';
import type { TrainingPython } from './training-python.js';

/** How it learns; the data engine's rounds have these, too. */
export const TRAINING_OPTIONS = {
  minutes: { kind: 'number', default: 5, min: 0.01, max: 100_000, unit: 'minutes', summary: 'How long it learns; measuring before and after comes on top.' },
  part: { kind: 'choice', default: 'all', choices: ['all', 'decoder'], summary: 'What learns: all of the model, or only its decoder, which is quicker.' },
  seed: { kind: 'integer', default: 1, min: 0, max: 2 ** 31 - 1, summary: 'Which images are held back, and in which order the others are looked at.' },
  steps: { kind: 'integer', default: undefined, min: 1, max: 1_000_000_000, summary: 'Stop after so many steps, if the minutes last: then the same input gives the same model on the same machine.' },
  threads: { kind: 'integer', default: undefined, min: 1, max: 1024, summary: 'Threads that it computes with; as many as there are cores where it is not given.' },
} as const satisfies OptionTable;

export const FINETUNE_OPTIONS = {
  ...TRAINING_OPTIONS,
  validation: { kind: 'number', default: 0.2, min: 0.01, max: 0.9, summary: 'Share of the images that is held back to measure on; never more than 100.' },
  incomplete: { kind: 'switch', default: false, summary: 'The dataset leaves things of interest without a mask. Else what lies beside all masks is learnt to be nothing.' },
  lenient: { kind: 'switch', default: false, summary: 'Leave out records and images that do not fit, tell it, and go on.' },
  dryRun: { kind: 'switch', default: false, summary: 'Check dataset, model and Python; train and write nothing.' },
} as const satisfies OptionTable;

export interface FinetuneRequest {
  /** In any format that is read. */
  dataset: string;
  /** Folder of the images. */
  images: string;
  /** Folder to make. */
  output: string;
  from?: FormatName | undefined;
  model?: string | undefined;
  /** A program, or the folder of a virtual environment. */
  python?: string | undefined;
  /** What the model is called; like its folder where it is not given. */
  name?: string | undefined;
  env: Environment;
  options?: SomeOf<typeof FINETUNE_OPTIONS>;
}

export interface FinetuneRun extends ChildStops {
  /** Told what the training program says, line by line. */
  tell?: ((line: string) => void) | undefined;
}

/** Mean IoU on what was held back: with boxes; with one click, of the mask with the highest score and of the best of three. */
export interface Measured { box: number; top: number; best: number }

/** What the training program prints at its end. */
export interface Tuned { pictures: number; heldBack: number; steps: number; before: Measured; after: Measured; isBetter: boolean }

/** `tuned`: missing in a dry run. `output` is there where it is better. */
export interface FinetuneReport { parent: { name: string; sha256: string }; dataset: TrainingSet; python: TrainingPython; output: string; tuned?: Tuned }
