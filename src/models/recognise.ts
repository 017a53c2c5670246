/** Which contract a pair of graphs follows, from their inputs and outputs; or an error that says what was found instead. */
import { SamError } from '../errors.js';
import type { ContractName, EncoderInput } from './contract.js';
import { describeTensor, type OnnxGraph, type TensorInfo } from './onnx-graph.js';

/** A recognised pair, before anything has run. Sides are undefined where the graphs leave them open. */
export interface Recognised {
  contract: ContractName;
  encoderInput: EncoderInput;
  /** Names of the encoder's input and outputs. */
  pixels: string;
  embedding: string;
  positional?: string;
  inputSide: number | undefined;
  maskSide: number | undefined;
}

const F1_DECODER = ['image_embeddings', 'point_coords', 'point_labels', 'mask_input', 'has_mask_input'];
const F2_DECODER = ['input_points', 'input_labels', 'image_embeddings', 'image_positional_embeddings'];

/** Contracts that this version knows by sight but cannot run yet, by a telling decoder input or output. */
const LATER: [RegExp, string][] = [
  [/^image_embeddings\.0$/, 'F3 (SAM 2, Hugging Face export)'], [/^high_res_feats_0$/, 'F4 (SAM 2, samexporter)'],
  [/^high_res_features1$/, 'F5 (SAM 2, osam)'], [/^batched_point_coords$/, 'F6 (EfficientSAM)'],
  [/^interm_embeddings$/, 'F8 (HQ-SAM)'], [/^backbone_fpn_0$/, 'F9 (SAM 3)'],
];

/** Throws `model/contract`; `model/unsafe` for operators that are not ONNX's own. */
export function recognise(encoder: OnnxGraph, decoder: OnnxGraph, forced?: EncoderInput): Recognised {
  for (const graph of [encoder, decoder]) {
    const foreign = graph.domains.filter((domain) => !['', 'ai.onnx', 'com.microsoft'].includes(domain));
    if (foreign.length > 0) throw new SamError('model/unsafe', `The graph uses operators of ${foreign.join(', ')}; only those of ONNX and onnxruntime are run.`);
  }
  const inputs = new Map(decoder.inputs.map((input) => [input.name, input]));
  if (F1_DECODER.every((name) => inputs.has(name)) && !inputs.has('interm_embeddings')) return recogniseF1(encoder, decoder, inputs, forced);
  if (F2_DECODER.every((name) => inputs.has(name))) return recogniseF2(encoder, decoder, inputs);
  const later = LATER.find(([pattern]) => decoder.inputs.some((input) => pattern.test(input.name)));
  if (later !== undefined) throw unknown(`The decoder follows contract ${later[1]}, which this version does not run yet.`, encoder, decoder);
  const swapped = encoder.inputs.some((input) => input.name === 'point_coords' || input.name === 'input_points');
  throw unknown(swapped ? 'The encoder file holds a decoder: the two files are swapped.' : 'The decoder follows no contract that sam knows (F1 as Meta exports it, F2 as Hugging Face splits it).', encoder, decoder);
}

function recogniseF1(encoder: OnnxGraph, decoder: OnnxGraph, inputs: Map<string, TensorInfo>, forced?: EncoderInput): Recognised {
  for (const name of F1_DECODER) expectTensor(inputs.get(name)!, 'float32', { image_embeddings: 4, point_coords: 3, point_labels: 2, mask_input: 4, has_mask_input: 1 }[name]!, encoder, decoder);
  expectOutputs(decoder, ['iou_predictions', 'low_res_masks'], encoder);
  const pixels = encoder.inputs[0];
  const embedding = encoder.outputs[0];
  if (encoder.inputs.length !== 1 || pixels === undefined || embedding === undefined) throw unknown(`The encoder of contract F1 has one input.`, encoder, decoder);
  const encoderInput: EncoderInput = forced ?? (pixels.shape.length === 3 ? 'hwc-rgb255' : 'nchw-normalised');
  expectTensor(pixels, 'float32', encoderInput === 'hwc-rgb255' ? 3 : 4, encoder, decoder);
  expectTensor(embedding, 'float32', 4, encoder, decoder);
  expectSameEmbedding(embedding, inputs.get('image_embeddings')!, encoder, decoder);
  const maskSide = numberOrNothing(inputs.get('mask_input')!.shape[3]);
  const still = encoderInput === 'nchw-normalised' ? numberOrNothing(pixels.shape[3]) : undefined;
  return { contract: 'F1', encoderInput, pixels: pixels.name, embedding: embedding.name, inputSide: still ?? (maskSide === undefined ? undefined : 4 * maskSide), maskSide };
}

