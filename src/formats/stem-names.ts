/** For formats whose files have an image's name without its extension: which image each belongs to, and how large that is. */
import { finding } from '../dataset/rules.js';
import type { Finding, Report } from '../dataset/types.js';
import { SamError, messageOf, printableName } from '../errors.js';
import type { ImageSize } from '../geometry/size.js';
import type { ReadOptions } from './format.js';
import { pathStem } from './generated.js';
import { imageSizeIn, imagesByStem } from './image-folder.js';

export interface StemNames {
  /** The name of the image, or `undefined` where there is none or no single one, which is reported at `where`. */
  nameOf(stem: string, where: Pick<Finding, 'file'>): string | undefined;
  /** The size, upright, of an image that `nameOf` gave; `undefined` where no folder of images is known; what cannot be read is reported. */
  sizeOf(fileName: string, where: Pick<Finding, 'file'>, report: Report): Promise<ImageSize | 'unreadable' | undefined>;
}

/** Without `images` a stem is all there is of a name, which is reported once. */
export async function stemNames({ images, report }: Pick<ReadOptions, 'images' | 'report'>): Promise<StemNames> {
  if (images === undefined) return namesAreStems(report);
  const stems = await imagesByStem(images);
  return {
    nameOf(stem, where) {
      const [first, ...others] = stems.get(stem) ?? [];
      if (first === undefined) report(finding('image/missing', `No image is called ${printableName(stem)} with an extension that is known.`, where));
      else if (others.length > 0) report(finding('image/ambiguous', `The image may be ${[first, ...others].map(printableName).join(' or ')}.`, where));
      return others.length > 0 ? undefined : first;
    },
    async sizeOf(fileName, where, report) {
      try {
        return await imageSizeIn(images, fileName);
      } catch (error) {
        if (!(error instanceof SamError)) throw error;
        report(finding('image/missing', `The image ${printableName(fileName)} gives no size: ${messageOf(error)}`, where));
        return 'unreadable';
      }
    },
  };
}

function namesAreStems(report: Report): StemNames {
  let isSaid = false;
  return {
    nameOf(stem, where) {
      if (!isSaid) report(finding('image/name-unknown', 'The files have the names of their images without extension, and these are taken as they are; --images DIR finds the whole names.', where));
      isSaid = true;
      return stem;
    },
    sizeOf: async () => undefined,
  };
}

/**
 * Gives each image the path that its stem makes; throws `usage/name-collision` where two images would get one, also on a file system
 * that takes no notice of case or of how accents are composed.
 */
export function stemPaths(): (fileName: string) => string {
  const owners = new Map<string, string>();
  return (fileName) => {
    const stem = pathStem(fileName);
    const key = stem.normalize('NFC').toLowerCase().normalize('NFC');
    const owner = owners.get(key);
    if (owner !== undefined) throw new SamError('usage/name-collision', `The images ${printableName(owner)} and ${printableName(fileName)} would be written to one path, ${printableName(stem)}.`, { file: fileName });
    owners.set(key, fileName);
    return stem;
  };
}
