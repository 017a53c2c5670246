/** Masks of prompts as files: a picture a mask, or one JSON object with run lengths and scores for all masks of an image. */
import type { EncodedFile } from '../formats/generated.js';
import { pathStem } from '../formats/generated.js';
import { encodeMask } from '../formats/png/png.js';
import { boxToCocoXywh } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import { encodePngRgba } from '../image/encode.js';
import type { RgbImage } from '../image/rgb-image.js';
import { bitmaskFromRle, boxFromRle, rleArea } from '../mask/rle.js';
import { rleToCoco } from '../mask/rle-string.js';
import type { PromptMask } from './predict-masks.js';
import type { PredictFormat } from './predict-options.js';
import { promptOverlay } from './predict-overlay.js';

/** What the masks of one image among many are written to: `<path>.json`, or `<path>/<prompt>-<mask>.png`. */
export function predictPath(format: PredictFormat, fileName: string): string {
  return format === 'rle' ? `${pathStem(fileName)}.json` : pathStem(fileName);
}

/** The files of one image: one of path `''` for `rle`, else pictures `<prompt>-<mask>.png`; in the order of the masks. */
export async function* encodeMasks(format: PredictFormat, fileName: string, image: RgbImage, masks: readonly PromptMask[]): AsyncGenerator<EncodedFile> {
  if (format === 'rle') yield { path: '', bytes: encodeRleFile(fileName, image, masks) };
  else for (const mask of masks) yield { path: `${mask.prompt.number}-${mask.mask}.png`, bytes: await encodePicture(format, image, mask) };
}

/** `{image, size, masks: [{prompt, mask, segmentation, bbox, area, predicted_iou}]}`: a mask a line; `size` is height, width; `bbox` as pycocotools' `toBbox`. */
function encodeRleFile(fileName: string, { width, height }: ImageSize, masks: readonly PromptMask[]): Uint8Array {
  const lines = masks.map(({ prompt, mask, rle, predictedIou }) => {
    const box = boxFromRle(rle);
    return JSON.stringify({
      prompt: prompt.number, mask, segmentation: rleToCoco(rle), bbox: box === undefined ? [0, 0, 0, 0] : boxToCocoXywh(box),
      area: rleArea(rle), predicted_iou: predictedIou,
    });
  });
  return Buffer.from(`{"image": ${JSON.stringify(fileName)}, "size": [${height}, ${width}], "masks": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n`}]}\n`);
}

async function encodePicture(format: Exclude<PredictFormat, 'rle'>, image: RgbImage, mask: PromptMask): Promise<Uint8Array> {
  switch (format) {
    case 'png': return await encodeMask(mask.rle);
    case 'cutout': return await encodeCutout(image, mask);
    case 'overlay': return await promptOverlay(image, mask);
  }
}

/** The image's own pixels where the mask is; elsewhere transparent, and black under that, so that nothing of the rest is in the file. */
async function encodeCutout({ data, width, height }: RgbImage, { rle }: PromptMask): Promise<Uint8Array> {
  const mask = bitmaskFromRle(rle).data;
  const pixels = new Uint8Array(width * height * 4);
  for (let p = 0; p < mask.length; p++) {
    if (mask[p] === 0) continue;
    for (let c = 0; c < 3; c++) pixels[4 * p + c] = data[3 * p + c]!;
    pixels[4 * p + 3] = 255;
  }
  return await encodePngRgba(pixels, width, height);
}