function recogniseF2(encoder: OnnxGraph, decoder: OnnxGraph, inputs: Map<string, TensorInfo>): Recognised {
  expectTensor(inputs.get('input_points')!, 'float32', 4, encoder, decoder);
  expectTensor(inputs.get('input_labels')!, 'int64', 3, encoder, decoder);
  expectTensor(inputs.get('image_embeddings')!, 'float32', 4, encoder, decoder);
  expectTensor(inputs.get('image_positional_embeddings')!, 'float32', 4, encoder, decoder);
  expectOutputs(decoder, ['iou_scores', 'pred_masks'], encoder);
  const pixels = encoder.inputs.find((input) => input.name === 'pixel_values');
  const outputs = encoder.outputs.map((output) => output.name);
  if (pixels === undefined || !outputs.includes('image_embeddings') || !outputs.includes('image_positional_embeddings')) {
    throw unknown('The encoder of contract F2 takes pixel_values and gives image_embeddings and image_positional_embeddings.', encoder, decoder);
  }
  expectTensor(pixels, 'float32', 4, encoder, decoder);
  expectSameEmbedding(encoder.outputs.find((output) => output.name === 'image_embeddings')!, inputs.get('image_embeddings')!, encoder, decoder);
  return {
    contract: 'F2', encoderInput: 'nchw-normalised', pixels: 'pixel_values', embedding: 'image_embeddings', positional: 'image_positional_embeddings',
    inputSide: numberOrNothing(pixels.shape[3]), maskSide: undefined,
  };
}

function numberOrNothing(dimension: number | string | undefined): number | undefined {
  return typeof dimension === 'number' && dimension > 0 ? dimension : undefined;
}

function expectTensor(tensor: TensorInfo, type: string, rank: number, encoder: OnnxGraph, decoder: OnnxGraph): void {
  // a graph may leave a shape out altogether: then the first run tells
  if (tensor.type !== type || (tensor.shape.length !== rank && tensor.shape.length !== 0)) {
    throw unknown(`Expected ${tensor.name} to be ${type} of rank ${rank}, found ${describeTensor(tensor)}.`, encoder, decoder);
  }
}

function expectOutputs(decoder: OnnxGraph, names: string[], encoder: OnnxGraph): void {
  const missing = names.filter((name) => !decoder.outputs.some((output) => output.name === name && output.type === 'float32'));
  if (missing.length > 0) throw unknown(`The decoder has no float32 output ${missing.join(', ')}.`, encoder, decoder);
}

function expectSameEmbedding(made: TensorInfo, taken: TensorInfo, encoder: OnnxGraph, decoder: OnnxGraph): void {
  const differs = made.shape.some((d, i) => i > 0 && typeof d === 'number' && typeof taken.shape[i] === 'number' && d !== taken.shape[i]);
  if (differs) throw unknown(`The encoder makes ${describeTensor(made)}, but the decoder takes ${describeTensor(taken)}: these files are of two models.`, encoder, decoder);
}

function unknown(reason: string, encoder: OnnxGraph, decoder: OnnxGraph): SamError {
  const list = (tensors: TensorInfo[]): string => tensors.map(describeTensor).join(', ');
  return new SamError('model/contract', `${reason} Found: encoder ${list(encoder.inputs)} -> ${list(encoder.outputs)}; decoder ${list(decoder.inputs)} -> ${list(decoder.outputs)}.`);
}
