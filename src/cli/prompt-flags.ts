/** Prompts as a person types them: `--point x,y[,1|0]` and `--box x0,y0,x1,y1`. */
import { SamError } from '../errors.js';
import type { PromptRequest } from '../folder/predict-options.js';
import type { Box } from '../geometry/box.js';
import type { PromptPoint } from '../models/predict.js';

/** One image and the flags of its prompts, or a file with the prompts of many. Throws `usage/option` for neither and for both. */
export function refuseMixture(image: string | undefined, flags: Readonly<Record<string, unknown>>): void {
  const isOne = image !== undefined;
  if (isOne === (flags['prompts'] !== undefined)) throw new SamError('usage/option', 'Give one IMAGE, or --prompts FILE for many; see --help.');
  const stray = (isOne ? ['images', 'workers'] : ['point', 'box', 'mask-input', 'mask-index', 'save-logits']).find((flag) => flags[flag] !== undefined);
  if (stray !== undefined) throw new SamError('usage/option', isOne ? `--${stray} belongs to --prompts, not to one IMAGE.` : `--${stray} belongs to one IMAGE; the records of --prompts say it themselves.`);
}

/** Points join a single box, or are one prompt of their own; several boxes are several prompts. Throws `usage/option`. */
export function promptsFromFlags(points: readonly string[], boxes: readonly string[]): PromptRequest[] {
  const [joined, prompts] = [points.map(pointOf), boxes.map((text) => ({ box: boxOf(text) }))];
  if (joined.length === 0) return prompts;
  if (prompts.length > 1) throw new SamError('usage/option', 'Points join a single box, and there are several --box; give each its own points in a --prompts file.');
  return [{ ...prompts[0], points: joined }];
}

function pointOf(text: string): PromptPoint {
  const [x, y, label = 1, ...more] = numbersOf(text);
  if (x === undefined || y === undefined || more.length > 0) throw expected('--point', 'x,y or x,y,1 or x,y,0', text);
  if (label !== 1 && label !== 0) throw expected('--point', 'the label 1 (of the object) or 0 (not of it)', text);
  return { x, y, label };
}

function boxOf(text: string): Box {
  const [x0, y0, x1, y1, ...more] = numbersOf(text);
  if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined || more.length > 0) throw expected('--box', 'x0,y0,x1,y1', text);
  if (x1 <= x0 || y1 <= y0) throw expected('--box', 'the left, top, right and bottom edge, with an area between them', text);
  return { x0, y0, x1, y1 };
}

/** None where one of them is no plain decimal number. */
function numbersOf(text: string): number[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.every((part) => /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(part)) ? parts.map(Number) : [];
}

function expected(flag: string, what: string, found: string): SamError {
  return new SamError('usage/option', `${flag} expects ${what}, got "${found}".`);
}
