/** A model that the training programs can go on with: an export of theirs, as far as its graphs tell that without Python. */
import { SamError, printableName } from '../errors.js';
import type { Environment } from '../models/cache-dir.js';
import { locateModel } from '../models/locate.js';
import { modelSha256, type LocatedModel } from '../models/located-model.js';
import { readOnnxGraph } from '../models/onnx-graph.js';
import { recognise } from '../models/recognise.js';
import { EMBEDDED_MODEL, findEntry } from '../models/registry.js';

/** `side`: of its square input, in pixels. */
export interface Trainable { located: LocatedModel; sha256: string; side: number }

const ADVICE = 'The training programs go on only with what they made themselves: models that were exported by them or fine-tuned with `sam models finetune`.';

/** Throws `model/unfit` for a model of another architecture, and what `locateModel` throws. */
export async function locateTrainable(nameOrFolder: string | undefined, env: Environment): Promise<Trainable> {
  const wanted = nameOrFolder ?? (env['SAM_MODEL'] || EMBEDDED_MODEL);
  // whether it has been fetched or not
  if (wanted !== EMBEDDED_MODEL && findEntry(wanted) !== undefined) throw unfit(wanted, 'it was trained elsewhere, with other programs');
  return trainableOf(await locateModel(wanted, { env }));
}

/** Throws `model/unfit`, `model/contract`. */
export function trainableOf(located: LocatedModel): Trainable {
  const encoder = readOnnxGraph(located.encoder), decoder = readOnnxGraph(located.decoder), { contract, inputSide } = recognise(encoder, decoder, located.json?.encoderInput);
  const embedding = encoder.outputs[0]?.shape, masks = decoder.inputs.find(({ name }) => name === 'mask_input')?.shape;
  if (contract !== 'F1' || embedding === undefined || masks === undefined || inputSide === undefined) throw unfit(located.name, `it is of contract ${contract}`);
  // its embedding is as fine as its masks; those of Segment Anything are four times coarser
  if (embedding[3] !== masks[3]) throw unfit(located.name, `its embedding has ${embedding[3]} x ${embedding[3]} cells where its masks have ${masks[3]} x ${masks[3]}`);
  return { located, sha256: modelSha256(located.files), side: inputSide };
}

function unfit(name: string, reason: string): SamError {
  return new SamError('model/unfit', `The model ${printableName(name)} cannot be fine-tuned: ${reason}. ${ADVICE}`, { file: name });
}
