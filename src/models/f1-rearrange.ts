/**
 * Two exact rearrangements of Meta's F1 decoder, found by the names that its export keeps; anything else is left alone.
 *
 * Broadcast: the export repeats the image embedding for every prompt. Left at batch 1 it is broadcast, and the first layer's image side is
 * computed once for all prompts.
 * Channels last: both 2 x 2, stride 2 transposed convolutions are matrix products of each pixel's channels; done in that layout the layer
 * norm runs over the last dimension, the masks are a product too, and only four masks are shuffled into place instead of 64 and 32 channels.
 *
 * The result is compared with the graph as it was before it is used (`f1.ts`), with `f1-absorb.ts` after it where that too has its form: a quarter less work at SAM's true size in batches of 8,
 * with both half of it (`docs/measurements.md`).
 */
import { MutableGraph, type GraphNode } from './onnx-mutable.js';

const SQRT2 = Math.SQRT2;
/** LayerNorm2d's in segment-anything. */
const EPSILON = 1e-6;

/** The rearranged model, or undefined where the graph is not of the known form. `side`: of the square image embedding. */
export function rearrangeF1(model: Uint8Array, side: number): Uint8Array | undefined {
  const graph = new MutableGraph(model);
  const first = convolution(graph, 'output_upscaling.0.weight'), second = convolution(graph, 'output_upscaling.3.weight');
  if (first === undefined || second === undefined) return undefined;
  const channels = first.weight.shape[0]!, middle = first.weight.shape[1]!, last = second.weight.shape[1]!;
  const reshape = graph.maker(first.node.inputs[0]!);
  const transpose = reshape === undefined ? undefined : graph.maker(reshape.inputs[0]!);
  const norm = normOf(graph, first.node, middle);
  const masks = graph.maker('low_res_masks');
  const product = masks === undefined ? undefined : graph.maker(masks.inputs[0]!);
  if (reshape?.op !== 'Reshape' || transpose?.op !== 'Transpose' || masks?.op !== 'Reshape' || product?.op !== 'MatMul' || norm === undefined) return undefined;
  const tiles = graph.nodes.filter((node) => node.op === 'Tile');
  if (tiles.length !== 2) return undefined;
  for (const tile of tiles) graph.redirect(tile.outputs[0]!, tile.inputs[0]!);
  masks.outputs = ['r_unused_masks'];
  const pixels = side * side;
  const constants: [string, number[], ArrayLike<number>][] = [
    ['r_w1', [channels, 4 * middle], channelsLast(first.weight.values, channels, middle)], ['r_b1', [middle], first.bias],
    ['r_w2', [middle, 4 * last], channelsLast(second.weight.values, middle, last)], ['r_b2', [last], second.bias],
    ['r_scale', [middle], norm.scale], ['r_shift', [middle], norm.shift], ['r_sqrt2', [], [SQRT2]], ['r_one', [], [1]], ['r_half', [], [0.5]],
  ];
  for (const [name, shape, values] of constants) graph.addConstant({ name, type: 'float32', shape, values });
  const shapes: [string, number[]][] = [['r_s1', [-1, 4 * pixels, middle]], ['r_s2', [-1, 16 * pixels, last]], ['r_s3', [-1, side, side, 2, 2, 2, 2, 4]], ['r_s4', [-1, 4, 4 * side, 4 * side]]];
  for (const [name, values] of shapes) graph.addConstant({ name, type: 'int64', shape: [values.length], values });
  graph.add({ op: 'MatMul', inputs: [transpose.inputs[0]!, 'r_w1'], outputs: ['r_1'] });
  graph.add({ op: 'Reshape', inputs: ['r_1', 'r_s1'], outputs: ['r_2'] });
  graph.add({ op: 'Add', inputs: ['r_2', 'r_b1'], outputs: ['r_3'] });
  graph.add({ op: 'LayerNormalization', inputs: ['r_3', 'r_scale', 'r_shift'], outputs: ['r_4'], integer: { axis: -1 }, float: { epsilon: EPSILON } });
  addGelu(graph, 'r_4', 'r_5');
  graph.add({ op: 'MatMul', inputs: ['r_5', 'r_w2'], outputs: ['r_6'] });
  graph.add({ op: 'Reshape', inputs: ['r_6', 'r_s2'], outputs: ['r_7'] });
  graph.add({ op: 'Add', inputs: ['r_7', 'r_b2'], outputs: ['r_8'] });
  addGelu(graph, 'r_8', 'r_9');
  graph.add({ op: 'Transpose', inputs: [product.inputs[0]!], outputs: ['r_10'], integers: { perm: [0, 2, 1] } });
  graph.add({ op: 'MatMul', inputs: ['r_9', 'r_10'], outputs: ['r_11'] });
  graph.add({ op: 'Reshape', inputs: ['r_11', 'r_s3'], outputs: ['r_12'] });
  graph.add({ op: 'Transpose', inputs: ['r_12'], outputs: ['r_13'], integers: { perm: [0, 7, 1, 3, 5, 2, 4, 6] } });
  graph.add({ op: 'Reshape', inputs: ['r_13', 'r_s4'], outputs: ['low_res_masks'] });
  return graph.bytes();
}

