/** A sink that keeps what a writer puts and loses in memory, for tests; and what puts it on disk for a reader. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Loss, Sink } from '../../src/formats/format.js';

export interface MemorySink extends Sink {
  /** By path; `''` for a format that is one file. */
  files: Map<string, Buffer>;
  losses: Map<Loss, { count: number; first: string }>;
  /** The text of one file; fails if it was not put. */
  text(path?: string): string;
}

export function memorySink(): MemorySink {
  const files = new Map<string, Buffer>();
  const losses = new Map<Loss, { count: number; first: string }>();
  return {
    files, losses,
    text(path = '') {
      const bytes = files.get(path);
      if (bytes === undefined) throw new Error(`nothing was put at "${path}"; there is ${[...files.keys()].join(', ')}`);
      return bytes.toString();
    },
    async put(path, content) {
      if (files.has(path)) throw new Error(`"${path}" was put twice`);
      const pieces: Buffer[] = [];
      if (typeof content === 'string' || content instanceof Uint8Array) pieces.push(Buffer.from(content));
      // Buffer.from has an overload for each, but none for both
      else for await (const piece of content) pieces.push(typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece));
      files.set(path, Buffer.concat(pieces));
    },
    lose(loss, where) {
      const known = losses.get(loss);
      if (known === undefined) losses.set(loss, { count: 1, first: where });
      else known.count++;
    },
  };
}

/** Writes files below `folder` as a real output would lie; `''` becomes `fileName`. Returns the path that a reader takes. */
export async function layOut(files: ReadonlyMap<string, Uint8Array>, folder: string, fileName: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [path, bytes] of files) {
    const at = join(folder, path === '' ? fileName : path);
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, bytes);
  }
  return files.has('') ? join(folder, fileName) : folder;
}
