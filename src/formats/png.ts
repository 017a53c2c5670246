/** Meta's `amg.py` form: a folder an image with one 0/255 PNG a mask and `metadata.csv` in its columns. */
import { boxToSa1bXywh } from '../geometry/box.js';
import { encodePngGrey } from '../image/encode.js';
import { bitmaskFromRle } from '../mask/rle.js';
import { pathStem, type EncodedFile, type GeneratedImage } from './generated.js';

const HEADER = 'id,area,bbox_x0,bbox_y0,bbox_w,bbox_h,point_input_x,point_input_y,predicted_iou,stability_score,crop_box_x0,crop_box_y0,crop_box_w,crop_box_h';

export function pngFolder(fileName: string): string {
  return pathStem(fileName);
}

/** Files `<stem>/0.png ...` and `<stem>/metadata.csv`; one mask's pixels in memory at a time. */
export async function encodePngMasks(image: GeneratedImage): Promise<EncodedFile[]> {
  const folder = pngFolder(image.fileName);
  const files: EncodedFile[] = [];
  const rows = [HEADER];
  for (const [i, mask] of image.masks.entries()) {
    const { data } = bitmaskFromRle(mask.rle);
    for (let p = 0; p < data.length; p++) data[p] = data[p]! * 255;
    files.push({ path: `${folder}/${i}.png`, bytes: await encodePngGrey(data, image.width, image.height) });
    const { cropBox: crop } = mask;
    rows.push([i, mask.area, ...boxToSa1bXywh(mask.box), ...(mask.pointCoords[0] ?? [0, 0]), mask.predictedIou, mask.stabilityScore,
      crop.x0, crop.y0, crop.x1 - crop.x0, crop.y1 - crop.y0].join(','));
  }
  files.push({ path: `${folder}/metadata.csv`, bytes: Buffer.from(`${rows.join('\n')}\n`) });
  return files;
}
