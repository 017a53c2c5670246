/**
 * Splits a graph in two by what its tensors follow from, without touching a weight: what follows from some inputs alone is computed once for them, the rest for each question. Constants, and what
 * follows from nothing, are where they are used: in both.
 */
import { cutOnnx, edgesOfModel } from './onnx-cut.js';

/** `boundary`: what the second part takes from the first, by name. */
export interface Split { first: Uint8Array; boundary: string[] }

/** What each tensor follows from: nothing but constants, the given inputs, or others too. */
type Origin = 'constant' | 'early' | 'late';

/**
 * The part that follows from `early`; undefined where nothing does that the rest uses. Inputs in `early` that the rest uses too stay its inputs. The model's outputs: `outputs`.
 * Throws `model/format`.
 */
export function splitOnnx(model: Uint8Array, early: readonly string[], outputs: readonly string[]): Split | undefined {
  const { nodes, inputs } = edgesOfModel(model);
  const origins = new Map<string, Origin>(inputs.map((name) => [name, early.includes(name) ? 'early' : 'late']));
  const given = new Set(inputs), boundary = new Set<string>();
  const isEarly = (name: string): boolean => origins.get(name) === 'early' && !given.has(name);
  // nodes are in the order in which they can be run
  for (const node of nodes) {
    const from = node.inputs.map((name) => origins.get(name) ?? 'constant');
    const origin = from.includes('late') ? 'late' : from.includes('early') ? 'early' : 'constant';
    for (const name of node.outputs) origins.set(name, origin);
    if (origin === 'late') for (const name of node.inputs) if (isEarly(name)) boundary.add(name);
  }
  for (const name of outputs) if (isEarly(name)) boundary.add(name);
  if (boundary.size === 0) return undefined;
  return { first: cutOnnx(model, { outputs: [...boundary], shapes: {} }), boundary: [...boundary] };
}

/** The part after `splitOnnx`, once the shapes of what it takes (float32) are known. */
export function restOnnx(model: Uint8Array, boundary: { name: string; shape: number[] }[], outputs: string[]): Uint8Array {
  return cutOnnx(model, { outputs, shapes: {}, inputs: boundary });
}
