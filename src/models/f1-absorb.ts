/**
 * An exact rearrangement of the attention between tokens and image in Meta's F1 decoder: there are few tokens (5 and the points) and thousands of pixels, so what would be multiplied with each pixel
 * is multiplied with the tokens instead. With q = t Wq, k = x Wk: q k' = (q Wk') x', and p (x Wv) = (p x) Wv where the rows of p sum to 1; likewise from the image's side.
 * A projection of pixels (channels x channels / 2) becomes a product with heads x tokens columns: less work up to 16 tokens of 8 heads, about half with one click.
 *
 * For any number of prompts a run. What the first layer makes of the image alone is left, since it is run once an image (`decoder-parts.ts`) or once for the prompts of a batch (`f1-rearrange.ts`).
 * The result is compared with the graph as it was before it is used. Measured at SAM's true size, 8 prompts of one point a run: 30 % less work a prompt than
 * rearranged alone, 10 % with 9 points; from about 14 on it is more work (`docs/measurements.md`).
 */
import { MutableGraph, type GraphNode } from './onnx-mutable.js';

/** x W + b, with x pixels or tokens; `weight`: channels in x channels out. */
interface Projection { node: GraphNode; product: GraphNode; from: string; out: string; weight: Float32Array; bias: Float32Array; channels: number; inner: number }
/** One attention, in its nodes' names; `heads`: how many. */
interface Attention { name: string; heads: number; q: Projection; k: Projection; v: Projection; out: Projection }

const TO_IMAGE = ['layers.1.cross_attn_token_to_image', 'final_attn_token_to_image'], TO_TOKENS = ['layers.0.cross_attn_image_to_token', 'layers.1.cross_attn_image_to_token'];

/** The rearranged model, or undefined where the graph is not of the known form. `pixels`: of the image embedding. */
export function absorbF1(model: Uint8Array, pixels: number): Uint8Array | undefined {
  const graph = new MutableGraph(model);
  const toImage = TO_IMAGE.map((name) => attention(graph, name)), toTokens = TO_TOKENS.map((name) => attention(graph, name));
  if (![...toImage, ...toTokens].every((found) => found !== undefined)) return undefined;
  for (const found of toImage) askImage(graph, found!);
  for (const [layer, found] of toTokens.entries()) askTokens(graph, found!, pixels, layer > 0 ? undefined : softmaxOf(graph, found!));
  return graph.bytes();
}

/** Tokens look at the image. Here and below a 0 in a shape keeps what there is: the number of prompts. */
function askImage(graph: MutableGraph, { name, heads, q, k, v, out }: Attention): void {
  const head = q.inner / heads, { step, shape, weights } = writer(graph, name, out.product);
  const tokens = step('Transpose', [step('Reshape', [q.out, shape([0, -1, heads, head])])], { perm: [0, 2, 1, 3] });
  const asked = step('Reshape', [step('MatMul', [tokens, weights([1, heads, head, k.channels], perHead(k, heads, true, 1 / Math.sqrt(head)))]), shape([0, -1, k.channels])]);
  const looked = step('Softmax', [step('MatMul', [asked, step('Transpose', [k.from], { perm: [0, 2, 1] })])]);
  const seen = step('Reshape', [step('MatMul', [looked, v.from]), shape([0, heads, -1, v.channels])]);
  const told = step('Transpose', [step('MatMul', [seen, weights([1, heads, v.channels, head], perHead(v, heads, false))])], { perm: [0, 2, 1, 3] });
  const joined = step('Add', [step('Reshape', [told, shape([0, -1, v.inner])]), weights([v.inner], v.bias)]);
  out.product.inputs = [joined, out.product.inputs[1]!];
}

