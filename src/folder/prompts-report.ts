/** What an evaluation with prompts is asked and what it came to; as a JSON file, and as a picture of its curves. */
import type { SamError } from '../errors.js';
import type { PROMPT_EVALUATION_OPTIONS } from '../evaluation/prompt-options.js';
import type { PromptScores, ScoresBySize } from '../evaluation/prompt-scores.js';
import type { PromptThresholds } from '../evaluation/prompt-thresholds.js';
import { drawLineChart } from '../draw/chart.js';
import { numberText } from '../draw/chart-scale.js';
import type { RuleCount } from '../formats/jobs/findings-kept.js';
import type { FormatName } from '../formats/format.js';
import type { IMAGE_OPTIONS } from '../image/options.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { Environment } from '../models/cache-dir.js';
import type { SomeOf } from '../options.js';
import type { FolderWarning } from './spec.js';

export interface PromptsRequest {
  /** The dataset with the true regions: any format that can be read. */
  annotations: string;
  /** Folder of the images. */
  images: string;
  /** Detected where it is not given. */
  from?: FormatName | undefined;
  instances?: string | undefined;
  /** A JSON file with the ids of the annotations that count: `[1, 2]` or `{"annotation_ids": [1, 2]}`. */
  regions?: string | undefined;
  model?: string | undefined;
  env: Environment;
  /** JSON file to write. */
  output?: string | undefined;
  /** PNG file to draw. */
  plot?: string | undefined;
  options: SomeOf<typeof PROMPT_EVALUATION_OPTIONS>;
  thresholds: PromptThresholds;
  image: SomeOf<typeof IMAGE_OPTIONS>;
}

/** One thing that cost an image or a region; a fault of ours keeps its stack. */
export interface PromptsIssue { code: string; message: string; file?: string; record?: string; stack?: string }

export interface PromptsReport {
  model: { name: string; sha256: string };
  /** How prompts were made: `maxRegionsPerImage` and `limit` are null for all. */
  protocol: { clicks: number; seed: number; maxRegionsPerImage: number | null; limit: number | null; noise: { deviation: number; most: number } };
  /** Images that have a region, and those of them that could not be worked on. */
  images: number;
  failed: number;
  /** Annotations that are groups of objects, and those without a mask that could be found. */
  leftOut: { crowds: number; refused: number };
  /** Missing in a dry run. */
  scores?: ScoresBySize;
  /** Sentences of thresholds that are not met. */
  unmet: string[];
  /** Bytewise by image, then in the order of its annotations. */
  errors: PromptsIssue[];
  warnings: FolderWarning[];
  /** What reading the annotations found. */
  findings: RuleCount[];
  /** Files that are in place. */
  outputs: string[];
  /** Why files are not in place, with the scores known all the same. */
  outputError?: SamError;
}

/** What stands in `--output` and in the summary of `--json`. */
export function numbersOf({ model, protocol, images, failed, leftOut, scores }: PromptsReport): Record<string, unknown> {
  return { model, protocol, images, failed, leftOut, ...(scores === undefined ? {} : { scores }) };
}

/** The file of `--output`: ends with a newline. */
export function reportJson(report: PromptsReport): string {
  return `${JSON.stringify({ schema: 1, command: 'evaluate prompts', ...numbersOf(report) }, null, 2)}\n`;
}

/** Mean IoU after each click, with the top-scored and with the best first mask, and the levels of boxes. */
export function reportChart({ model, protocol }: PromptsReport, all: PromptScores): RgbImage {
  const points = (iou: readonly number[]): [number, number][] => iou.map((value, i) => [i + 1, value]);
  return drawLineChart({
    title: `Mean IoU by clicks: ${model.name}, ${numberText(all.regions, 0)} regions`, xLabel: 'clicks', yLabel: 'mean IoU',
    yTicks: [0, 0.2, 0.4, 0.6, 0.8, 1], xTicks: protocol.clicks === 1 ? [0, 1, 2] : points(all.top.iou).map(([x]) => x),
    series: [{ name: 'best of three masks first', points: points(all.best.iou) }, { name: 'top-scored mask first', points: points(all.top.iou) }],
    levels: [...(all.box === undefined ? [] : [{ name: 'box', value: all.box }]), ...(all.noisyBox === undefined ? [] : [{ name: 'noisy box', value: all.noisyBox }])],
  });
}
