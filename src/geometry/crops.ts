/** The crops of the generator's layers: `generate_crop_boxes` of segment-anything's `utils/amg.py`, box for box. */
import type { Box } from './box.js';
import type { ImageSize } from './size.js';

/** A crop: its box in the original frame and its layer; the whole image is layer 0. */
export interface CropBox { box: Box; layer: number }

/**
 * The whole image, then for each layer i from 1 its 2^i x 2^i crops, x outermost, overlapping by
 * int(overlapRatio * shortSide * 2 / 2^i) pixels. An image with fewer pixels a side than crops leaves some of them without a pixel,
 * at which the reference fails; here they are left out.
 */
export function cropBoxesOf(size: ImageSize, layers: number, overlapRatio: number): CropBox[] {
  const crops: CropBox[] = [{ box: { x0: 0, y0: 0, x1: size.width, y1: size.height }, layer: 0 }];
  const shortSide = Math.min(size.width, size.height);
  for (let layer = 1; layer <= layers; layer++) {
    const perSide = 2 ** layer;
    const overlap = Math.trunc(overlapRatio * shortSide * (2 / perSide));
    const lengthOf = (whole: number): number => Math.ceil((overlap * (perSide - 1) + whole) / perSide);
    const width = lengthOf(size.width);
    const height = lengthOf(size.height);
    for (let i = 0; i < perSide; i++) {
      for (let j = 0; j < perSide; j++) {
        const x0 = (width - overlap) * i;
        const y0 = (height - overlap) * j;
        if (x0 >= size.width || y0 >= size.height) continue;
        crops.push({ box: { x0, y0, x1: Math.min(x0 + width, size.width), y1: Math.min(y0 + height, size.height) }, layer });
      }
    }
  }
  return crops;
}

/** How near a mask may come to a crop's edge before it counts as cut by it (`is_box_near_crop_edge`, `atol=20.0`). */
export const BOX_NEAR_CROP_EDGE_PX = 20;

/**
 * True where a mask touches an edge of its crop that is not an edge of the image. `box` is half-open in the original frame;
 * the reference compares the inclusive last pixel with the crop's exclusive edge, and so does this.
 */
export function isBoxNearCropEdge(box: Box, crop: Box, image: ImageSize): boolean {
  const empty = box.x1 <= box.x0 || box.y1 <= box.y0;
  // the reference's box of an empty mask is the crop's own origin
  const edges = empty ? [crop.x0, crop.y0, crop.x0, crop.y0] : [box.x0, box.y0, box.x1 - 1, box.y1 - 1];
  const cropEdges = [crop.x0, crop.y0, crop.x1, crop.y1];
  const imageEdges = [0, 0, image.width, image.height];
  return edges.some((edge, i) =>
    Math.abs(edge - cropEdges[i]!) <= BOX_NEAR_CROP_EDGE_PX && Math.abs(edge - imageEdges[i]!) > BOX_NEAR_CROP_EDGE_PX);
}
