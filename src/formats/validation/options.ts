/** What a user may decide about validating and repairing a dataset. */
import { DEFAULT_MAX_PIXELS } from '../../mask/mask-size.js';
import type { OptionTable, OptionsOf } from '../../options.js';

export const VALIDATE_OPTIONS = {
  maxErrors: { kind: 'integer', default: undefined, min: 0, summary: 'Exit 0 with up to N errors, and 7 with more. Without it any error exits 4.' },
  maxListed: { kind: 'integer', default: 100, min: 1, max: 10_000, summary: 'So many findings of each rule are listed; counts are always exact.' },
  decode: { kind: 'switch', default: true, summary: 'With --images: decode every image whole. Without it only headers are read.' },
  maxPixels: { kind: 'integer', default: DEFAULT_MAX_PIXELS, min: 1, unit: 'pixels', summary: 'Refuse masks and images of more pixels than this.' },
  vocBase: { kind: 'choice', default: 'one', choices: ['one', 'zero'], summary: 'Whether the coordinates of VOC files count from one or from zero.' },
} as const satisfies OptionTable;

export const FIX_OPTIONS = {
  fix: { kind: 'switch', default: false, summary: 'Write a repaired copy to --output: what the rules mark as fixable is put right, nothing is guessed.' },
  lenient: { kind: 'switch', default: false, summary: 'With --fix: write the copy even if errors cannot be repaired; records that cannot be read are left out and told.' },
  allowLossy: { kind: 'switch', default: false, summary: 'With --fix: write even if the format cannot hold all that the input says.' },
  force: { kind: 'switch', default: false, summary: 'With --fix: replace other content at the output.' },
  dryRun: { kind: 'switch', default: false, summary: 'With --fix: say what would be repaired, write nothing.' },
} as const satisfies OptionTable;

export type ValidateOptions = OptionsOf<typeof VALIDATE_OPTIONS>;
export type FixOptions = OptionsOf<typeof FIX_OPTIONS>;
