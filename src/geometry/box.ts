/** Boxes: half-open inside the toolkit, with named converters for each convention at the borders. */

/** Half-open box in pixels of the upright image: x0 <= x < x1, y0 <= y < y1; width is x1 - x0. */
export interface Box { x0: number; y0: number; x1: number; y1: number }

/** `[x, y, width, height]` as pycocotools' `toBbox` has it: width = x1 - x0 of the half-open box. */
export function boxToCocoXywh(box: Box): [number, number, number, number] {
  return [box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0];
}

/**
 * `[x, y, width, height]` as Meta's generator writes `bbox`: from inclusive edges without the +1, so one less than pycocotools
 * in each direction (`batched_mask_to_box` and `box_xyxy_to_xywh` of segment-anything's `utils/amg.py`). An empty box is all zeros.
 */
export function boxToSa1bXywh(box: Box): [number, number, number, number] {
  if (box.x1 <= box.x0 || box.y1 <= box.y0) return [0, 0, 0, 0];
  return [box.x0, box.y0, box.x1 - 1 - box.x0, box.y1 - 1 - box.y0];
}

/** The box moved by (dx, dy). */
export function shiftBox(box: Box, dx: number, dy: number): Box {
  return { x0: box.x0 + dx, y0: box.y0 + dy, x1: box.x1 + dx, y1: box.y1 + dy };
}
