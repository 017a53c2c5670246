/** Writing parts of ONNX graphs: nodes, constants, inputs and outputs. Field numbers are those of onnx.proto3. */
import { bytesField, concat, integerField } from './protobuf.js';
import type { TensorInfo } from './onnx-graph.js';

/** Attributes: whole numbers, lists of them, or float32. */
export interface NodeSpec {
  op: string;
  inputs: string[];
  outputs: string[];
  integer?: Record<string, number>;
  integers?: Record<string, number[]>;
  float?: Record<string, number>;
  domain?: string;
}

export interface ConstantSpec { name: string; type: 'float32' | 'int64'; shape: number[]; values: ArrayLike<number> }

/** A NodeProto. */
export function nodeBytes(node: NodeSpec): Uint8Array {
  const attributes = [
    ...Object.entries(node.integer ?? {}).map(([name, value]) => concat([bytesField(1, name), integerField(3, value), integerField(20, 2)])),
    ...Object.entries(node.integers ?? {}).map(([name, values]) => concat([bytesField(1, name), ...values.map((v) => integerField(8, v)), integerField(20, 7)])),
    ...Object.entries(node.float ?? {}).map(([name, value]) => concat([bytesField(1, name), floatField(2, value), integerField(20, 1)])),
  ].map((attribute) => bytesField(5, attribute));
  return concat([
    ...node.inputs.map((input) => bytesField(1, input)), ...node.outputs.map((output) => bytesField(2, output)), bytesField(4, node.op), ...attributes,
    ...(node.domain === undefined ? [] : [bytesField(7, node.domain)]),
  ]);
}

/** A TensorProto with raw data. */
export function constantBytes({ name, type, shape, values }: ConstantSpec): Uint8Array {
  const data = type === 'float32' ? Float32Array.from(values) : BigInt64Array.from(Array.from(values, (value) => BigInt(value)));
  return concat([...shape.map((d) => integerField(1, d)), integerField(2, type === 'float32' ? 1 : 7), bytesField(8, name), bytesField(9, new Uint8Array(data.buffer))]);
}

/** A ValueInfoProto of float32. */
export function valueInfoBytes(info: Pick<TensorInfo, 'name' | 'shape'>): Uint8Array {
  const dimensions = info.shape.map((d) => bytesField(1, typeof d === 'number' ? integerField(1, d) : bytesField(2, d)));
  return concat([bytesField(1, info.name), bytesField(2, bytesField(1, concat([integerField(1, 1), bytesField(2, concat(dimensions))])))]);
}

function floatField(number: number, value: number): Uint8Array {
  return concat([Uint8Array.of((number << 3) | 5), new Uint8Array(Float32Array.of(value).buffer)]);
}
