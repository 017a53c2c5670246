/**
 * Cuts a decoder graph down to the outputs that are wanted and lets its prompts come in batches, without touching a weight.
 *
 * Why: Meta's export upsamples four masks to the image's size in every run, and onnxruntime computes outputs that nobody asked for.
 * Its prompt batch is declared as 1, but every shape inside follows the number of prompts, so declaring it dynamic is enough (the
 * runtime's answers for a batch are compared with single runs before it is used, see `f1.ts`).
 *
 * Measured, 2 cores, ms a prompt (`docs/measurements.md` has the table and its command): SAM's true decoder as exported 41-52,
 * cut 28, cut in batches of 16: 23 (half as much in the form that `f1.ts` makes of it); the small embedded decoder as exported 1.7, cut 0.7, cut in batches of 32: 0.5.
 */
import { MemorySource, bytesField, concat, copyField, fieldsOf, textOf, type ByteSource, type Field } from './protobuf.js';
import { valueInfoBytes } from './onnx-build.js';

/**
 * What to keep: output names, also of tensors on the way; and for some inputs, a new shape (numbers, or names of dynamic dimensions). `inputs`: tensors on the way (float32) that are given
 * from now on: what makes them goes.
 */
export interface Cut { outputs: string[]; shapes: Record<string, (number | string)[]>; inputs?: { name: string; shape: number[] }[] }

/** What a node reads and makes; names that its subgraphs read from outside count as read. */
export interface Edges { inputs: string[]; outputs: string[] }

/** The cut model's bytes. Inputs and weights that nothing uses any more are gone; `value_info` is dropped, since shapes changed. */
export function cutOnnx(model: Uint8Array, cut: Cut): Uint8Array {
  const source = new MemorySource(model);
  const parts: Uint8Array[] = [];
  for (const field of fieldsOf(source, 0, source.size)) {
    parts.push(field.number === 7 ? bytesField(7, cutGraph(source, field, cut)) : copyField(source, field));
  }
  return concat(parts);
}

function cutGraph(source: ByteSource, graph: Field, cut: Cut): Uint8Array {
  const fields = [...fieldsOf(source, graph.start, graph.end)];
  const nodes = fields.filter((field) => field.number === 1).map((field) => ({ field, ...edgesOf(source, field) }));
  const makerOf = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  for (const { name } of cut.inputs ?? []) makerOf.delete(name);
  const used = new Set<string>();
  const keep = new Set<Field>();
  const open = [...cut.outputs];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    // an input or output that is left out has the empty name, which joins nothing
    if (name === '' || used.has(name)) continue;
    used.add(name);
    const node = makerOf.get(name);
    if (node === undefined || keep.has(node.field)) continue;
    keep.add(node.field);
    open.push(...node.inputs);
  }
  const declared = new Set(fields.filter((field) => field.number === 12).map((field) => nameOf(source, field, 1)));
  // the runtime finds out what type an output on the way has
  const parts = [
    ...(cut.inputs ?? []).filter(({ name }) => used.has(name)).map((info) => bytesField(11, valueInfoBytes(info))),
    ...cut.outputs.filter((name) => !declared.has(name)).map((name) => bytesField(12, bytesField(1, name))),
  ];
  for (const field of fields) {
    if (field.number === 13) continue;
    if (field.number === 1 && !keep.has(field)) continue;
    if (field.number === 5 && !used.has(nameOf(source, field, 8))) continue;
    if (field.number === 12 && !cut.outputs.includes(nameOf(source, field, 1))) continue;
    if (field.number === 11) {
      const name = nameOf(source, field, 1);
      if (!used.has(name)) continue;
      const shape = cut.shapes[name];
      if (shape !== undefined) {
        parts.push(bytesField(11, valueInfoBytes({ name, shape })));
        continue;
      }
    }
    parts.push(copyField(source, field));
  }
  return concat(parts);
}

/** The nodes of a model's graph, in file order, and the names of its inputs. */
export function edgesOfModel(model: Uint8Array): { nodes: Edges[]; inputs: string[] } {
  const source = new MemorySource(model);
  const fields = [...fieldsOf(source, 0, source.size)].filter((field) => field.number === 7).flatMap((graph) => [...fieldsOf(source, graph.start, graph.end)]);
  const weights = new Set(fields.filter((field) => field.number === 5).map((field) => nameOf(source, field, 8)));
  return {
    nodes: fields.filter((field) => field.number === 1).map((field) => edgesOf(source, field)),
    inputs: fields.filter((field) => field.number === 11).map((field) => nameOf(source, field, 1)).filter((name) => !weights.has(name)),
  };
}

function edgesOf(source: ByteSource, node: Field): Edges {
  const inputs: string[] = [], outputs: string[] = [];
  for (const field of fieldsOf(source, node.start, node.end)) {
    if (field.number === 1) inputs.push(textOf(source, field));
    if (field.number === 2) outputs.push(textOf(source, field));
    if (field.number !== 5) continue;
    for (const attribute of fieldsOf(source, field.start, field.end)) {
      if (attribute.number !== 6 && attribute.number !== 11) continue;
      for (const part of fieldsOf(source, attribute.start, attribute.end)) {
        if (part.number === 1) inputs.push(...edgesOf(source, part).inputs);
      }
    }
  }
  return { inputs, outputs };
}

function nameOf(source: ByteSource, message: Field, number: number): string {
  for (const field of fieldsOf(source, message.start, message.end)) if (field.number === number) return textOf(source, field);
  return '';
}
