/** Contracts by sight: literal signatures of exporters, and what is said of graphs that follow none. */
import test from 'ava';
import type { OnnxGraph, TensorInfo } from '../../src/models/onnx-graph.js';
import { recognise } from '../../src/models/recognise.js';

type Shape = (number | string)[];
const float = (name: string, ...shape: Shape): TensorInfo => ({ name, type: 'float32', shape });
const graph = (inputs: TensorInfo[], outputs: TensorInfo[], domains: string[] = ['']): OnnxGraph => ({ inputs, outputs, domains, externalFiles: [], producer: '' });

const META_ENCODER = graph([float('x', 1, 3, 1024, 1024)], [float('image_embeddings', 1, 256, 64, 64)]);
const META_INPUTS = [
  float('image_embeddings', 1, 256, 64, 64), float('point_coords', 1, 'num_points', 2), float('point_labels', 1, 'num_points'),
  float('mask_input', 1, 1, 256, 256), float('has_mask_input', 1), float('orig_im_size', 2),
];
const META_OUTPUTS = [float('masks', '?', '?', '?', '?'), float('iou_predictions', '?', 4), float('low_res_masks', '?', 4, '?', '?')];
const META_DECODER = graph(META_INPUTS, META_OUTPUTS);

const HF_ENCODER = graph([float('pixel_values', 'batch_size', 3, 1024, 1024)], [float('image_embeddings', 'batch_size', 256, 64, 64), float('image_positional_embeddings', 'batch_size', 256, 64, 64)]);
const HF_INPUTS = [
  float('input_points', 'batch_size', 'point_batch_size', 'nb_points_per_image', 2),
  { name: 'input_labels', type: 'int64', shape: ['batch_size', 'point_batch_size', 'nb_points_per_image'] },
  float('image_embeddings', 'batch_size', 256, 64, 64), float('image_positional_embeddings', 'batch_size', 256, 64, 64),
];
const HF_DECODER = graph(HF_INPUTS, [float('iou_scores', 'b', 'p', 3), float('pred_masks', 'b', 'p', 3, 'h', 'w')]);

const changed = (tensors: TensorInfo[], ...changes: TensorInfo[]): TensorInfo[] => tensors.map((tensor) => changes.find((change) => change.name === tensor.name) ?? tensor);

test('F1 as Meta exports it', (t) => {
  t.deepEqual(recognise(META_ENCODER, META_DECODER), { contract: 'F1', encoderInput: 'nchw-normalised', pixels: 'x', embedding: 'image_embeddings', inputSide: 1024, maskSide: 256 });
});

test('F1 with an encoder that takes plain pixels: the side is four times the mask\'s', (t) => {
  const encoder = graph([float('input_image', 'h', 'w', 3)], [float('embeddings', 1, 256, 64, 64)]);
  t.deepEqual(recognise(encoder, META_DECODER), { contract: 'F1', encoderInput: 'hwc-rgb255', pixels: 'input_image', embedding: 'embeddings', inputSide: 1024, maskSide: 256 });
});

test('F1 with open sides: a first run tells', (t) => {
  const encoder = graph([float('x', 'b', 3, 'h', -1)], [float('e', 'b', 'c', 'h', 'w')]);
  const decoder = graph(changed(META_INPUTS, float('mask_input', 'b', 1, 'h', 'w')), META_OUTPUTS);
  t.deepEqual(recognise(encoder, decoder), { contract: 'F1', encoderInput: 'nchw-normalised', pixels: 'x', embedding: 'e', inputSide: undefined, maskSide: undefined });
});

test('F1: a shape that is left out is no hindrance, and model.json may say what the encoder takes', (t) => {
  const encoder = graph([float('x')], [float('e')]);
  t.is(recognise(encoder, META_DECODER).encoderInput, 'nchw-normalised');
  t.is(recognise(encoder, META_DECODER, 'hwc-rgb255').encoderInput, 'hwc-rgb255');
  t.throws(() => recognise(META_ENCODER, META_DECODER, 'hwc-rgb255'), { code: 'model/contract', message: /^Expected x to be float32 of rank 3, found x float32\[1, 3, 1024, 1024\]\. / });
});

test('F2 as Hugging Face splits it', (t) => {
  t.deepEqual(recognise(HF_ENCODER, HF_DECODER), {
    contract: 'F2', encoderInput: 'nchw-normalised', pixels: 'pixel_values', embedding: 'image_embeddings', positional: 'image_positional_embeddings', inputSide: 1024, maskSide: undefined,
  });
});

test('operators of ONNX and onnxruntime only', (t) => {
  const of = (...domains: string[]): OnnxGraph => ({ ...META_DECODER, domains });
  t.is(recognise(META_ENCODER, of('', 'ai.onnx', 'com.microsoft')).contract, 'F1');
  t.throws(() => recognise(META_ENCODER, of('', 'org.pytorch.aten', 'my.ops')), { code: 'model/unsafe', message: 'The graph uses operators of org.pytorch.aten, my.ops; only those of ONNX and onnxruntime are run.' });
  t.throws(() => recognise({ ...META_ENCODER, domains: ['ai.onnx.ml'] }, META_DECODER), { code: 'model/unsafe' });
});

