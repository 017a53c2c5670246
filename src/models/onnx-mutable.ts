/** An ONNX graph taken apart so that edges can be moved and nodes added: names and bytes, no meaning. For decoders (tens of megabytes). */
import { constantBytes, nodeBytes, type ConstantSpec, type NodeSpec } from './onnx-build.js';
import { MemorySource, bytesField, bytesOf, concat, copyField, fieldsOf, integersOf, textOf, type Field } from './protobuf.js';

/** One node; `other` are its fields besides inputs and outputs, as they stand. */
export interface GraphNode { op: string; inputs: string[]; outputs: string[]; other: Uint8Array }

/** A weight of float32 in raw form. */
export interface Weight { shape: number[]; values: Float32Array }

const INT64 = 7;

export class MutableGraph {
  readonly nodes: GraphNode[] = [];
  private readonly outer: Uint8Array[] = [];
  private readonly rest: Uint8Array[] = [];
  private readonly added: Uint8Array[] = [];
  private readonly weightFields = new Map<string, Field>();
  private readonly source: MemorySource;

  constructor(model: Uint8Array) {
    this.source = new MemorySource(model);
    for (const field of fieldsOf(this.source, 0, this.source.size)) {
      if (field.number === 7) this.readGraph(field);
      else this.outer.push(copyField(this.source, field));
    }
  }

  maker(name: string): GraphNode | undefined {
    return this.nodes.find((node) => node.outputs.includes(name));
  }

  users(name: string): GraphNode[] {
    return this.nodes.filter((node) => node.inputs.includes(name));
  }

  /** Every use of one tensor becomes a use of another. */
  redirect(from: string, to: string): void {
    for (const node of this.nodes) node.inputs = node.inputs.map((input) => (input === from ? to : input));
  }

  weightNames(): string[] {
    return [...this.weightFields.keys()];
  }

  /** Undefined where there is no such weight, or not as raw float32. */
  weight(name: string): Weight | undefined {
    const tensor = this.weightFields.get(name);
    if (tensor === undefined) return undefined;
    const fields = [...fieldsOf(this.source, tensor.start, tensor.end)];
    const type = fields.find((field) => field.number === 2), raw = fields.find((field) => field.number === 9);
    if (raw === undefined || Number(type?.value) !== 1) return undefined;
    // copied: a Float32Array needs an aligned start (and a Buffer's slice is no copy)
    const bytes = new Uint8Array(bytesOf(this.source, raw));
    return { shape: fields.filter((field) => field.number === 1).flatMap((field) => integersOf(this.source, field)), values: new Float32Array(bytes.buffer, 0, bytes.length / 4) };
  }

  add(node: NodeSpec): void {
    this.added.push(bytesField(1, nodeBytes(node)));
  }

  /** Where nodes are in the order in which they can be run, they stay so. */
  insertBefore(next: GraphNode, { inputs, outputs, ...rest }: NodeSpec): void {
    this.nodes.splice(this.nodes.indexOf(next), 0, { op: rest.op, inputs, outputs, other: nodeBytes({ ...rest, inputs: [], outputs: [] }) });
  }

  /** What a node `Constant` of whole numbers holds; undefined for anything else. */
  wholeNumbers(name: string): number[] | undefined {
    const node = this.maker(name);
    if (node?.op !== 'Constant') return undefined;
    const source = new MemorySource(node.other), within = (fields: Field[], number: number): Field[] => fields.filter((field) => field.number === number).flatMap((field) => [...fieldsOf(source, field.start, field.end)]);
    const tensor = within(within([...fieldsOf(source, 0, source.size)], 5), 5), raw = tensor.find((field) => field.number === 9);
    if (Number(tensor.find((field) => field.number === 2)?.value) !== INT64 || raw === undefined) return undefined;
    return Array.from(new BigInt64Array(new Uint8Array(bytesOf(source, raw)).buffer), Number);
  }

  addConstant(constant: ConstantSpec): void {
    this.rest.push(bytesField(5, constantBytes(constant)));
  }

  bytes(): Uint8Array {
    const nodes = this.nodes.map((node) => bytesField(1, concat([...node.inputs.map((i) => bytesField(1, i)), ...node.outputs.map((o) => bytesField(2, o)), node.other])));
    return concat([...this.outer, bytesField(7, concat([...nodes, ...this.added, ...this.rest]))]);
  }

  private readGraph(graph: Field): void {
    for (const field of fieldsOf(this.source, graph.start, graph.end)) {
      if (field.number === 1) this.nodes.push(this.readNode(field));
      else if (field.number !== 13) this.rest.push(copyField(this.source, field));
      if (field.number !== 5) continue;
      for (const part of fieldsOf(this.source, field.start, field.end)) if (part.number === 8) this.weightFields.set(textOf(this.source, part), field);
    }
  }

  private readNode(node: Field): GraphNode {
    const result: GraphNode = { op: '', inputs: [], outputs: [], other: new Uint8Array(0) };
    const other: Uint8Array[] = [];
    for (const field of fieldsOf(this.source, node.start, node.end)) {
      if (field.number === 1) result.inputs.push(textOf(this.source, field));
      else if (field.number === 2) result.outputs.push(textOf(this.source, field));
      else other.push(copyField(this.source, field));
      if (field.number === 4) result.op = textOf(this.source, field);
    }
    result.other = concat(other);
    return result;
  }
}
