/** A dataset written: staged, its losses counted, and put in place only where every loss is allowed. */
import type { DatasetSource } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import type { OptionsOf } from '../../options.js';
import type { OUTPUT_OPTIONS } from './convert-options.js';
import { LOSSES, type Format, type FormatWriter, type Loss, type Sink, type WriteOptions } from '../format.js';
import { StagedOutput, type LossCount } from './staged-output.js';

/** Where a dataset goes, and what the user permits. */
export interface TargetRequest extends OptionsOf<typeof OUTPUT_OPTIONS>, WriteOptions {
  output: string;
  /** Files and folders that are read: what they hold is never replaced. */
  inputs: readonly string[];
  stop?: AbortSignal | undefined;
}

export interface WrittenDataset {
  /** What the output cannot hold: how often, where first, and what that means. */
  losses: (LossCount & { meaning: string })[];
  /** `refused`: something would be lost; `same`: the output was there already, byte for byte. */
  result: 'written' | 'would-be-written' | 'same' | 'refused';
}

/** The format's writer. Throws `usage/option` for a format that is read only. */
export function writerOf({ name, writer }: Format): FormatWriter {
  if (writer === undefined) throw new SamError('usage/option', `The format ${name} is read only, never written.`);
  return writer;
}

/**
 * Writes a dataset. Losses without `allowLossy` give the result `refused`, and nothing is written. `beside` stages one more file when the
 * dataset is staged; it is put in place with it. Throws `usage/...`, `data/...`, `storage/...`.
 */
export async function writeDataset(source: DatasetSource, writer: FormatWriter, request: TargetRequest, beside?: () => Promise<StagedOutput | undefined>): Promise<WrittenDataset> {
  const { output, holes, vocBase, images, allowLossy, force, dryRun, inputs, stop } = request;
  const staged = await StagedOutput.open(output, { kind: writer.output, force, dryRun, inputs, stop });
  let other: StagedOutput | undefined;
  try {
    await writer.write(source, staged, { holes, vocBase, images });
    const losses = staged.losses.map((loss) => ({ ...loss, meaning: LOSSES[loss.loss] }));
    if (losses.length > 0 && !allowLossy) return { losses, result: 'refused' };
    other = await beside?.();
    // what would be refused is known before the first of the two is there
    await other?.check();
    const isChanged = await staged.commit();
    const isOtherChanged = await other?.commit() === true;
    return { losses, result: !isChanged && !isOtherChanged ? 'same' : dryRun ? 'would-be-written' : 'written' };
  } finally {
    // after a commit there is nothing left to discard
    await other?.discard();
    await staged.discard();
  }
}

/** The writer, one kind of loss not counted. */
export function writerIgnoring(loss: Loss, writer: FormatWriter): FormatWriter {
  return {
    ...writer,
    write(source, sink, options) {
      const deaf: Sink = { put: (path, content) => sink.put(path, content), lose(other, where) { if (other !== loss) sink.lose(other, where); } };
      return writer.write(source, deaf, options);
    },
  };
}
