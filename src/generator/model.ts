/** What the generator needs of a model; `Predictor` of `src/models` is one, a test's own function may be another. */
import type { ImageSize } from '../geometry/size.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { Decoded } from '../models/contract.js';

export interface Embedding { readonly inputSize: ImageSize }

export interface PromptedModel<E extends Embedding> {
  readonly spec: { maskSide: number; inputSide: number; pointsPerBatch: number };
  embed(image: RgbImage): Promise<E>;
  /** `points`: n x 2, pixels of the embedded image; three masks a point. */
  decodePoints(embedding: E, points: Float64Array): Promise<Decoded>;
}
