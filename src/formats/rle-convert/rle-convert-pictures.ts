/** Masks from PNG and NumPy files, one at a time, and the JSON list that they become. */
import { finding } from '../../dataset/rules.js';
import type { Report } from '../../dataset/types.js';
import { isSamError } from '../../errors.js';
import type { Rle } from '../../mask/rle.js';
import { maskOfSamples } from '../binary-mask.js';
import { readWhole } from '../file-bytes.js';
import { readMaskPicture } from '../mask-picture.js';
import { openNpyPlanes } from '../npy/npy-planes.js';
import { RecordCheck } from '../record-check.js';
import type { PictureFile } from './rle-convert-input.js';
import { convertShape, type ValueOptions } from './rle-convert-value.js';
import type { JsonTarget } from './rle-convert-json.js';

const MAX_PNG_BYTES = 2 ** 29;

/** `index`: from 0 in its file. */
export interface PictureMask { file: PictureFile; index: number; rle: Rle }

/** The masks of all files, in their order. What is no mask is reported and left out. */
export async function* pictureMasks(files: readonly PictureFile[], maxPixels: number, report: Report): AsyncGenerator<PictureMask> {
  for (const file of files) {
    try {
      if (file.kind === 'npy') yield* planesOf(file, maxPixels, report);
      else {
        const rle = maskOfSamples(await readMaskPicture(await readWhole(file.path, MAX_PNG_BYTES, file.name), file.name, maxPixels));
        if (typeof rle === 'string') report(finding('mask/not-binary', `The picture is no mask: ${rle}.`, { file: file.name }));
        else yield { file, index: 0, rle };
      }
    } catch (error) {
      // a finding that strict reading made an error of is one already
      if (!isSamError(error) || (error.kind !== 'data' && error.kind !== 'item') || error.code === 'data/record') throw error;
      report(finding('file/malformed', error.message, { file: file.name }));
    }
  }
}

async function* planesOf(file: PictureFile, maxPixels: number, report: Report): AsyncGenerator<PictureMask> {
  const planes = await openNpyPlanes(file.path, maxPixels, file.name);
  try {
    for (let index = 0; index < planes.count; index++) {
      const rle = await planes.mask(index);
      if (typeof rle === 'string') report(finding('mask/not-binary', `The array is no mask: ${rle}.`, { file: file.name, record: `[${index}]` }));
      else yield { file, index, rle };
    }
  } finally {
    await planes.close();
  }
}

/** `[{file_name, index, segmentation}]`, a record a line; for `bbox` and `area` that key instead. */
export async function* pictureList(masks: AsyncIterable<PictureMask>, to: JsonTarget, options: ValueOptions, report: Report, counts: { masks: number; changed: number }): AsyncGenerator<string> {
  const key = to === 'bbox' || to === 'area' ? to : 'segmentation';
  yield '[';
  let lines = 0;
  for await (const { file, index, rle } of masks) {
    counts.masks++;
    const check = new RecordCheck({ file: file.name, record: `[${index}]` });
    const value = convertShape({ kind: 'mask', rle, wasRepaired: false }, undefined, to, rle, options, check);
    check.tell(report, () => ({}));
    if (value === undefined) continue;
    counts.changed++;
    yield `${lines++ === 0 ? '\n' : ',\n'}${JSON.stringify({ file_name: file.name, index, [key]: value })}`;
  }
  yield `${lines === 0 ? '' : '\n'}]\n`;
}
