/** A model that is worse than the test model, for tests of which one is kept. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldsOf, MemorySource, type Field } from '../../src/models/protobuf.js';
import { TEST_MODEL } from '../test-model.js';

/** Places of the weights (raw_data of the graph's initializers) that are large. */
function* largeWeights(bytes: Uint8Array): Generator<Field> {
  const source = new MemorySource(bytes), inside = function* (parents: Iterable<Field>, wanted: number): Generator<Field> {
    for (const { start, end } of parents) for (const field of fieldsOf(source, start, end)) if (field.number === wanted) yield field;
  };
  const graphs = [...fieldsOf(source, 0, bytes.length)].filter(({ number }) => number === 7);
  for (const field of inside(inside(graphs, 5), 9)) if (field.end - field.start > 100_000) yield field;
}

/** The test model with a part of its weights gone: it runs, and finds less. */
export function weakModel(folder: string): string {
  cpSync(TEST_MODEL, folder, { recursive: true });
  const path = join(folder, 'encoder.onnx'), bytes = readFileSync(path);
  for (const { start, end } of largeWeights(bytes)) bytes.fill(0, start, end);
  writeFileSync(path, bytes);
  const json = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as Record<string, unknown>; // our own file
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...json, name: 'weak', files: undefined }));
  return folder;
}
