/** Test models made from `fixtures/model`: other signatures around the same weights, weights in side files, damaged graphs. */
import { constantBytes, nodeBytes, valueInfoBytes, type ConstantSpec, type NodeSpec } from '../../src/models/onnx-build.js';
import { bytesField, bytesOf, concat, fieldsOf, integerField, MemorySource, textOf, type Field } from '../../src/models/protobuf.js';

export interface TensorSpec { name: string; shape: (number | string)[] }

export interface Edit {
  /** Tensor names changed wherever they stand at the top of the graph (inputs, outputs, edges). */
  rename?: Record<string, string>;
  /** Declared inputs and outputs instead of the graph's own (float32). */
  inputs?: TensorSpec[];
  outputs?: TensorSpec[];
  before?: NodeSpec[];
  after?: NodeSpec[];
  constants?: ConstantSpec[];
  /** Moves the raw bytes of large weights into one side file with this name. */
  external?: string;
}

/** The edited model, and the side file's bytes (empty without `external`). */
export function editOnnx(model: Uint8Array, edit: Edit): { model: Uint8Array; side: Uint8Array } {
  const source = new MemorySource(model);
  const side: Uint8Array[] = [];
  const copy = (field: Field): Uint8Array => (field.wire === 0 ? integerField(field.number, Number(field.value)) : bytesField(field.number, bytesOf(source, field)));
  const renamed = (name: string): string => edit.rename?.[name] ?? name;
  const renamedMessage = (field: Field, numbers: number[]): Uint8Array =>
    concat([...fieldsOf(source, field.start, field.end)].map((part) => (numbers.includes(part.number) ? bytesField(part.number, renamed(textOf(source, part))) : copy(part))));
  const graphOf = (graph: Field): Uint8Array => {
    const parts: Uint8Array[] = (edit.before ?? []).map((node) => bytesField(1, nodeBytes(node)));
    for (const field of fieldsOf(source, graph.start, graph.end)) {
      if (field.number === 1) parts.push(bytesField(1, renamedMessage(field, [1, 2])));
      else if (field.number === 11) { if (edit.inputs === undefined) parts.push(bytesField(11, renamedMessage(field, [1]))); }
      else if (field.number === 12) { if (edit.outputs === undefined) parts.push(bytesField(12, renamedMessage(field, [1]))); }
      else if (field.number === 5 && edit.external !== undefined) parts.push(bytesField(5, externalised(field, edit.external)));
      else if (field.number !== 13) parts.push(copy(field));
    }
    parts.push(...(edit.after ?? []).map((node) => bytesField(1, nodeBytes(node))), ...(edit.constants ?? []).map((c) => bytesField(5, constantBytes(c))));
    parts.push(...(edit.inputs ?? []).map((i) => bytesField(11, valueInfoBytes(i))), ...(edit.outputs ?? []).map((o) => bytesField(12, valueInfoBytes(o))));
    return concat(parts);
  };
  const externalised = (tensor: Field, location: string): Uint8Array => {
    const fields = [...fieldsOf(source, tensor.start, tensor.end)];
    const raw = fields.find((field) => field.number === 9);
    if (raw === undefined || raw.end - raw.start < 1024) return bytesOf(source, tensor);
    const offset = side.reduce((sum, part) => sum + part.length, 0);
    side.push(bytesOf(source, raw));
    const entry = (key: string, value: string): Uint8Array => bytesField(13, concat([bytesField(1, key), bytesField(2, value)]));
    return concat([...fields.filter((field) => field !== raw).map(copy), entry('location', location), entry('offset', String(offset)), entry('length', String(raw.end - raw.start)), integerField(14, 1)]);
  };
  const whole = concat([...fieldsOf(source, 0, source.size)].map((field) => (field.number === 7 ? bytesField(7, graphOf(field)) : copy(field))));
  return { model: whole, side: concat(side) };
}

/** An encoder behind the signature of samexporter's and Acly's exports: resized RGB 0..255, H x W x 3, normalised and padded inside. */
export function hwcEncoder(encoder: Uint8Array, side: number): Uint8Array {
  return editOnnx(encoder, {
    inputs: [{ name: 'input_image', shape: ['height', 'width', 3] }],
    constants: [
      { name: 'w_mean', type: 'float32', shape: [3], values: [123.675, 116.28, 103.53] }, { name: 'w_std', type: 'float32', shape: [3], values: [58.395, 57.12, 57.375] },
      { name: 'w_axes0', type: 'int64', shape: [1], values: [0] }, { name: 'w_two', type: 'int64', shape: [1], values: [2] },
      { name: 'w_sides', type: 'int64', shape: [2], values: [side, side] }, { name: 'w_zeros', type: 'int64', shape: [6], values: [0, 0, 0, 0, 0, 0] },
    ],
    before: [
      { op: 'Sub', inputs: ['input_image', 'w_mean'], outputs: ['w_1'] }, { op: 'Div', inputs: ['w_1', 'w_std'], outputs: ['w_2'] },
      { op: 'Transpose', inputs: ['w_2'], outputs: ['w_3'], integers: { perm: [2, 0, 1] } }, { op: 'Unsqueeze', inputs: ['w_3', 'w_axes0'], outputs: ['w_4'] },
      { op: 'Shape', inputs: ['input_image'], outputs: ['w_5'] }, { op: 'Slice', inputs: ['w_5', 'w_axes0', 'w_two'], outputs: ['w_6'] },
      { op: 'Sub', inputs: ['w_sides', 'w_6'], outputs: ['w_7'] }, { op: 'Concat', inputs: ['w_zeros', 'w_7'], outputs: ['w_8'], integer: { axis: 0 } },
      { op: 'Pad', inputs: ['w_4', 'w_8'], outputs: ['x'] },
    ],
  }).model;
}
