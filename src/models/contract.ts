/**
 * The contracts that encoder and decoder graphs follow (`docs/models.md` has the table): recognised from the graphs' names, types and
 * shapes, never from a file name. Adapters (`f1.ts`, `f2.ts`) speak each contract; everything else speaks the types of this file.
 */
import type { PlainTensor } from './session-protocol.js';

export type ContractName = 'F1' | 'F2';

/** How an encoder wants its pixels: normalised and padded by the caller, or resized RGB 0..255 that the graph normalises and pads. */
export type EncoderInput = 'nchw-normalised' | 'hwc-rgb255';

/** What two graphs turned out to be. Sides are in pixels. */
export interface ModelSpec {
  contract: ContractName;
  encoderInput: EncoderInput;
  /** Side of the model's square input, e.g. 1024. */
  inputSide: number;
  /** Side of the square mask logits, e.g. 256. */
  maskSide: number;
  /** 3, or 1 for a decoder that returns only its pick. */
  masksPerPrompt: number;
  /** True where one run takes many prompts. */
  batched: boolean;
  takesBoxes: boolean;
  takesMaskInput: boolean;
  /** Prompts a run by default: a constant of the model's size and this version, so that results never depend on a clock. */
  pointsPerBatch: number;
}

/** Prompts of one shape. `coords`: `Float32Array`, count x points x 2, pixels of the model's input frame; `labels`: count x points. */
export interface PromptBatch {
  count: number;
  points: number;
  coords: Float32Array;
  /** 1 foreground, 0 background, 2 and 3 a box's corners. Padding points are the adapter's business. */
  labels: Float32Array;
  /** Low-res logits of an earlier prediction, count x maskSide x maskSide. */
  maskInput?: Float32Array;
}

/**
 * A decoder's answer. Mask m of prompt i stands at index i * perPrompt + first + m of `iou`, and at maskSide^2 times that in
 * `logits`; `single` is the index of the mask token for single-mask prediction where there is one.
 */
export interface Decoded {
  iou: Float32Array;
  logits: Float32Array;
  perPrompt: number;
  first: number;
}

/** Tensors that a decoder needs of an image: the embedding, and for F2 its positional part. */
export interface EncodedImage { embedding: PlainTensor; positional?: PlainTensor }

/** An image inside the inference thread. */
export interface HeldImage { embedding: { kept: number }; positional?: { kept: number } }

/** Speaks one contract's decoder. */
export interface DecoderAdapter {
  readonly spec: ModelSpec;
  /** Runs prompts against an image. Throws `model/run`, and `model/unfit` for prompts that the contract does not take. */
  decode(image: HeldImage, prompts: PromptBatch): Promise<Decoded>;
}

/** Mean and standard deviation of SAM's training pixels, RGB 0..255 (`sam_model_registry` of segment-anything). */
export const PIXEL_MEAN = [123.675, 116.28, 103.53] as const;
export const PIXEL_STD = [58.395, 57.12, 57.375] as const;

/** Logits above this are mask (`Sam.mask_threshold`). */
export const MASK_THRESHOLD = 0;

/**
 * Measured on 2 cores (see `docs/measurements.md`): small decoders run best in batches of 64; at SAM's true size a batch of 8 is as fast as
 * one of 16 and holds half its memory (about 250 MB).
 */
export function defaultPointsPerBatch(maskSide: number): number {
  return maskSide <= 64 ? 64 : maskSide <= 128 ? 16 : 8;
}
