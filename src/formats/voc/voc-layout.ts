/** Where a VOC dataset keeps what: `Annotations`, `ImageSets`, `SegmentationObject`, `labelmap.txt`, whichever of them there is. */
import { basename, dirname, join, resolve } from 'node:path';
import { finding } from '../../dataset/rules.js';
import type { Report, Split } from '../../dataset/types.js';
import { SamError, printableName } from '../../errors.js';
import { walk } from '../../files/walk.js';
import { isFolder, isThere, readWhole } from '../file-bytes.js';
import { pathStem } from '../generated.js';

/** `root`: the folder that holds all; `annotations`: that of the XML files; `files`: their names below it, bytewise. */
export interface VocLayout { root: string; annotations: string; files: string[]; splits: ReadonlyMap<string, Split>; labelmap: string[] }

const SPLITS = ['train', 'val', 'test'] as const;
const MAX_LIST_BYTES = 2 ** 26;
export const LABELMAP = 'labelmap.txt';

/** `path`: the dataset, its `Annotations`, any folder of XML files, or one such file. Throws `usage/input-missing`, `data/format`. */
export async function vocLayout(path: string, report: Report): Promise<VocLayout> {
  const isWhole = await isFolder(path);
  const inside = join(path, 'Annotations');
  const annotations = !isWhole ? dirname(resolve(path)) : await isThere(inside) ? inside : resolve(path);
  const root = basename(annotations) === 'Annotations' ? dirname(annotations) : annotations;
  const files = isWhole ? await xmlFiles(annotations, report) : [basename(path)];
  const labelmap = await labelmapOf(join(root, LABELMAP));
  if (files.length === 0 && labelmap === undefined) throw new SamError('data/format', 'There are no XML files in Annotations, nor in the folder itself.', { file: path });
  return { root, annotations, files, splits: await splitsOf(root, report), labelmap: labelmap ?? [] };
}

async function xmlFiles(folder: string, report: Report): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, problem, isFolder } of walk(folder)) {
    if (problem !== undefined && (isFolder || name.endsWith('.xml'))) report(finding('file/malformed', `It cannot be read: ${problem}.`, { file: name === '' ? basename(folder) : name }));
    else if (problem === undefined && name.toLowerCase().endsWith('.xml')) files.push(name);
  }
  return files;
}

/** The splits of images by their names without extension: from the first of the lists that there are. */
async function splitsOf(root: string, report: Report): Promise<Map<string, Split>> {
  const splits = new Map<string, Split>();
  for (const set of ['Main', 'Segmentation', 'Layout']) {
    for (const split of SPLITS) {
      const file = `ImageSets/${set}/${split}.txt`;
      if (!await isThere(join(root, file))) continue;
      for (const [i, line] of linesOf(await readWhole(join(root, file), MAX_LIST_BYTES, file)).entries()) {
        const stem = line.trim();
        const known = splits.get(stem);
        if (known !== undefined) report(finding('image/repeated', `The image ${printableName(stem)} is in ${known} already.`, { file, record: `line ${i + 1}`, line: i + 1 }));
        else if (stem !== '') splits.set(stem, split);
      }
    }
    if (splits.size > 0) break;
  }
  return splits;
}

/** The names of a `labelmap.txt`, `name:r,g,b:parts:actions` a line, without the background. */
async function labelmapOf(path: string): Promise<string[] | undefined> {
  if (!await isThere(path)) return undefined;
  const names = linesOf(await readWhole(path, MAX_LIST_BYTES, LABELMAP)).filter((line) => line.trim() !== '' && !line.startsWith('#')).map(nameInLabelmap);
  return names[0] === 'background' ? names.slice(1) : names;
}

function nameInLabelmap(line: string): string {
  return /^(.*):[^:]*:[^:]*:[^:]*$/.exec(line)?.[1] ?? line;
}

/** A line of `labelmap.txt`, or undefined for a name that it cannot hold. */
export function labelmapLine(name: string, colour: ArrayLike<number>): string | undefined {
  if (/[\r\n]|^#|^\s*$/.test(name)) return undefined;
  return `${name}:${Array.from(colour).join(',')}::\n`;
}

function linesOf(bytes: Uint8Array): string[] {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString().replace(/^\ufeff/, '').split(/\r?\n/);
}

/** An XML file's name as lists and pictures have it. */
export function vocStem(file: string): string {
  return pathStem(file);
}
