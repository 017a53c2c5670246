/** What a user may decide about reading images. */
import type { OptionTable, OptionsOf } from '../options.js';

export const IMAGE_OPTIONS = {
  maxPixels: {
    kind: 'integer', default: 2 ** 28, min: 1, unit: 'pixels',
    summary: 'Refuse images whose header promises more pixels than this.',
  },
  lenient: {
    kind: 'switch', default: false,
    summary: 'Decode what there is of truncated or damaged images, with a warning, instead of failing them.',
  },
} as const satisfies OptionTable;

export type ImageOptions = OptionsOf<typeof IMAGE_OPTIONS>;
