/** Sizes in pixels, and the reference's rule for the size that an image has inside the model. */

export interface ImageSize { width: number; height: number }

/**
 * The size after resizing the longest side to `side`: each side is floor(x * side / longest + 0.5), as
 * `ResizeLongestSide.get_preprocess_shape` of segment-anything has it. Never below 1 pixel (the reference would divide by zero).
 */
export function inputSizeOf(size: ImageSize, side: number): ImageSize {
  const scale = side / Math.max(size.width, size.height);
  return { width: Math.max(1, Math.floor(size.width * scale + 0.5)), height: Math.max(1, Math.floor(size.height * scale + 0.5)) };
}
