/**
 * An exact rearrangement of Meta's F1 decoder: what its first layer makes of the image with a mask is what it makes of the image, run once an image, and what it makes of the mask, since
 * (x + d) W = x W + d W. The mask's share d comes out of a 1 x 1 convolution of 16 channels: that and W are one convolution, so that little is left for each mask. The result is compared with the
 * graph as it was before it is used (`decoder-parts.ts`).
 */
import { MutableGraph, type GraphNode } from './onnx-mutable.js';

/** d = flag * (kernel * hidden + bias) + rest * none, rest = 1 - flag. `sum`: what adds it to the image. `kernel`: channels x inner. */
interface Dense { sum: string; image: string; hidden: string; flag: string; rest: string; kernel: Float32Array; bias: Float32Array; none: Float32Array; channels: number; inner: number }
/** x W, or (x + position) W. */
interface Product { node: GraphNode; position: string | undefined }

/** The rearranged model, or undefined where the graph is not of the known form. */
export function maskApart(model: Uint8Array): Uint8Array | undefined {
  const graph = new MutableGraph(model), dense = denseOf(graph);
  const reshape = dense === undefined ? undefined : userOf(graph, dense.sum, 'Reshape'), transpose = reshape === undefined ? undefined : userOf(graph, reshape.outputs[0]!, 'Transpose');
  const products = transpose === undefined ? [] : productsOf(graph, transpose.outputs[0]!);
  if (dense === undefined || transpose === undefined || products.length === 0) return undefined;
  graph.addConstant({ name: 'apart.flat', type: 'int64', shape: [3], values: [0, 0, -1] });
  const image = pixelsOf(graph, transpose, dense.image, 'apart.image');
  for (const [i, { node, position }] of products.entries()) {
    const name = `apart.${i}`, weight = graph.weight(node.inputs[1]!)!, out = weight.shape[1]!, share = combined(dense, weight.values, out);
    const step = (op: string, inputs: string[], made: string): string => {
      graph.insertBefore(node, { op, inputs, outputs: [made] });
      return made;
    };
    const constant = (part: 'kernel' | 'bias' | 'none', shape: number[]): string => {
      graph.addConstant({ name: `${name}.${part}`, type: 'float32', shape, values: share[part] });
      return `${name}.${part}`;
    };
    const fed = step('Mul', [step('Conv', [dense.hidden, constant('kernel', [out, dense.inner, 1, 1]), constant('bias', [out])], `${name}.conv`), dense.flag], `${name}.fed`);
    const mask = pixelsOf(graph, node, step('Add', [fed, step('Mul', [constant('none', [1, out, 1, 1]), dense.rest], `${name}.unfed`)], `${name}.dense`), name);
    const own = step('MatMul', [position === undefined ? image : step('Add', [image, position], `${name}.placed`), node.inputs[1]!], `${name}.own`);
    const [whole] = node.outputs;
    node.outputs = [`${name}.unused`];
    step('Add', [own, mask], whole!);
  }
  return graph.bytes();
}

/** Channels x height x width as pixels x channels. */
function pixelsOf(graph: MutableGraph, next: GraphNode, from: string, name: string): string {
  graph.insertBefore(next, { op: 'Reshape', inputs: [from, 'apart.flat'], outputs: [`${name}.flat`] });
  graph.insertBefore(next, { op: 'Transpose', inputs: [`${name}.flat`], outputs: [`${name}.pixels`], integers: { perm: [0, 2, 1] } });
  return `${name}.pixels`;
}

/** Of the convolution that ends the mask's way, and of what stands for no mask. */
function denseOf(graph: MutableGraph): Dense | undefined {
  const name = graph.weightNames().find((weight) => weight.endsWith('mask_downscaling.6.weight')), kernel = name === undefined ? undefined : graph.weight(name);
  const convolution = name === undefined ? undefined : userOf(graph, name, 'Conv'), bias = graph.weight(convolution?.inputs[2] ?? ''), [channels, inner, height, width] = kernel?.shape ?? [];
  const fed = convolution === undefined ? undefined : userOf(graph, convolution.outputs[0]!, 'Mul'), dense = fed === undefined ? undefined : userOf(graph, fed.outputs[0]!, 'Add');
  if (convolution === undefined || kernel === undefined || bias === undefined || fed === undefined || dense === undefined || channels === undefined || inner === undefined || height !== 1 || width !== 1) return undefined;
  const unfed = graph.maker(otherInput(dense, fed.outputs[0]!)), none = unfed?.inputs.find((input) => graph.weight(input)?.values.length === channels), sum = userOf(graph, dense.outputs[0]!, 'Add');
  if (unfed?.op !== 'Mul' || none === undefined || sum === undefined) return undefined;
  return {
    sum: sum.outputs[0]!, image: otherInput(sum, dense.outputs[0]!), hidden: convolution.inputs[0]!, flag: otherInput(fed, convolution.outputs[0]!), rest: otherInput(unfed, none),
    kernel: kernel.values, bias: bias.values, none: graph.weight(none)!.values, channels, inner,
  };
}

/** Products of pixels, with their positions or without, and a weight. */
function productsOf(graph: MutableGraph, pixels: string): Product[] {
  const direct = (from: string, position: string | undefined): Product[] =>
    graph.users(from).filter(({ op, inputs }) => op === 'MatMul' && inputs[0] === from && graph.weight(inputs[1]!)?.shape.length === 2).map((node) => ({ node, position }));
  return [...direct(pixels, undefined), ...graph.users(pixels).filter(({ op }) => op === 'Add').flatMap((add) => direct(add.outputs[0]!, otherInput(add, pixels)))];
}

/** d W in place of d: channels x out, `weight`, taken into the convolution and into what stands for no mask. */
function combined({ kernel, bias, none, channels, inner }: Dense, weight: Float32Array, out: number): { kernel: Float32Array; bias: Float32Array; none: Float32Array } {
  const through = (values: Float32Array, width: number): Float32Array => Float32Array.from({ length: out * width }, (_, at) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += weight[c * out + Math.floor(at / width)]! * values[c * width + at % width]!;
    return sum;
  });
  return { kernel: through(kernel, inner), bias: through(bias, 1), none: through(none, 1) };
}

function userOf(graph: MutableGraph, name: string, op: string): GraphNode | undefined {
  return graph.users(name).find((node) => node.op === op);
}

function otherInput({ inputs }: GraphNode, one: string): string {
  return inputs.find((input) => input !== one) ?? '';
}
