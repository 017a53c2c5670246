/** `sam merge` over COCO instances files: read, merged (`src/dataset/coco-merge.ts`), written as `segment-all` writes them. */
import { readFile, stat } from 'node:fs/promises';
import { SamError, messageOf, systemCode } from '../errors.js';
import { writeFileAtomic } from '../files/atomic.js';
import { cocoInstances, mergeCoco, type CocoInstances, type JsonRecord } from '../dataset/coco-merge.js';

export interface MergeSummary { files: number; images: number; annotations: number; categories: number }

/**
 * Merges files into one. Throws `usage/input-missing`, `data/json`, `data/coco`, `usage/output-in-input`, and `usage/output-exists`
 * without `force`, unless the bytes are the same.
 */
export async function mergeCocoFiles(inputs: string[], output: string, options: { force: boolean; dryRun: boolean }): Promise<MergeSummary> {
  const files: CocoInstances[] = [];
  for (const input of inputs) files.push(cocoInstances(await readJson(input), input));
  const merged = mergeCoco(files);
  const text = [...pieces(merged)].join('');
  const existing = await existingBytes(output);
  const same = existing?.equals(Buffer.from(text)) === true;
  if (!same) for (const input of inputs) await assertOtherFile(input, output);
  if (existing !== undefined && !same && !options.force) throw new SamError('usage/output-exists', 'The output file exists with other content; --force overwrites it.', { file: output });
  if (!same && !options.dryRun) await writeFileAtomic(output, text);
  return { files: inputs.length, images: merged.images.length, annotations: merged.annotations.length, categories: merged.categories.length };
}

/** What cannot be read counts as there, with other content. */
async function existingBytes(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? undefined : Buffer.of();
  }
}

/** Inputs are never modified, whatever is forced. */
async function assertOtherFile(input: string, output: string): Promise<void> {
  const [a, b] = await Promise.all([input, output].map((path) => stat(path, { bigint: true }).catch(() => undefined)));
  if (a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino) {
    throw new SamError('usage/output-in-input', 'The output would overwrite an input; write to another file.', { file: output });
  }
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    throw new SamError(missing ? 'usage/input-missing' : 'data/json', missing ? 'There is no such file.' : `The file cannot be read: ${messageOf(error)}`, { file: path, cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SamError('data/json', `Not valid JSON: ${messageOf(error)}`, { file: path, cause: error });
  }
}

/** The same layout as `cocoFile`: a record a line. */
function* pieces({ images, annotations, categories }: Omit<CocoInstances, 'name'>): Generator<string> {
  const list = (records: JsonRecord[]): string => (records.length === 0 ? '' : `\n${records.map((record) => JSON.stringify(record)).join(',\n')}\n`);
  yield `{"images": [${list(images)}],\n"annotations": [${list(annotations)}],\n`;
  yield `"categories": [${categories.map((record) => JSON.stringify(record)).join(',\n')}]}\n`;
}
