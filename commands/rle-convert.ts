/** `sam rle-convert [INPUT] --to rle|counts|polygon|png|bbox|area [--output OUT]`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { flagsOf, optionsFromFlags } from '../src/cli/flags.js';
import { writeResult } from '../src/cli/output.js';
import { rleConvertOutcome } from '../src/cli/rle-convert-outcome.js';
import { withSignals } from '../src/cli/signals.js';
import { convertRle, resolveOptions, RLE_CONVERT_OPTIONS, RLE_TARGETS, SamError } from '../src/index.js';

export default class RleConvert extends SamCommand<typeof RleConvert> {
  static override summary = 'Convert or check masks: run lengths, polygons, pictures, boxes, areas.';
  static override description = `A COCO, SA-1B or results file keeps its shape, and whatever is not converted keeps its source text. One mask {size, counts} gives one value.
PNG masks and .npy arrays give a list [{file_name, index, segmentation}]. Without --output the result goes to stdout.`;
  static override examples = [
    { description: 'Compressed masks and polygons to plain run lengths', command: '<%= config.bin %> rle-convert instances.json --to counts --output plain.json' },
    { description: 'List every malformed mask of a file that comes through a pipe', command: 'cat masks.json | <%= config.bin %> rle-convert - --check' },
  ];
  static override args = { input: Args.string({ description: 'A COCO, SA-1B or results file, one mask as JSON, PNG masks (a file or a folder), .npy, or - for stdin.', default: '-', ignoreStdin: true }) };
  static override flags = {
    to: Flags.option({ options: RLE_TARGETS, summary: 'rle: the compressed text; counts: plain run lengths; polygon: COCO polygons; png: OUT/<file_name stem>/<id>.png; bbox, area: that key is set.', helpValue: RLE_TARGETS.join('|') })(),
    output: Flags.string({ char: 'o', summary: 'File to write, for png a folder. [default: stdout]', helpValue: 'OUT' }),
    ...flagsOf(RLE_CONVERT_OPTIONS),
  };

  protected async execute(): Promise<Outcome> {
    const { to, output, json } = this.flags;
    const { input } = this.args;
    const options = resolveOptions(RLE_CONVERT_OPTIONS, optionsFromFlags(RLE_CONVERT_OPTIONS, this.flags));
    if (json && output === undefined && !options.check) throw new SamError('usage/option', 'With --json the result needs --output: stdout is for the report.');
    if (input === '-' && process.stdin.isTTY) throw new SamError('usage/option', 'INPUT is a file or folder, or - for what is piped in; see --help.');
    return await withSignals(async ({ stop }) => {
      const report = await convertRle({ ...options, input, stdin: process.stdin, to, output, stop, write: writeResult });
      return rleConvertOutcome(report, output);
    });
  }
}
