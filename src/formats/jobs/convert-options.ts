/** What a user may decide about reading and writing datasets. */
import { DEFAULT_MAX_PIXELS } from '../../mask/mask-size.js';
import type { OptionTable, OptionsOf } from '../../options.js';

export const READ_OPTIONS = {
  lenient: { kind: 'switch', default: false, summary: 'Leave out what is wrong, tell it, and go on.' },
  maxPixels: { kind: 'integer', default: DEFAULT_MAX_PIXELS, min: 1, unit: 'pixels', summary: 'Refuse masks of more pixels than this.' },
} as const satisfies OptionTable;

export const GEOMETRY_OPTIONS = {
  holes: { kind: 'choice', default: 'error', choices: ['bridge', 'drop', 'error'], summary: 'What becomes of holes where the output has polygons only: joined to the outline by a bridge of no width, filled, or an error.' },
  vocBase: { kind: 'choice', default: 'one', choices: ['one', 'zero'], summary: 'Whether the coordinates of VOC files count from one or from zero.' },
} as const satisfies OptionTable;

export const OUTPUT_OPTIONS = {
  allowLossy: { kind: 'switch', default: false, summary: 'Write even if the output cannot hold all that the input says.' },
  force: { kind: 'switch', default: false, summary: 'Replace other content at the output.' },
  dryRun: { kind: 'switch', default: false, summary: 'Read and check everything, say what would be lost, write nothing.' },
} as const satisfies OptionTable;

export type ConvertOptions = OptionsOf<typeof READ_OPTIONS> & OptionsOf<typeof GEOMETRY_OPTIONS> & OptionsOf<typeof OUTPUT_OPTIONS>;
