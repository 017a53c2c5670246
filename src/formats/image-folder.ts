/** The folder of the images (`--images`), for formats that do not tell sizes or whole names themselves. */
import type { ImageSize } from '../geometry/size.js';
import { insideRoot } from '../files/safe-path.js';
import { walk } from '../files/walk.js';
import { promisedKind } from '../image/content-kind.js';
import { uprightSize } from '../image/upright-size.js';
import { pathStem } from './generated.js';

const IMAGE_KINDS = ['JPEG', 'PNG', 'WebP', 'TIFF'];

/** The size of an image below `folder`, upright. Throws `data/unsafe-path` and what `uprightSize` throws, naming `fileName`. */
export async function imageSizeIn(folder: string, fileName: string): Promise<ImageSize> {
  return await uprightSize(await insideRoot(folder, fileName), fileName);
}

/** True for a name whose extension promises a kind of image that is decoded here. */
export function isImageName(name: string): boolean {
  return IMAGE_KINDS.includes(promisedKind(name) ?? '');
}

/** The images below `folder` by their names without extension, each list in bytewise order. */
export async function imagesByStem(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const stems = new Map<string, string[]>();
  for await (const { name, problem } of walk(folder)) {
    if (problem !== undefined || !isImageName(name)) continue;
    const stem = pathStem(name), known = stems.get(stem);
    if (known === undefined) stems.set(stem, [name]);
    else known.push(name);
  }
  return stems;
}
