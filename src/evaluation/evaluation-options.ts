/** What `evaluate masks` can be asked, and what must be reached. */
import { SamError } from '../errors.js';
import { flagName, type OptionTable, type SomeOf } from '../options.js';
import { IOU_TYPES, type EvaluationResult, type IouType } from './mask-evaluation.js';

export const MASK_EVALUATION_OPTIONS = {
  iouType: { kind: 'text', default: 'segm,bbox', value: 'TYPE,...', summary: 'What is compared: segm (masks), bbox, boundary.' },
  classAgnostic: { kind: 'switch', default: false, summary: 'Compare everything with everything, whatever the categories.' },
  maxDets: { kind: 'text', default: '1,10,100', value: 'N,...', summary: 'Best detections of an image and category that count; AP is of the last.' },
  missingScore: { kind: 'number', default: undefined, summary: 'The score of predictions that have none; results must have theirs. [default: an error]' },
  onlyPredicted: { kind: 'switch', default: false, summary: 'Leave out images that PRED does not list, or has no result for.' },
  perCategory: { kind: 'switch', default: false, summary: 'Also tell AP and AR of each category.' },
  force: { kind: 'switch', default: false, summary: 'Overwrite an output with other content.' },
  dryRun: { kind: 'switch', default: false, summary: 'Evaluate and report, write nothing.' },
} as const satisfies OptionTable;

/** Exit 7 where one is not met. AP and AR are those of the first --iou-type. */
export const MASK_THRESHOLDS = {
  minAp: { kind: 'number', default: undefined, min: 0, max: 1, summary: 'Least AP of the first --iou-type; exit 7 below it.' },
  minAp50: { kind: 'number', default: undefined, min: 0, max: 1, summary: 'Least AP at IoU 0.50, likewise.' },
  minAp75: { kind: 'number', default: undefined, min: 0, max: 1, summary: 'Least AP at IoU 0.75, likewise.' },
  minAr: { kind: 'number', default: undefined, min: 0, max: 1, summary: 'Least AR with the most detections of --max-dets, likewise.' },
  minIou: { kind: 'number', default: undefined, min: 0, max: 1, summary: 'Least mean IoU, whatever the categories, likewise.' },
} as const satisfies OptionTable;

export type MaskThresholds = SomeOf<typeof MASK_THRESHOLDS>;

/** `segm,bbox` as types, each once. Throws `usage/option`. */
export function iouTypesOf(text: string): IouType[] {
  const names = text.split(',').map((name) => name.trim());
  const types = IOU_TYPES.filter((type) => names.includes(type));
  const unknown = names.find((name) => !types.some((type) => type === name));
  if (unknown !== undefined || types.length < names.length) throw new SamError('usage/option', `--iou-type expects some of ${IOU_TYPES.join(', ')}, each once, got "${text}".`);
  return names.flatMap((name) => types.filter((type) => type === name));
}

/** `1,10,100` as numbers. Throws `usage/option`. */
export function maxDetsOf(text: string): number[] {
  const numbers = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : NaN));
  if (numbers.length > 8 || numbers.some((most, i) => !Number.isSafeInteger(most) || most < 1 || (i > 0 && most <= numbers[i - 1]!))) {
    throw new SamError('usage/option', `--max-dets expects up to 8 whole numbers from 1 that rise, got "${text}".`);
  }
  return numbers;
}

/** pycocotools divides a first hit by 1 + 2^-52: what it calls 0.9999999999999998 is 1. */
const ROUNDING = 1e-9;

/** A sentence for each threshold that is not met; what is undefined (-1) does not meet any. */
export function unmetThresholds(thresholds: MaskThresholds, { types, agnostic }: EvaluationResult): string[] {
  const first = types[0];
  const { AP, AP50, AP75 } = first?.summary ?? {};
  const AR = first?.summary[`AR${first.result.maxDets.at(-1)!}`];
  const values: Record<keyof typeof MASK_THRESHOLDS, number | undefined> = { minAp: AP, minAp50: AP50, minAp75: AP75, minAr: AR, minIou: agnostic?.meanIou };
  return Object.entries(values).flatMap(([key, value = -1]) => {
    // the keys are the table's own
    const least = thresholds[key as keyof MaskThresholds];
    if (least === undefined || value >= least - ROUNDING) return [];
    return [`--${flagName(key)} ${least} is not met: it is ${value < 0 ? 'undefined, there is nothing to be found' : value.toFixed(4)}.`];
  });
}
