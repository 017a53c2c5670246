/**
 * What an ONNX file says of itself, read without the runtime and without loading its weights: inputs and outputs with types and
 * shapes, the operators' domains, and the side files that it refers to. A model file is foreign input: this is checked before it
 * reaches native code. Field numbers are those of onnx.proto3.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { SamError, systemCode } from '../errors.js';
import { FileSource, fieldsOf, integersOf, textOf, type ByteSource, type Field } from './protobuf.js';

/** Element types by ONNX's number (TensorProto.DataType), those that a contract may name. */
const ELEMENT_TYPES: Record<number, string> = { 1: 'float32', 2: 'uint8', 3: 'int8', 6: 'int32', 7: 'int64', 9: 'bool', 10: 'float16', 11: 'float64' };

/** Graphs in attributes of nodes of graphs: exporters write two or three levels, a hostile file as many as the stack has not. */
const MAX_DEPTH = 32;

/** A graph's input or output. A dimension is a number, or the name of a dynamic one (`?` where it has none). */
export interface TensorInfo { name: string; type: string; shape: (number | string)[] }

export interface OnnxGraph {
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  /** Operator domains in use; `''` is ONNX's own. */
  domains: string[];
  /** Side files that hold weights, as the graph names them. */
  externalFiles: string[];
  producer: string;
}

/** Reads a graph's description. Throws `model/missing`, `model/format`. */
export function readOnnxGraph(path: string, name = path): OnnxGraph {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    const code = systemCode(error);
    throw new SamError('model/missing', `Cannot open the model file: ${code ?? String(error)}.`, { file: name, cause: error });
  }
  try {
    return describeOnnx(new FileSource(fd, fstatSync(fd).size));
  } catch (error) {
    if (error instanceof SamError) throw new SamError(error.code, error.message, { file: name, cause: error });
    throw new SamError('model/format', 'Cannot read the model file.', { file: name, cause: error });
  } finally {
    closeSync(fd);
  }
}

/** The same for bytes in memory. */
export function describeOnnx(source: ByteSource): OnnxGraph {
  const found: OnnxGraph & { initializers: Set<string> } = { inputs: [], outputs: [], domains: [], externalFiles: [], producer: '', initializers: new Set() };
  let graphs = 0;
  for (const field of fieldsOf(source, 0, source.size)) {
    if (field.number === 2) found.producer = textOf(source, field);
    if (field.number === 7) {
      graphs++;
      readGraph(source, field, found, 0);
    }
    // functions of the model's own: their nodes run as any other
    if (field.number === 25) for (const part of fieldsOf(source, field.start, field.end)) if (part.number === 7) readNode(source, part, found, 1);
  }
  if (graphs !== 1 || found.outputs.length === 0) throw new SamError('model/format', 'Not an ONNX model: there is no graph with outputs in it.');
  return {
    inputs: found.inputs.filter((input) => !found.initializers.has(input.name)),
    outputs: found.outputs,
    domains: [...new Set(found.domains)].sort(),
    externalFiles: [...new Set(found.externalFiles)].sort(),
    producer: found.producer,
  };
}

type Found = OnnxGraph & { initializers: Set<string> };

function readGraph(source: ByteSource, graph: Field, found: Found, depth: number): void {
  if (depth > MAX_DEPTH) throw new SamError('model/format', `Graphs within graphs go deeper than ${MAX_DEPTH} levels.`);
  const top = depth === 0;
  for (const field of fieldsOf(source, graph.start, graph.end)) {
    if (field.number === 1) readNode(source, field, found, depth);
    else if (field.number === 5) {
      const name = readTensor(source, field, found);
      if (top) found.initializers.add(name);
    } else if (field.number === 15) readSparseTensor(source, field, found);
    else if (field.number === 11 && top) found.inputs.push(readValueInfo(source, field));
    else if (field.number === 12 && top) found.outputs.push(readValueInfo(source, field));
  }
}

function readNode(source: ByteSource, node: Field, found: Found, depth: number): void {
  let domain = '';
  for (const field of fieldsOf(source, node.start, node.end)) {
    if (field.number === 7) domain = textOf(source, field);
    if (field.number !== 5) continue;
    // an attribute may hold a tensor (t, tensors, sparse ones) or a whole graph (g, graphs), each with side files of its own
    for (const attribute of fieldsOf(source, field.start, field.end)) {
      if (attribute.number === 5 || attribute.number === 10) readTensor(source, attribute, found);
      if (attribute.number === 22 || attribute.number === 23) readSparseTensor(source, attribute, found);
      if ((attribute.number === 6 || attribute.number === 11) && attribute.wire === 2) readGraph(source, attribute, found, depth + 1);
    }
  }
  found.domains.push(domain);
}

/** Values and indices are tensors. */
function readSparseTensor(source: ByteSource, tensor: Field, found: Found): void {
  for (const field of fieldsOf(source, tensor.start, tensor.end)) if (field.number === 1 || field.number === 2) readTensor(source, field, found);
}

function readTensor(source: ByteSource, tensor: Field, found: Found): string {
  let name = '';
  for (const field of fieldsOf(source, tensor.start, tensor.end)) {
    if (field.number === 8) name = textOf(source, field);
    if (field.number !== 13) continue;
    let key = '', value = '';
    for (const entry of fieldsOf(source, field.start, field.end)) {
      if (entry.number === 1) key = textOf(source, entry);
      if (entry.number === 2) value = textOf(source, entry);
    }
    if (key === 'location') found.externalFiles.push(value);
  }
  return name;
}

function readValueInfo(source: ByteSource, info: Field): TensorInfo {
  const result: TensorInfo = { name: '', type: 'unknown', shape: [] };
  for (const field of fieldsOf(source, info.start, info.end)) {
    if (field.number === 1) result.name = textOf(source, field);
    if (field.number !== 2) continue;
    for (const kind of fieldsOf(source, field.start, field.end)) {
      if (kind.number !== 1) continue;
      for (const part of fieldsOf(source, kind.start, kind.end)) {
        if (part.number === 1) result.type = ELEMENT_TYPES[Number(part.value)] ?? `type ${part.value}`;
        if (part.number === 2) result.shape = readShape(source, part);
      }
    }
  }
  return result;
}

function readShape(source: ByteSource, shape: Field): (number | string)[] {
  const dimensions: (number | string)[] = [];
  for (const field of fieldsOf(source, shape.start, shape.end)) {
    if (field.number !== 1) continue;
    let dimension: number | string = '?';
    for (const part of fieldsOf(source, field.start, field.end)) {
      if (part.number === 1) dimension = integersOf(source, part)[0] ?? '?';
      if (part.number === 2) dimension = textOf(source, part) || '?';
    }
    dimensions.push(dimension);
  }
  return dimensions;
}

/** `name float32[1, 3, 1024, 1024]`, as error messages print it. */
export function describeTensor(tensor: TensorInfo): string {
  return `${tensor.name} ${tensor.type}[${tensor.shape.join(', ')}]`;
}
