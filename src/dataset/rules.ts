/** The rules that annotations are held to: a stable code each, what breaking it means, and whether it can be put right without guessing. */
import type { Finding, Severity } from './types.js';

export interface Rule {
  severity: Severity;
  /** One sentence: what is wrong. */
  summary: string;
  /** Whether there is one right repair that loses nothing. */
  fixable: boolean;
}

/** Sorted by code. */
export const RULES = {
  'annotation/duplicate': { severity: 'warning', summary: 'An annotation says just what an earlier one of its image says.', fixable: true },
  'annotation/empty': { severity: 'warning', summary: 'An annotation has neither a box nor a mask.', fixable: false },
  'area/invalid': { severity: 'error', summary: 'An area is no finite number from 0.', fixable: false },
  'area/mismatch': { severity: 'warning', summary: 'An area is not that of its mask.', fixable: true },
  'box/base': { severity: 'warning', summary: 'A box begins at 0 although coordinates are said to count from one.', fixable: false },
  'box/empty': { severity: 'warning', summary: 'A box has no area.', fixable: false },
  'box/invalid': { severity: 'error', summary: 'A box is not four finite numbers.', fixable: false },
  'box/mismatch': { severity: 'warning', summary: 'A box is not that of its mask.', fixable: true },
  'box/missing': { severity: 'error', summary: 'An annotation that needs a box has none.', fixable: false },
  'box/negative-size': { severity: 'error', summary: 'A box has a negative width or height.', fixable: false },
  'box/outside': { severity: 'warning', summary: 'A box reaches more than a pixel beyond its image.', fixable: false },
  'category/count': { severity: 'warning', summary: 'A file says another number of categories than it names.', fixable: true },
  'category/duplicate-name': { severity: 'warning', summary: 'Two categories have one name.', fixable: false },
  'category/invalid': { severity: 'error', summary: 'A category has no valid id or name.', fixable: false },
  'category/uncompared': { severity: 'warning', summary: 'Predictions have a category that the ground truth has not.', fixable: false },
  'category/unknown': { severity: 'error', summary: 'An annotation names a category that the dataset does not have.', fixable: false },
  'category/unused': { severity: 'info', summary: 'A category has no annotation.', fixable: false },
  'crowd/invalid': { severity: 'error', summary: 'The crowd mark is neither 0 nor 1.', fixable: false },
  'crowd/not-number': { severity: 'warning', summary: 'The crowd mark is true or false instead of 1 or 0.', fixable: true },
  'csv/column': { severity: 'warning', summary: 'A CSV file has a column that is not read.', fixable: false },
  'csv/row': { severity: 'error', summary: 'A line of a CSV file has other fields than its header, or is no UTF-8.', fixable: false },
  'file/foreign': { severity: 'warning', summary: 'A file lies among those of the dataset and is none of them; it is left out.', fixable: false },
  'file/malformed': { severity: 'error', summary: 'A file of the dataset is damaged, or not what its name says.', fixable: false },
  'id/duplicate': { severity: 'error', summary: 'Two records of one kind have the same id.', fixable: false },
  'id/invalid': { severity: 'error', summary: 'An id is no whole number from 0 to 2^53 - 1.', fixable: false },
  'id/zero': { severity: 'warning', summary: 'An annotation has the id 0, which COCO\'s evaluator takes for "no match".', fixable: true },
  'image/ambiguous': { severity: 'error', summary: 'Several images could be the one that is meant.', fixable: false },
  'image/exif-frame': { severity: 'error', summary: 'A photo is turned by EXIF, and its record or its annotations are in the frame of the pixels as they are stored, not as they are seen.', fixable: false },
  'image/invalid': { severity: 'error', summary: 'An image record has no valid id, name or size.', fixable: false },
  'image/missing': { severity: 'error', summary: 'The image of an annotation is not there, or cannot be read.', fixable: false },
  'image/name-from-url': { severity: 'info', summary: 'An image has no file name; the end of its URL serves as one, and nothing is fetched.', fixable: false },
  'image/name-unknown': { severity: 'warning', summary: 'Only the name without extension is known of an image.', fixable: false },
  'image/remark': { severity: 'warning', summary: 'An image can be read, but not as its name says, not all of it, or not undamaged.', fixable: false },
  'image/repeated': { severity: 'warning', summary: 'An image stands more than once in the lists of a dataset.', fixable: true },
  'image/rotated': { severity: 'error', summary: 'An image was turned while it was annotated; where its regions lie in the file is not known.', fixable: false },
  'image/same-content': { severity: 'warning', summary: 'Two images of a dataset have the same bytes.', fixable: false },
  'image/same-name': { severity: 'error', summary: 'Two images of a dataset have one name.', fixable: false },
  'image/size-unknown': { severity: 'error', summary: 'Nothing says how large an image is.', fixable: false },
  'image/undecodable': { severity: 'error', summary: 'An image is there, but its pixels cannot be decoded, or not all of them.', fixable: false },
  'image/unknown': { severity: 'error', summary: 'An annotation names an image that the dataset does not have.', fixable: false },
  'image/unlisted': { severity: 'info', summary: 'An image lies in the folder of the images, and no record names it.', fixable: false },
  'image/unpredicted': { severity: 'warning', summary: 'Images of the ground truth are not among the predictions.', fixable: false },
  'json/byte-order-mark': { severity: 'error', summary: 'A JSON file begins with a byte order mark.', fixable: true },
  'json/comma': { severity: 'error', summary: 'A JSON list or object has a comma after its last entry.', fixable: true },
  'json/depth': { severity: 'error', summary: 'A record has more than 64 objects and lists inside one another.', fixable: false },
  'json/duplicate-key': { severity: 'error', summary: 'A key stands twice at the top of a JSON file.', fixable: false },
  'json/record': { severity: 'error', summary: 'A record is no JSON object.', fixable: false },
  'json/syntax': { severity: 'error', summary: 'A record is not valid JSON.', fixable: false },
  'mask/empty': { severity: 'warning', summary: 'A mask has no pixel.', fixable: false },
  'mask/holes': { severity: 'error', summary: 'A mask has holes, which polygons cannot hold.', fixable: false },
  'mask/missing': { severity: 'error', summary: 'An annotation that needs a mask has none.', fixable: false },
  'mask/no-instances': { severity: 'warning', summary: 'Masks say classes but not objects; they are not read.', fixable: false },
  'mask/no-object': { severity: 'error', summary: 'A label in a picture of masks belongs to no object.', fixable: false },
  'mask/not-binary': { severity: 'error', summary: 'A picture of a mask has more than two values.', fixable: false },
  'mask/unseen': { severity: 'warning', summary: 'A table names a label that no pixel of its picture has.', fixable: false },
  'number/overflow': { severity: 'error', summary: 'A number is too large for a double.', fixable: false },
  'number/precision': { severity: 'warning', summary: 'A whole number above 2^53 lost digits.', fixable: false },
  'path/backslash': { severity: 'warning', summary: 'A file name has backslashes, which are read as slashes.', fixable: true },
  'path/outside': { severity: 'error', summary: 'A file name leads out of its folder.', fixable: false },
  'point/invalid': { severity: 'error', summary: 'A point is not two finite numbers.', fixable: false },
  'polygon/invalid': { severity: 'error', summary: 'A polygon holds something that is no finite number.', fixable: false },
  'polygon/nesting': { severity: 'error', summary: 'Polygons are nested one level too deep or too shallow.', fixable: false },
  'polygon/odd': { severity: 'error', summary: 'A polygon has an odd number of coordinates.', fixable: false },
  'polygon/outside': { severity: 'warning', summary: 'A polygon reaches more than a pixel beyond its image.', fixable: false },
  'polygon/short': { severity: 'error', summary: 'A polygon has fewer than three points.', fixable: false },
  'region/ignored': { severity: 'info', summary: 'A result is no region: choices, texts and relations are not read.', fixable: false },
  'rle/escaped': { severity: 'warning', summary: 'The text of a mask was escaped twice, or is that of a Python bytes object.', fixable: true },
  'rle/invalid': { severity: 'error', summary: 'A run-length encoding is malformed.', fixable: false },
  'rle/repaired': { severity: 'warning', summary: 'A malformed mask was repaired as well as it could be.', fixable: true },
  'rle/sum': { severity: 'error', summary: 'The runs of a mask do not sum to its pixels.', fixable: false },
  'row/duplicate': { severity: 'warning', summary: 'A line of a label file says what an earlier one says; trainers take it once.', fixable: true },
  'row/invalid': { severity: 'error', summary: 'A line of a label file is not numbers that make a box or a polygon.', fixable: false },
  'row/mixed': { severity: 'warning', summary: 'A box stands in a label file of polygons; trainers take it for a polygon of two points.', fixable: false },
  'row/outside': { severity: 'error', summary: 'A coordinate lies more than 1 % of the image outside of it; trainers drop such an image.', fixable: false },
  'score/invalid': { severity: 'error', summary: 'A score is no finite number.', fixable: false },
  'segmentation/invalid': { severity: 'error', summary: 'A segmentation is neither polygons nor a run-length encoding.', fixable: false },
  'shape/group-differs': { severity: 'warning', summary: 'Shapes of one group say different things of their object; the first is believed.', fixable: false },
  'shape/invalid': { severity: 'error', summary: 'A shape has no valid label, type, points, flags or mask.', fixable: false },
  'shape/mask-cut': { severity: 'warning', summary: 'A mask is larger than its corners say; what lies beyond them is cut off, as LabelMe does.', fixable: false },
  'shape/no-area': { severity: 'warning', summary: 'A shape has no area (a point, a line); no mask or box can say it.', fixable: false },
  'shape/rotated': { severity: 'warning', summary: 'A box is rotated; it is kept as a polygon of four points.', fixable: false },
  'shape/unsupported': { severity: 'error', summary: 'A shape is of a kind that no mask or box can say.', fixable: false },
  'size/mismatch': { severity: 'error', summary: 'A mask or a file states another size than its image has.', fixable: false },
  'task/cancelled': { severity: 'warning', summary: 'All annotations of a task are cancelled; its image is left out.', fixable: false },
  'task/predictions': { severity: 'info', summary: 'Predictions of models are not read, only what people annotated.', fixable: false },
  'task/several': { severity: 'warning', summary: 'A task has several annotations; the newest one counts.', fixable: false },
  'task/unlabelled': { severity: 'warning', summary: 'Nobody has annotated a task; its image is left out.', fixable: false },
} as const satisfies Record<string, Rule>;

export type RuleCode = keyof typeof RULES;

/** A finding of a rule; `message` is a sentence that says what was found, `where` its position. */
export function finding(code: RuleCode, message: string, where: Omit<Finding, 'code' | 'severity' | 'message'> = {}): Finding {
  return { code, severity: RULES[code].severity, message, ...where };
}