interface Convolution { node: GraphNode; weight: { shape: number[]; values: Float32Array }; bias: Float32Array }

function convolution(graph: MutableGraph, ending: string): Convolution | undefined {
  const name = graph.weightNames().find((weight) => weight.endsWith(ending));
  const node = name === undefined ? undefined : graph.users(name)[0];
  const weight = name === undefined ? undefined : graph.weight(name);
  const bias = node?.inputs[2] === undefined ? undefined : graph.weight(node.inputs[2]);
  if (node?.op !== 'ConvTranspose' || weight?.shape.length !== 4 || weight.shape[2] !== 2 || weight.shape[3] !== 2 || bias === undefined) return undefined;
  return { node, weight, bias: bias.values };
}

/** Scale and shift of the layer norm between the two convolutions: the weights of `channels` x 1 x 1 that are multiplied and added on the way. */
function normOf(graph: MutableGraph, from: GraphNode, channels: number): { scale: Float32Array; shift: Float32Array } | undefined {
  const found = new Map<string, Float32Array>();
  const open = [...from.outputs];
  for (let steps = 0; steps < 64 && open.length > 0; steps++) {
    for (const node of graph.users(open.shift()!)) {
      if (node.op === 'ConvTranspose') continue;
      for (const input of node.inputs) {
        const weight = graph.weight(input);
        if (weight?.values.length === channels && weight.shape.length === 3) found.set(node.op, weight.values);
      }
      open.push(...node.outputs);
    }
  }
  const scale = found.get('Mul'), shift = found.get('Add');
  return scale === undefined || shift === undefined ? undefined : { scale, shift };
}

/** [inputs, outputs, 2, 2] -> [inputs, 2 x 2 x outputs]: the weights of one matrix product. */
function channelsLast(values: Float32Array, inputs: number, outputs: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) for (let k = 0; k < 4; k++) result[(i * 4 + k) * outputs + o] = values[(i * outputs + o) * 4 + k]!;
  return result;
}

/** x / 2 * (1 + erf(x / sqrt 2)), in the form that the runtime fuses. */
function addGelu(graph: MutableGraph, input: string, output: string): void {
  graph.add({ op: 'Div', inputs: [input, 'r_sqrt2'], outputs: [`${output}_a`] });
  graph.add({ op: 'Erf', inputs: [`${output}_a`], outputs: [`${output}_b`] });
  graph.add({ op: 'Add', inputs: [`${output}_b`, 'r_one'], outputs: [`${output}_c`] });
  graph.add({ op: 'Mul', inputs: [input, `${output}_c`], outputs: [`${output}_d`] });
  graph.add({ op: 'Mul', inputs: [`${output}_d`, 'r_half'], outputs: [output] });
}
