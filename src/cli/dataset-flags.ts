/** Flags that every command over datasets has: where it is, in which format, what belongs to it, and where it goes. */
import { Flags } from '@oclif/core';
import { FORMAT_NAMES } from '../formats/format.js';

/** How a dataset is found; `lenient` and the like come from its option table. */
export const SOURCE_FLAGS = {
  from: Flags.option({ options: FORMAT_NAMES, summary: 'Format to read. [default: detected]', helpValue: 'FORMAT' })(),
  images: Flags.string({ summary: 'Folder of the images, for formats that need their sizes or names.', helpValue: 'DIR' }),
  instances: Flags.string({ summary: 'The instances file that a coco-results file belongs to.', helpValue: 'FILE' }),
};

/** Where it goes, for commands that keep its format unless they are told another. */
export const TARGET_FLAGS = {
  output: Flags.string({ char: 'o', summary: 'File or folder to write.', required: true, helpValue: 'OUT' }),
  to: Flags.option({ options: FORMAT_NAMES, summary: 'Format to write. [default: that of the input]', helpValue: 'FORMAT' })(),
};
