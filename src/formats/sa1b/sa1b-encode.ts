/** SA-1B's file of one image: `{"image": {...}, "annotations": [...]}` with compressed RLE, boxes as Meta's generator writes them. */
import { sha256Hex } from '../../files/hash.js';
import { boxToSa1bXywh } from '../../geometry/box.js';
import { rleToCoco } from '../../mask/rle-string.js';
import { pathStem, type EncodedFile, type GeneratedImage } from '../generated.js';

/** The first 48 bits of sha256(file_name): a number that JSON holds exactly and that no other image of the dataset has by chance. */
export function sa1bImageId(fileName: string): number {
  return Number.parseInt(sha256Hex(fileName).slice(0, 12), 16);
}

export function sa1bPath(fileName: string): string {
  return `${pathStem(fileName)}.json`;
}

/** One annotation a line; ids from 1. */
export function encodeSa1b(image: GeneratedImage): EncodedFile[] {
  const header = { image_id: sa1bImageId(image.fileName), width: image.width, height: image.height, file_name: image.fileName };
  const lines = image.masks.map((mask, i) => JSON.stringify({
    id: i + 1,
    segmentation: rleToCoco(mask.rle),
    bbox: boxToSa1bXywh(mask.box),
    area: mask.area,
    predicted_iou: mask.predictedIou,
    stability_score: mask.stabilityScore,
    crop_box: [mask.cropBox.x0, mask.cropBox.y0, mask.cropBox.x1 - mask.cropBox.x0, mask.cropBox.y1 - mask.cropBox.y0],
    point_coords: mask.pointCoords,
  }));
  const text = `{"image": ${JSON.stringify(header)}, "annotations": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n`}]}\n`;
  return [{ path: sa1bPath(image.fileName), bytes: Buffer.from(text) }];
}
