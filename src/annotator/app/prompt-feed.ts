/**
 * Prompts as the decoder's input and its answer as masks: what `predict` does with the same prompts and earlier logits, number for number, on the toolkit's own
 * way from low-resolution logits to runs.
 */
import type { ProjectView } from '../api.js';
import { inputSizeOf, type ImageSize } from '../../geometry/size.js';
import { LogitsScanner } from '../../mask/logits.js';
import { logitsFrame } from '../../mask/logits-frame.js';
import type { Candidate, Prompted } from './draft.js';

/** Logits above this are mask; stability is measured this far around it, as the generator does. */
const THRESHOLD = 0, MARGIN = 1;
/** Point, background or padding, and the corners of a box. */
const PADDING = -1, FIRST_CORNER = 2, LAST_CORNER = 3;

/** `coords`: `Float32Array`, points x 2, pixels of the model's input frame; `labels`: points. */
export interface PromptFeed { points: number; coords: Float32Array; labels: Float32Array }

/** Points first (`first` before the others), then the box's corners, or a padding point where there is no box. */
export function promptFeed(prompts: readonly Prompted[], image: ImageSize, inputSide: number, first?: { x: number; y: number; label: 0 | 1 }): PromptFeed {
  const input = inputSizeOf(image, inputSide), scaleX = input.width / image.width, scaleY = input.height / image.height;
  const points = [...first === undefined ? [] : [first], ...prompts.flatMap((prompt) => (prompt.kind === 'point' ? [prompt] : []))];
  const rows = points.map(({ x, y, label }): [number, number, number] => [x * scaleX, y * scaleY, label]);
  const box = prompts.find((prompt) => prompt.kind === 'box');
  if (box === undefined) rows.push([0, 0, PADDING]);
  else rows.push([box.x0 * scaleX, box.y0 * scaleY, FIRST_CORNER], [box.x1 * scaleX, box.y1 * scaleY, LAST_CORNER]);
  return { points: rows.length, coords: Float32Array.from(rows.flatMap(([x, y]) => [x, y])), labels: Float32Array.from(rows, ([, , label]) => label) };
}

/** A single point may mean a part, a whole or what is between; more than that means one thing. */
export function isAmbiguous(prompts: readonly Prompted[]): boolean {
  return prompts.length === 1 && prompts[0]!.kind === 'point';
}

/** Which of the decoder's masks a person is offered. `tokens`: their places in its answer; `choice`: which of those to begin with. */
export interface Offer { tokens: number[]; choice: number }

/** At most three, by 1, 3 or 4 scores. With four, the first is the single mask of several prompts: it comes first for those, before the best of the others. */
export function offerOf(iou: Float32Array, ambiguous: boolean): Offer {
  const first = iou.length === 4 ? 1 : 0;
  const several = Array.from({ length: iou.length - first }, (_, i) => i + first);
  if (!ambiguous && first === 1) return { tokens: [0, ...several.sort((a, b) => iou[b]! - iou[a]!).slice(0, 2)], choice: 0 };
  return { tokens: several, choice: several.reduce((a, b) => (iou[b]! > iou[a]! ? b : a)) - first };
}

export class MaskReader {
  private readonly scanner: LogitsScanner;

  constructor({ maskSide, inputSide }: ProjectView['model'], private readonly image: ImageSize) {
    this.scanner = new LogitsScanner(logitsFrame(maskSide, inputSide, inputSizeOf(image, inputSide), image));
  }

  /** The masks of `tokens`. `iou`: a score a token; `logits`: as many masks, maskSide x maskSide each. */
  candidates(iou: Float32Array, logits: Float32Array, tokens: readonly number[]): Candidate[] {
    return tokens.map((token) => this.candidate(iou, logits, token));
  }

  private candidate(iou: Float32Array, logits: Float32Array, token: number): Candidate {
    const offset = token * this.scanner.frame.maskSide ** 2;
    return {
      rle: this.scanner.outline(logits, offset, THRESHOLD, { x: 0, y: 0, image: this.image }).rle,
      predictedIou: Math.min(1, Math.max(0, iou[token]!)), stabilityScore: this.scanner.stabilityScore(logits, offset, THRESHOLD, MARGIN),
    };
  }
}
