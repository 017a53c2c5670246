/**
 * What a model is to learn from, checked before anything is trained: each image there and of the size that its masks have. It is handed on as one COCO file of compressed runs, whatever it was
 * read from. Memory: a line an image, and one image's masks.
 */
import { rleOfAnnotation } from '../dataset/masks.js';
import type { DatasetEntry, ImageRecord } from '../dataset/types.js';
import { SamError, isSamError, plainError } from '../errors.js';
import { writeFileAtomic } from '../files/atomic.js';
import { sha256Stream } from '../files/hash.js';
import { insideRoot } from '../files/safe-path.js';
import type { FormatName } from '../formats/format.js';
import type { RuleCount } from '../formats/jobs/findings-kept.js';
import { openDataset, type SourceRequest } from '../formats/jobs/open-dataset.js';
import { uprightSize } from '../image/upright-size.js';
import { rleToCoco } from '../mask/rle-string.js';
import { rleArea } from '../mask/rle.js';
import type { PromptsIssue } from './prompts-report.js';

/** `sha256`: of the masks as they are handed on, so of what is learnt, in whatever format it came. `problems`: images that were left out, with `lenient`. */
export interface TrainingSet { format: FormatName; images: number; masks: number; sha256: string; findings: RuleCount[]; problems: PromptsIssue[] }

export type TrainingSetRequest = SourceRequest & { images: string };

/** Two: one to learn from, one to measure on. */
const FEWEST_IMAGES = 2;

/**
 * Writes `file`, or, where there is none to write, only reads. Images without a mask of one thing are left out. Throws `image/...` for the first image that does not fit, and what `openDataset` throws, unless `lenient`; `usage/no-images` where fewer
 * than two images are left.
 */
export async function writeTrainingSet(request: TrainingSetRequest, file: string | undefined): Promise<TrainingSet> {
  const { source, format, findings } = await openDataset(request);
  const set = { images: 0, masks: 0, problems: [] as PromptsIssue[] };
  try {
    const parts = partsOf(source.entries(), request, set);
    const { sha256 } = await (file === undefined ? sha256Stream(parts) : writeFileAtomic(file, parts));
    if (set.images < FEWEST_IMAGES) throw tooFew(set, findings.byRule, request.input);
    return { ...set, format: format.name, sha256, findings: findings.byRule };
  } finally {
    await source.close?.();
  }
}

interface Counting { images: number; masks: number; problems: PromptsIssue[] }

async function* partsOf(entries: AsyncIterable<DatasetEntry>, request: TrainingSetRequest, set: Counting): AsyncGenerator<string, void> {
  const images: string[] = [];
  yield '{"annotations":[';
  for await (const entry of entries) {
    if (request.stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted; nothing was written.');
    const masks = masksOf(entry);
    if (masks.length === 0 || !await isUsable(entry.image, request, set)) continue;
    const { fileName, width, height } = entry.image, id = images.length + 1;
    images.push(JSON.stringify({ id, file_name: fileName, width, height }));
    yield masks.map((segmentation, i) => `${set.masks + i === 0 ? '' : ','}\n${JSON.stringify({ image_id: id, iscrowd: 0, segmentation })}`).join('');
    set.images++;
    set.masks += masks.length;
  }
  yield `\n],"images":[\n${images.join(',\n')}\n]}\n`;
}

function masksOf({ image, annotations }: DatasetEntry): ReturnType<typeof rleToCoco>[] {
  return annotations.flatMap((annotation) => {
    const rle = annotation.isCrowd ? undefined : rleOfAnnotation(annotation, image);
    return rle === undefined || rleArea(rle) === 0 ? [] : [rleToCoco(rle)];
  });
}

async function isUsable({ id, fileName, width, height }: ImageRecord, { images, input, lenient }: TrainingSetRequest, { problems }: Counting): Promise<boolean> {
  try {
    const found = await uprightSize(await insideRoot(images, fileName, input, `image ${id}`), fileName);
    if (found.width === width && found.height === height) return true;
    throw new SamError('image/size', `Expected ${width} x ${height} pixels, as the dataset says, found ${found.width} x ${found.height} (upright).`);
  } catch (error) {
    if (!isSamError(error)) throw error;
    if (!lenient) throw new SamError(error.code, `${error.message} --lenient leaves such images out.`, { file: fileName, record: `image ${id}`, cause: error });
    const { code, message } = plainError(error);
    problems.push({ code, message: `${message} It is left out.`, file: fileName, record: `image ${id}` });
    return false;
  }
}

function tooFew({ images, problems }: Counting, findings: readonly RuleCount[], input: string): SamError {
  const first = problems[0]?.message ?? findings.find(({ severity }) => severity === 'error')?.shown[0]?.message;
  return new SamError('usage/no-images', `Expected at least ${FEWEST_IMAGES} images with a mask of one thing, to learn from and to measure on, found ${images}.${first === undefined ? '' : ` First of what is wrong: ${first}`}`, { file: input });
}
