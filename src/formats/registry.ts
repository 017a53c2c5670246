/** Every format that can be read or written, in the order in which `sam` lists them; a new format is a file and a line here. */
import { SamError } from '../errors.js';
import { coco } from './coco/coco.js';
import { cocoResults } from './coco/coco-results.js';
import { csv } from './csv/csv.js';
import { cvat } from './cvat/cvat.js';
import { FORMAT_NAMES, type Format, type FormatName } from './format.js';
import { labelPng } from './png/label-png.js';
import { labelStudio } from './label-studio/label-studio.js';
import { labelme } from './labelme/labelme.js';
import { npy } from './npy/npy.js';
import { png } from './png/png.js';
import { sa1b } from './sa1b/sa1b.js';
import { voc } from './voc/voc.js';
import { yolo } from './yolo/yolo.js';
import { yoloDetect } from './yolo/yolo-detect.js';

/** In the order of `FORMAT_NAMES`. */
export const FORMATS: readonly Format[] = [
  coco,
  cocoResults,
  sa1b,
  yoloDetect,
  yolo,
  voc,
  labelme,
  cvat,
  labelStudio,
  png,
  labelPng,
  csv,
  npy,
];

/** The format of a name. Throws `usage/option` for a name that no format has. */
export function formatOf(name: string): Format {
  const format = FORMATS.find((candidate) => candidate.name === name);
  if (format === undefined) throw new SamError('usage/option', `There is no format "${name}"; there are ${FORMATS.map((candidate) => candidate.name).join(', ')}.`);
  return format;
}

/** True for the name of a format. */
export function isFormatName(name: string): name is FormatName {
  return (FORMAT_NAMES as readonly string[]).includes(name);
}
