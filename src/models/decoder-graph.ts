/** A model's decoder as bytes for another runtime (a browser's): cut to its low-resolution outputs, with what its caller must know of its inputs. */
import { readFileSync } from 'node:fs';
import { SamError, printableName } from '../errors.js';
import type { DecoderParts } from './decoder-parts.js';
import { cutOnnx } from './onnx-cut.js';
import { describeOnnx, readOnnxGraph } from './onnx-graph.js';
import { MemorySource } from './protobuf.js';

/** `batched`: it says that it takes many prompts a run. `maskPerPrompt`: it takes a mask input and its flag for each. `hasOrigSize`: it wants `orig_im_size`. `parts`: the same in parts, where it has them. */
export interface DecoderGraph { bytes: Uint8Array; batched: boolean; maskPerPrompt: boolean; hasOrigSize: boolean; parts?: DecoderParts }

/** Of a decoder of contract F1 (`contract.ts`). Throws `model/unfit` where its weights lie in files beside it, `model/missing`, `model/format`. */
export function portableDecoder(path: string): DecoderGraph {
  if (readOnnxGraph(path).externalFiles.length > 0) {
    throw new SamError('model/unfit', `The decoder ${printableName(path)} keeps its weights in files beside it, which a browser cannot load; a model with them inside is needed.`, { file: path });
  }
  const bytes = cutOnnx(readFileSync(path), { outputs: ['iou_predictions', 'low_res_masks'], shapes: {} });
  const { inputs } = describeOnnx(new MemorySource(bytes));
  const takesMany = (name: string): boolean => typeof inputs.find((input) => input.name === name)?.shape[0] === 'string';
  return { bytes, batched: takesMany('point_coords'), maskPerPrompt: takesMany('mask_input'), hasOrigSize: inputs.some(({ name }) => name === 'orig_im_size') };
}
