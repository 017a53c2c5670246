/** The generator's options with Meta's defaults (`SamAutomaticMaskGenerator.__init__`), and what this toolkit adds. Declared once, here. */
import type { OptionTable, OptionsOf } from '../options.js';

export const GENERATOR_OPTIONS = {
  pointsPerSide: { kind: 'integer', default: 32, min: 1, max: 512, summary: 'Points along one side of the grid; the grid has its square.' },
  pointsPerBatch: { kind: 'integer', default: undefined, min: 1, max: 4096, summary: 'Prompts in one run of the decoder; a constant of the model where it is not given.' },
  predIouThresh: { kind: 'number', default: 0.88, min: 0, max: 1, summary: 'Keep masks whose predicted IoU is above this.' },
  stabilityScoreThresh: { kind: 'number', default: 0.95, min: 0, max: 1, summary: 'Keep masks whose stability score is at least this.' },
  stabilityScoreOffset: { kind: 'number', default: 1, min: 0, summary: 'How far the threshold is moved to measure stability.', unit: 'logits' },
  boxNmsThresh: { kind: 'number', default: 0.7, min: 0, max: 1, summary: 'Box IoU above which the lesser of two masks of a crop is dropped.' },
  cropNLayers: { kind: 'integer', default: 0, min: 0, max: 6, summary: 'Layers of crops to run on besides the whole image; layer i has 4^i crops.' },
  cropNmsThresh: { kind: 'number', default: 0.7, min: 0, max: 1, summary: 'Box IoU above which the mask of the larger of two crops is dropped.' },
  cropOverlapRatio: { kind: 'number', default: 512 / 1500, min: 0, max: 1, summary: 'Overlap of the first layer\'s crops, as a fraction of the image\'s short side.' },
  cropNPointsDownscaleFactor: { kind: 'integer', default: 1, min: 1, summary: 'Points per side are divided by this to the power of the layer.' },
  minMaskRegionArea: { kind: 'integer', default: 0, min: 0, summary: 'Fill holes and remove islands smaller than this.', unit: 'pixels' },
  maskNmsThresh: { kind: 'number', default: undefined, min: 0, max: 1, summary: 'Drop a mask whose IoU with an earlier record is above this; off where it is not given.' },
  minArea: { kind: 'number', default: 0, min: 0, max: 1, summary: 'Drop masks smaller than this fraction of the image.' },
  maxArea: { kind: 'number', default: 1, min: 0, max: 1, summary: 'Drop masks larger than this fraction of the image.' },
} as const satisfies OptionTable;

export type GeneratorOptions = OptionsOf<typeof GENERATOR_OPTIONS>;
