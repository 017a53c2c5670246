/** The guard over a graph's side files: weights may lie beside the graph, and nowhere else. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { SamError, printableName } from '../errors.js';
import type { OnnxGraph } from './onnx-graph.js';

/** Throws `model/unsafe` for a side file outside the folder or behind a link, `model/missing` for one that is not there. */
export function assertSafeSideFiles(folder: string, graph: OnnxGraph): void {
  for (const name of graph.externalFiles) {
    const shown = printableName(name);
    if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name)) throw new SamError('model/unsafe', `The graph wants weights from "${shown}"; only a plain file name beside the graph is allowed.`);
    const found = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (found === undefined) throw new SamError('model/missing', `The graph needs the weights file "${shown}" beside it, and it is not there.`);
    if (!found.isFile()) throw new SamError('model/unsafe', `The weights file "${shown}" is not a regular file.`);
  }
}
