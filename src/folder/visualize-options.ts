/** What a user may decide about pictures of a dataset, besides how an image with its masks looks (`OVERLAY_OPTIONS`). */
import { SamError } from '../errors.js';
import { resolveOptions, type OptionTable, type OptionsOf, type SomeOf } from '../options.js';

export const PICTURE_OPTIONS = {
  imageFormat: { kind: 'choice', default: 'png', choices: ['png', 'jpeg', 'webp'], summary: 'How pictures are written; label maps are always PNG.' },
  quality: { kind: 'integer', default: 90, min: 1, max: 100, summary: 'Quality of JPEG and WebP.' },
  sideBySide: { kind: 'switch', default: false, summary: 'The image beside its masks; with --against, the one annotations beside the others.' },
  contactSheet: { kind: 'switch', default: false, summary: 'Pages of thumbnails with captions instead of a picture an image.' },
  cutouts: { kind: 'switch', default: false, summary: 'Every object alone on nothing, instead: a picture with transparency each.' },
  crop: { kind: 'switch', default: false, summary: 'Every object with some of what is around it, instead: a picture each.' },
  labelMap: { kind: 'switch', default: false, summary: 'A PNG of labels an image, instead, with labels.csv: its values are objects, or categories with --by category.' },
  margin: { kind: 'number', default: 0.15, min: 0, max: 10, summary: 'What --crop shows around an object, as a share of its longer side.' },
  columns: { kind: 'integer', default: 4, min: 1, max: 100, summary: 'Thumbnails in a row of a contact sheet.' },
  rows: { kind: 'integer', default: 5, min: 1, max: 100, summary: 'Rows of a contact sheet.' },
  thumbnail: { kind: 'integer', default: 320, min: 32, max: 4096, unit: 'pixels', summary: 'Longer side of a thumbnail.' },
  iou: { kind: 'number', default: 0.5, min: 0, max: 1, summary: 'Two objects agree from this IoU on, with --against.' },
} as const satisfies OptionTable;

export const PICTURE_RUN_OPTIONS = {
  force: { kind: 'switch', default: false, summary: 'Replace pictures with other content, and remove those that an earlier run wrote and this one does not.' },
  dryRun: { kind: 'switch', default: false, summary: 'Draw everything and write nothing.' },
} as const satisfies OptionTable;

export type PictureOptions = OptionsOf<typeof PICTURE_OPTIONS>;
export type PictureKind = 'overlay' | 'contactSheet' | 'cutouts' | 'crop' | 'labelMap';

const INSTEAD = { contactSheet: '--contact-sheet', cutouts: '--cutouts', crop: '--crop', labelMap: '--label-map' } as const;

/** What is made of each image; `isCompared`: there are annotations to compare with. Throws `usage/option` for what cannot be together. */
export function pictureKind(given: SomeOf<typeof PICTURE_OPTIONS>, isCompared: boolean): { kind: PictureKind; options: PictureOptions } {
  const options = resolveOptions(PICTURE_OPTIONS, given);
  const [kind = 'overlay', other] = (['contactSheet', 'cutouts', 'crop', 'labelMap'] as const).filter((key) => options[key]);
  const refuse = (flag: string, why: string): never => { throw new SamError('usage/option', `${flag} cannot be together with ${why}.`); };
  if (kind === 'overlay') return { kind, options };
  if (other !== undefined) refuse(INSTEAD[kind], `${INSTEAD[other]}: a run makes one kind of picture`);
  if (isCompared && kind !== 'contactSheet') refuse(INSTEAD[kind], '--against, which compares whole images');
  if (options.sideBySide && (kind === 'cutouts' || kind === 'labelMap')) refuse(INSTEAD[kind], '--side-by-side');
  if (kind === 'labelMap' && options.imageFormat !== 'png') refuse(INSTEAD[kind], `--image-format ${options.imageFormat}: labels must stay exact`);
  if (kind === 'cutouts' && options.imageFormat === 'jpeg') refuse(INSTEAD[kind], '--image-format jpeg, which has no transparency');
  return { kind, options };
}
