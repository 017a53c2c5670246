/** The images of a dataset held against its records: there, decodable, of the size and in the frame that the record says, and no two the same. */
import { frameProblem } from '../../dataset/frames.js';
import type { RuleCode } from '../../dataset/rules.js';
import type { ImageRecord } from '../../dataset/types.js';
import { isSamError, messageOf, printableName, type ErrorCode } from '../../errors.js';
import { insideRoot } from '../../files/safe-path.js';
import { walk } from '../../files/walk.js';
import type { Box } from '../../geometry/box.js';
import { readImage } from '../../image/decode.js';
import { headerSizes } from '../../image/upright-size.js';
import { isImageName } from '../image-folder.js';

export interface ImageProblem { code: RuleCode; message: string; path?: string }

export interface ImageCheckSettings { folder: string; decode: boolean; maxPixels: number }

/** Holds one image at a time, and 16 bytes and a name of each that was seen. */
export class ImageCheck {
  /** The first image of each content, by the beginning of its hash. */
  private readonly contents = new Map<string, string>();

  constructor(private readonly settings: ImageCheckSettings) {}

  /** `boxes`: those of the image's annotations, which tell in which frame they were drawn. */
  async problems(record: ImageRecord, boxes: readonly Box[]): Promise<ImageProblem[]> {
    try {
      const path = await insideRoot(this.settings.folder, record.fileName);
      const sizes = sizeProblems(record, boxes, await headerSizes(path, record.fileName));
      return this.settings.decode ? [...sizes, ...await this.pixelProblems(path, record)] : sizes;
    } catch (error) {
      if (!isSamError(error) || (error.kind !== 'item' && error.kind !== 'data')) throw error;
      // what other commands could do about it is no advice here
      return [{ code: ruleOf(error), message: withName(record, messageOf(error).replace(/; --lenient [^.]*/, '')) }];
    }
  }

  private async pixelProblems(path: string, record: ImageRecord): Promise<ImageProblem[]> {
    const { warnings, sha256 } = await readImage(path, { name: record.fileName, maxPixels: this.settings.maxPixels });
    const remarks = warnings.map((warning): ImageProblem => ({ code: 'image/remark', message: withName(record, warning) }));
    const key = sha256.slice(0, 16), other = this.contents.get(key);
    if (other === undefined) this.contents.set(key, record.fileName);
    // a name that stands twice is told as that
    if (other === undefined || other === record.fileName) return remarks;
    return [...remarks, { code: 'image/same-content', message: `The image ${printableName(record.fileName)} has the same bytes as ${printableName(other)}.` }];
  }

  /** Images in the folder that are none of `names`, as one sentence; undefined for none. */
  async unlisted(names: ReadonlySet<string>): Promise<string | undefined> {
    const first: string[] = [];
    let count = 0;
    for await (const { name, problem } of walk(this.settings.folder)) {
      if (problem !== undefined || !isImageName(name) || names.has(name)) continue;
      if (++count <= MOST_NAMED) first.push(printableName(name));
    }
    if (count === 0) return undefined;
    return `${count === 1 ? 'One image is' : `${count} images are`} below the folder of images, and no record names ${count === 1 ? 'it' : 'them'}: ${first.join(', ')}${count > MOST_NAMED ? ', ...' : ''}.`;
  }
}

const MOST_NAMED = 5;

function sizeProblems(record: ImageRecord, boxes: readonly Box[], sizes: Parameters<typeof frameProblem>[2]): ImageProblem[] {
  const frame = frameProblem(record, boxes, sizes);
  if (frame !== undefined) return [{ code: 'image/exif-frame', message: withName(record, frame) }];
  const { width, height } = sizes.upright;
  if (width === record.width && height === record.height) return [];
  return [{ code: 'size/mismatch', message: withName(record, `The record says ${record.width} x ${record.height}, the image is ${width} x ${height}.`), path: 'width' }];
}

function ruleOf({ code }: { code: ErrorCode }): RuleCode {
  if (code === 'image/missing') return 'image/missing';
  return code === 'data/unsafe-path' ? 'path/outside' : 'image/undecodable';
}

/** Two records may be of one image, and a record is often all that a reader sees. */
function withName({ fileName }: ImageRecord, sentence: string): string {
  return `${printableName(fileName)}: ${sentence}`;
}