const REFUSED: [string, OnnxGraph, OnnxGraph, RegExp][] = [
  ['an unknown decoder', META_ENCODER, graph([float('q', 1)], [float('r', 1)]), /^The decoder follows no contract that sam knows .* Found: encoder x float32\[1, 3, 1024, 1024\] -> image_embeddings float32\[1, 256, 64, 64\]; decoder q float32\[1\] -> r float32\[1\]\.$/],
  ['swapped files', META_DECODER, META_ENCODER, /^The encoder file holds a decoder: the two files are swapped\. /],
  ['swapped files of F2', HF_DECODER, HF_ENCODER, /are swapped\. /],
  ['HQ-SAM', META_ENCODER, graph([...META_INPUTS, float('interm_embeddings', 4, 1, 64, 64, 768)], META_OUTPUTS), /contract F8 \(HQ-SAM\), which this version does not run yet/],
  ['SAM 2 of Hugging Face', META_ENCODER, graph([float('image_embeddings.0', 1)], []), /contract F3/],
  ['SAM 2 of samexporter', META_ENCODER, graph([float('high_res_feats_0', 1)], []), /contract F4/],
  ['SAM 2 of osam', META_ENCODER, graph([float('high_res_features1', 1)], []), /contract F5/],
  ['EfficientSAM', META_ENCODER, graph([float('batched_point_coords', 1)], []), /contract F6/],
  ['SAM 3', META_ENCODER, graph([float('backbone_fpn_0', 1)], []), /contract F9/],
  ['half precision', META_ENCODER, graph(changed(META_INPUTS, { name: 'point_coords', type: 'float16', shape: [1, 'n', 2] }), META_OUTPUTS), /^Expected point_coords to be float32 of rank 3, found point_coords float16\[1, n, 2\]\. /],
  ['a prompt of another rank', META_ENCODER, graph(changed(META_INPUTS, float('point_labels', 1, 1, 'n')), META_OUTPUTS), /^Expected point_labels to be float32 of rank 2/],
  ['no low-resolution masks', META_ENCODER, graph(META_INPUTS, META_OUTPUTS.slice(0, 2)), /^The decoder has no float32 output low_res_masks\. /],
  ['outputs of another type', META_ENCODER, graph(META_INPUTS, META_OUTPUTS.map((output) => ({ ...output, type: 'float16' }))), /no float32 output iou_predictions, low_res_masks\. /],
  ['an encoder of two inputs', graph([float('x', 1, 3, 4, 4), float('y', 1)], META_ENCODER.outputs), META_DECODER, /^The encoder of contract F1 has one input\. /],
  ['an encoder without outputs', graph(META_ENCODER.inputs, []), META_DECODER, /^The encoder of contract F1 has one input\. /],
  ['an encoder of bytes', graph([{ name: 'x', type: 'uint8', shape: [1, 3, 4, 4] }], META_ENCODER.outputs), META_DECODER, /^Expected x to be float32 of rank 4, found x uint8/],
  ['files of two models', graph(META_ENCODER.inputs, [float('image_embeddings', 1, 64, 16, 16)]), META_DECODER, /^The encoder makes image_embeddings float32\[1, 64, 16, 16\], but the decoder takes image_embeddings float32\[1, 256, 64, 64\]: these files are of two models\. /],
  ['F2 with labels of floats', HF_ENCODER, graph(changed(HF_INPUTS, float('input_labels', 'b', 'p', 'n')), HF_DECODER.outputs), /^Expected input_labels to be int64 of rank 3/],
  ['F2 without scores', HF_ENCODER, graph(HF_INPUTS, HF_DECODER.outputs.slice(1)), /no float32 output iou_scores\. /],
  ['F2 with an encoder of F1', META_ENCODER, HF_DECODER, /^The encoder of contract F2 takes pixel_values and gives image_embeddings and image_positional_embeddings\. /],
  ['F2 files of two models', graph(HF_ENCODER.inputs, changed(HF_ENCODER.outputs, float('image_embeddings', 'b', 64, 16, 16))), HF_DECODER, /these files are of two models\. /],
];

for (const [name, encoder, decoder, message] of REFUSED) {
  test(`refused, saying what was found: ${name}`, (t) => {
    t.throws(() => recognise(encoder, decoder), { code: 'model/contract', message });
  });
}

test('the batch of an embedding may differ, it is the first dimension', (t) => {
  t.is(recognise(graph(META_ENCODER.inputs, [float('image_embeddings', 2, 256, 64, 64)]), META_DECODER).contract, 'F1');
});
