/**
 * `data.yaml`: the classes of a YOLO dataset and where its splits lie. It comes from anyone: no path in it leads out of the folder that
 * it lies in, and what it says to download is never looked at.
 */
import { readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { finding } from '../../dataset/rules.js';
import type { Category, Report, Split } from '../../dataset/types.js';
import { SamError, printableName } from '../../errors.js';
import { insideRoot, unsafeReason } from '../../files/safe-path.js';
import { isFolder, isThere } from '../file-bytes.js';
import { readYaml, type YamlValue } from '../yaml/yaml-read.js';

/**
 * `root`: the dataset's folder, absolute; `file`: what errors call the file. `classes`: by class index, ids one more than the index.
 * `places`: folders and lists of images, relative to `root`; undefined where the file names no splits.
 */
export interface YoloConfig { root: string; file: string; classes: ReadonlyMap<number, Category>; places?: YoloPlace[] }

/** `split`: undefined for a place that serves as several. */
export interface YoloPlace { path: string; split?: Split }

const SPLITS = ['train', 'val', 'test'] as const;
const FILES = ['data.yaml', 'data.yml', 'dataset.yaml', 'dataset.yml'];
const MOST_CLASSES = 100_000;

/** `path`: the file, or the folder that holds it. Throws `data/yaml`, `data/format`, `data/unreadable`; a place outside is reported. */
export async function readYoloConfig(path: string, report: Report): Promise<YoloConfig> {
  const file = await configFile(path);
  const name = basename(file);
  const value = await readYaml(file, name);
  if (!(value instanceof Map)) throw new SamError('data/format', 'Expected a map with names, train and val.', { file: name });
  if (value.has('kpt_shape')) throw new SamError('data/format', 'The labels are poses (kpt_shape): their keypoints are neither boxes nor masks.', { file: name });
  const classes = classesOf(value, name, report);
  const root = await rootOf(value.get('path'), dirname(resolve(file)), name, report);
  const places = await placesOf(value, root, name, report);
  return { root, file: name, classes, ...(places === undefined ? {} : { places }) };
}

/** The file, or the one in the folder: by its usual names, else the only YAML file that there is. */
async function configFile(path: string): Promise<string> {
  if (!await isFolder(path)) return path;
  const files = (await readdir(path)).filter(isYamlName);
  const [first] = FILES.filter((name) => files.includes(name));
  const file = first ?? (files.length === 1 ? files[0] : undefined);
  if (file === undefined) throw new SamError('data/format', 'The folder has no data.yaml, which names the classes of a YOLO dataset.', { file: path });
  return join(path, file);
}

export function isYamlName(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}

function classesOf(value: ReadonlyMap<string, YamlValue>, file: string, report: Report): Map<number, Category> {
  const names = value.get('names');
  const pairs = Array.isArray(names) ? names.map((name, i) => [String(i), name] as const) : names instanceof Map ? [...names] : undefined;
  if (pairs === undefined || pairs.length > MOST_CLASSES) throw new SamError('data/format', `Expected names, a map or list of at most ${MOST_CLASSES} classes.`, { file, path: 'names' });
  const classes = new Map<number, Category>(), seen = new Set<string>();
  for (const [key, name] of pairs) {
    const at = { file, path: `names.${printableName(key)}` };
    if (!/^\d{1,9}$/.test(key.trim()) || typeof name !== 'string' || classes.has(Number(key))) {
      report(finding('category/invalid', 'A class is a whole number, once, and a name.', at));
      continue;
    }
    if (seen.has(name)) report(finding('category/duplicate-name', `The name "${printableName(name)}" stands for two classes.`, at));
    seen.add(name);
    classes.set(Number(key), { id: Number(key) + 1, name });
  }
  const count = value.get('nc');
  if (typeof count === 'string' && count !== '' && Number(count) !== pairs.length) {
    report(finding('category/count', `nc is ${printableName(count)}, and there are ${pairs.length} names.`, { file, path: 'nc' }));
  }
  return new Map([...classes].sort(([a], [b]) => a - b));
}

/** The folder of the file, or a folder in it. A `path` that is not there is where the dataset was once: the file's own folder is meant. */
async function rootOf(path: YamlValue | undefined, folder: string, file: string, report: Report): Promise<string> {
  if (typeof path !== 'string' || path === '') return folder;
  const inside = within(folder, path);
  if (inside === undefined) {
    report(finding('path/outside', `The path "${printableName(path)}" leads out of the folder of ${file}. Take the line out: that folder is meant then.`, { file, path: 'path' }));
    return folder;
  }
  return await isThere(join(folder, inside)) ? await insideRoot(folder, inside === '' ? '.' : inside, file) : folder;
}

async function placesOf(value: ReadonlyMap<string, YamlValue>, root: string, file: string, report: Report): Promise<YoloPlace[] | undefined> {
  const splits = new Map<string, Set<Split>>();
  if (!SPLITS.some((split) => value.has(split))) return undefined;
  for (const split of SPLITS) {
    // trainers take `validation` for `val`
    const found = value.get(split) ?? (split === 'val' ? value.get('validation') : undefined) ?? '';
    const list = Array.isArray(found) ? found : found === '' ? [] : [found];
    for (const text of list) {
      const path = typeof text === 'string' ? await placeOf(text, root) : undefined;
      if (path === undefined) report(finding('path/outside', `The place "${printableName(typeof text === 'string' ? text : 'a list or map')}" leads out of the dataset's folder.`, { file, path: split }));
      else splits.set(path, (splits.get(path) ?? new Set<Split>()).add(split));
    }
  }
  return [...splits].map(([path, [first, ...more]]) => ({ path, ...(first === undefined || more.length > 0 ? {} : { split: first }) }));
}

/** Some programs write `../train/images` for what lies beside the file: the dots are taken off where it does. */
async function placeOf(text: string, root: string): Promise<string | undefined> {
  const inside = within(root, text);
  if (inside !== undefined || !text.startsWith('../')) return inside;
  const beside = within(root, text.slice('../'.length));
  return beside !== undefined && await isThere(join(root, beside)) ? beside : undefined;
}

/** A path, relative to `root` with `/` and without dots, `''` for the root; undefined for what leads out of it. */
export function within(root: string, path: string): string | undefined {
  const clean = isAbsolute(path) ? relative(root, path) : normalize(path.replaceAll('\\', '/'));
  const name = clean.split(sep).join('/').replace(/^(\.\/)+|\/+$/g, '').replace(/^\.$/, '');
  return name === '' || unsafeReason(name) === undefined ? name : undefined;
}
