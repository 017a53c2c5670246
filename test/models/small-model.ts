/** Graphs of a few nodes, drawn by hand for the tests of the ONNX reader and cutter. */
import { constantBytes, nodeBytes, valueInfoBytes, type ConstantSpec, type NodeSpec } from '../../src/models/onnx-build.js';
import { bytesField, concat, integerField } from '../../src/models/protobuf.js';

export interface SmallGraph {
  inputs: { name: string; shape: (number | string)[] }[];
  outputs: { name: string; shape: (number | string)[] }[];
  nodes: (NodeSpec | Uint8Array)[];
  weights: ConstantSpec[];
  /** Shapes of tensors between, as exporters note them. */
  between?: { name: string; shape: (number | string)[] }[];
  /** Fields of the graph that no other member writes. */
  more?: Uint8Array[];
}

export function graphBytes({ inputs, outputs, nodes, weights, between = [], more = [] }: SmallGraph): Uint8Array {
  return concat([
    ...nodes.map((node) => bytesField(1, node instanceof Uint8Array ? node : nodeBytes(node))), bytesField(2, 'small'), ...weights.map((weight) => bytesField(5, constantBytes(weight))),
    ...inputs.map((input) => bytesField(11, valueInfoBytes(input))), ...outputs.map((output) => bytesField(12, valueInfoBytes(output))),
    ...between.map((info) => bytesField(13, valueInfoBytes(info))), ...more,
  ]);
}

/** A ModelProto; `more`: fields besides version, producer, graph and operator set. */
export function modelBytes(graph: SmallGraph, more: Uint8Array[] = []): Uint8Array {
  return concat([integerField(1, 8), bytesField(2, 'drawn'), bytesField(7, graphBytes(graph)), bytesField(8, concat([bytesField(1, ''), integerField(2, 17)])), ...more]);
}

/** An attribute that holds a graph. */
export function graphAttribute(name: string, graph: SmallGraph): Uint8Array {
  return bytesField(5, concat([bytesField(1, name), bytesField(6, graphBytes(graph)), integerField(20, 5)]));
}

const one = (name: string, value: number): ConstantSpec => ({ name, type: 'float32', shape: [1], values: [value] });

/** twice = (a + w1) * w2; other = (b * w3) - unused; `dead` is made and used by nobody. */
export const SMALL: SmallGraph = {
  inputs: [{ name: 'a', shape: [2] }, { name: 'b', shape: ['n', 2] }],
  outputs: [{ name: 'twice', shape: [2] }, { name: 'other', shape: ['n', 2] }],
  nodes: [
    { op: 'Add', inputs: ['a', 'w1'], outputs: ['sum'] },
    { op: 'Mul', inputs: ['sum', 'w2'], outputs: ['twice'] },
    { op: 'Mul', inputs: ['b', 'w3'], outputs: ['product'] },
    { op: 'Sub', inputs: ['product', 'w1'], outputs: ['other'] },
    { op: 'Neg', inputs: ['w4'], outputs: ['dead'] },
  ],
  weights: [one('w1', 0.1), one('w2', 3), one('w3', 5), one('w4', 7)],
  between: [{ name: 'sum', shape: [2] }, { name: 'product', shape: ['n', 2] }],
};
