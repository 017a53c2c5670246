/**
 * YOLO datasets written: `data.yaml`, a list of images a split (which keeps their order and names, images without objects too), and a label
 * file an image. Images are not copied: they belong where the lists say, below `images/`. A dataset without splits trains and validates on
 * the same images, which is how its reader knows.
 */
import type { DatasetEntry, DatasetSource, Split } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import type { Sink, WriteOptions } from '../format.js';
import { loseAllBut, loseCategories, whereIs } from '../losses.js';
import { runningIds } from '../running-ids.js';
import { yamlText } from '../yaml/yaml-write.js';
import { imagePathOf, labelPathOf } from './yolo-label-path.js';
import type { YoloTask } from './yolo-rows.js';
import { boxTokens, polygonTokens } from './yolo-shapes.js';

const SPLITS = ['train', 'val', 'test'] as const;

export async function writeYolo(source: DatasetSource, task: YoloTask, sink: Sink, options: WriteOptions): Promise<void> {
  const classes = new Map(source.categories.map(({ id }, i) => [id, i]));
  loseCategories(source.categories, source.categories.map(({ name }, i) => ({ id: i + 1, name })), sink);
  const lose = loseAllBut(['splits'], source, sink), loseIds = runningIds(sink, 'source');
  const lists = new Map<Split, string[]>(), unsplit: string[] = [], labels = new Map<string, string>();
  for await (const entry of source.entries()) {
    const { fileName, split } = entry.image;
    lose(entry);
    loseIds(entry);
    const path = imagePathOf(fileName, split), label = labelPathOf(path);
    const other = labels.get(label);
    if (other !== undefined) throw new SamError('usage/name-collision', `The images "${other}" and "${fileName}" would have one label file, ${label}.`, { file: fileName });
    labels.set(label, fileName);
    const list = split === undefined ? unsplit : lists.get(split) ?? [];
    if (split !== undefined) lists.set(split, list);
    list.push(path);
    await sink.put(label, rowsOf(entry, classes, task, sink, options));
  }
  await putLists(lists, unsplit, source, sink);
}

function rowsOf({ image, annotations }: DatasetEntry, classes: ReadonlyMap<number, number>, task: YoloTask, sink: Sink, { holes = 'bridge' }: WriteOptions): string {
  let text = '';
  for (const annotation of annotations) {
    const index = classes.get(annotation.categoryId);
    if (index === undefined) throw new SamError('data/record', `The category ${annotation.categoryId} is not in the dataset.`, { file: image.fileName, record: whereIs(annotation, image) });
    const tokens = task === 'detect' ? boxTokens(annotation, image, sink) : polygonTokens(annotation, image, holes, sink);
    if (tokens !== undefined) text += `${index} ${tokens.join(' ')}\n`;
  }
  return text;
}

async function putLists(lists: Map<Split, string[]>, unsplit: readonly string[], { categories }: DatasetSource, sink: Sink): Promise<void> {
  const isSplit = lists.size > 0;
  if (unsplit.length > 0) {
    if (isSplit) for (const path of unsplit) sink.lose('splits', `image ${path}, which had none and goes to train`);
    lists.set('train', [...lists.get('train') ?? [], ...unsplit]);
  }
  for (const split of SPLITS) {
    const paths = lists.get(split);
    if (paths !== undefined) await sink.put(`${split}.txt`, paths.map((path) => `./${path}\n`).join(''));
  }
  const place = (split: Split): string => (lists.has(split) ? `${split}.txt` : '[]');
  // trainers want both keys, and take an empty list for what is not there
  const val = !isSplit && unsplit.length > 0 ? 'train.txt' : place('val');
  const names = categories.length === 0 ? ' {}' : categories.map(({ name }, i) => `\n  ${i}: ${yamlText(name)}`).join('');
  await sink.put('data.yaml', `train: ${place('train')}\nval: ${val}\n${lists.has('test') ? 'test: test.txt\n' : ''}nc: ${categories.length}\nnames:${names}\n`);
}