/** The image looks at the tokens. `looked`: heads x pixels x tokens that are known; without it they are worked out here. */
function askTokens(graph: MutableGraph, { name, heads, q, k, v, out }: Attention, pixels: number, known: string | undefined): void {
  const head = q.inner / heads, { step, shape, weights } = writer(graph, name, out.node);
  let looked: string;
  if (known === undefined) {
    const tokens = step('Transpose', [step('Reshape', [k.out, shape([0, -1, heads, head])])], { perm: [0, 2, 3, 1] }), scale = 1 / Math.sqrt(head);
    const asked = step('Transpose', [step('MatMul', [weights([1, heads, q.channels, head], perHead(q, heads, false, scale)), tokens])], { perm: [0, 2, 1, 3] });
    const scores = step('Reshape', [step('MatMul', [q.from, step('Reshape', [asked, shape([0, q.channels, -1])])]), shape([0, pixels, heads, -1])]);
    const bias = step('Reshape', [step('MatMul', [weights([1, heads, 1, head], q.bias.map((value) => value * scale)), tokens]), shape([0, 1, heads, -1])]);
    looked = step('Softmax', [step('Add', [scores, bias])]);
  } else looked = step('Transpose', [known], { perm: [0, 2, 1, 3] });
  const tokens = step('Transpose', [step('Reshape', [v.out, shape([0, -1, heads, head])])], { perm: [0, 2, 1, 3] });
  const told = step('Reshape', [step('MatMul', [tokens, weights([1, heads, head, out.inner], out.weight)]), shape([0, -1, out.inner])]);
  const joined = step('MatMul', [step('Reshape', [looked, shape([0, pixels, -1])]), told]);
  out.node.inputs = out.node.inputs.map((input) => (input === out.product.outputs[0] ? joined : input));
}

interface Writer { step: (op: string, inputs: string[], integers?: Record<string, number[]>) => string; shape: (values: number[]) => string; weights: (shape: number[], values: ArrayLike<number>) => string }

/** Nodes before `next`, with names of their own. */
function writer(graph: MutableGraph, name: string, next: GraphNode): Writer {
  let count = 0;
  const fresh = (): string => `absorbed.${name}.${++count}`;
  const constant = (type: 'int64' | 'float32', shape: number[], values: ArrayLike<number>): string => {
    const made = fresh();
    graph.addConstant({ name: made, type, shape, values });
    return made;
  };
  const step: Writer['step'] = (op, inputs, integers = {}) => {
    const made = fresh();
    graph.insertBefore(next, { op, inputs, outputs: [made], integers, ...(op === 'Softmax' ? { integer: { axis: -1 } } : {}) });
    return made;
  };
  return { step, shape: (values) => constant('int64', [values.length], values), weights: (shape, values) => constant('float32', shape, values) };
}

/** Channels x (heads x inner) as heads of channels x inner, or of inner x channels. */
function perHead({ weight, channels, inner }: Projection, heads: number, isTransposed: boolean, scale = 1): Float32Array {
  const head = inner / heads, result = new Float32Array(weight.length);
  for (let h = 0; h < heads; h++) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < head; i++) result[h * channels * head + (isTransposed ? i * channels + c : c * head + i)] = scale * weight[c * inner + h * head + i]!;
    }
  }
  return result;
}

function attention(graph: MutableGraph, name: string): Attention | undefined {
  const [q, k, v, out] = ['q', 'k', 'v', 'out'].map((part) => projection(graph, `${name}.${part}_proj.bias`));
  if (q === undefined || k === undefined || v === undefined || out === undefined) return undefined;
  const shape = graph.users(q.out).find(({ op }) => op === 'Reshape')?.inputs[1], heads = graph.wholeNumbers((shape === undefined ? undefined : graph.maker(shape)?.inputs[2]) ?? '')?.[0];
  if (heads === undefined || heads < 1 || [q, k, v].some(({ inner }) => inner !== q.inner) || q.inner % heads !== 0 || out.channels !== q.inner) return undefined;
  return { name, heads, q, k, v, out };
}

function projection(graph: MutableGraph, ending: string): Projection | undefined {
  const name = graph.weightNames().find((weight) => weight.endsWith(ending)), bias = name === undefined ? undefined : graph.weight(name)?.values;
  const node = name === undefined ? undefined : graph.users(name)[0], product = graph.maker(node?.inputs.find((input) => input !== name) ?? '');
  const weight = product === undefined ? undefined : graph.weight(product.inputs[1]!), [channels, inner] = weight?.shape ?? [];
  if (node?.op !== 'Add' || product?.op !== 'MatMul' || bias === undefined || weight === undefined || channels === undefined || inner === undefined || bias.length !== inner) return undefined;
  return { node, product, from: product.inputs[0]!, out: node.outputs[0]!, weight: weight.values, bias, channels, inner };
}

/** Heads x queries x keys: what the attention's values are multiplied with. */
function softmaxOf(graph: MutableGraph, { out }: Attention): string | undefined {
  let node = graph.maker(out.from);
  while (node?.op === 'Reshape' || node?.op === 'Transpose') node = graph.maker(node.inputs[0]!);
  return node?.op === 'MatMul' && graph.maker(node.inputs[0]!)?.op === 'Softmax' ? node.inputs[0] : undefined;
}
