/** What a user may decide about how pictures look. */
import type { OptionTable, OptionsOf } from '../options.js';

export const COLOUR_OPTIONS = {
  by: { kind: 'choice', default: 'instance', choices: ['instance', 'category', 'area', 'score'], summary: 'What the colours mean: objects apart, categories apart, or how large or how sure.' },
  scoreFrom: { kind: 'number', default: 0.5, min: 0, max: 0.99, summary: 'The score at the low end of the colours of --by score; the high end is 1.' },
} as const satisfies OptionTable;

export const OVERLAY_OPTIONS = {
  ...COLOUR_OPTIONS,
  alpha: { kind: 'number', default: 0.45, min: 0, max: 1, summary: 'How much of a mask\'s colour covers the image: 0 shows edges only, 1 hides the image.' },
  edge: { kind: 'integer', default: undefined, min: 0, max: 64, unit: 'pixels', summary: 'Width of the masks\' edges, which lie inside the masks; from the image\'s size where it is not given.' },
  boxes: { kind: 'switch', default: false, summary: 'Draw every object\'s box; one that has no mask has its box drawn anyway.' },
  points: { kind: 'switch', default: false, summary: 'Draw the points that masks were prompted with.' },
  labels: { kind: 'text', default: undefined, value: 'PARTS', summary: 'What labels say: category, score, id, area, with commas; where it is not given, scores, and categories if the dataset has several.' },
  noLabels: { kind: 'switch', default: false, summary: 'Draw no labels.' },
  maxLabels: { kind: 'integer', default: undefined, min: 0, summary: 'Label so many objects of an image, the largest; where it is not given, until labels cover an eighth of it. Labels that find no free place are left out.' },
  textSize: { kind: 'integer', default: undefined, min: 6, max: 400, unit: 'pixels', summary: 'Height of the letters; from the image\'s size where it is not given.' },
  noLegend: { kind: 'switch', default: false, summary: 'Put no strip below the picture that explains its colours.' },
} as const satisfies OptionTable;

export type OverlayOptions = OptionsOf<typeof OVERLAY_OPTIONS>;
