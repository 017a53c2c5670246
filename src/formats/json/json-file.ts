/** An open JSON file, read by byte ranges: no file is ever one string or one buffer. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { SamError } from '../../errors.js';
import { readError, type TextPosition } from './json-document.js';

const CHUNK_BYTES = 1 << 17;
const NEWLINE = 0x0a;

interface Lines { /** Newlines before a byte. */ count: number; /** Where the last of them is; -1 if there is none. */ last: number }

export class JsonFile {
  /** What is known at the beginning of each chunk. */
  private readonly marks: Lines[] = [{ count: 0, last: -1 }];
  private chunk = -1;
  private readonly block = Buffer.alloc(CHUNK_BYTES);

  private constructor(readonly path: string, readonly name: string, private readonly fd: number, readonly size: number) {}

  /** Opens a regular file; `name`: what errors call it. Throws `usage/input-missing`, `data/unreadable`. */
  static open(path: string, name = path): JsonFile {
    try {
      // opening a pipe would wait for its writer
      const found = statSync(path);
      if (!found.isFile()) throw new SamError('data/unreadable', found.isDirectory() ? 'A file is expected here, not a folder.' : 'Not a regular file.', { file: name });
      return new JsonFile(path, name, openSync(path, 'r'), found.size);
    } catch (error) {
      throw readError(error, name);
    }
  }

  /** Fills `target` from `position`; the number of bytes that there were. Synchronous: a turn of the event loop costs more than these reads. */
  read(target: Uint8Array, position: number): number {
    let filled = 0;
    try {
      for (let got = 1; got > 0 && filled < target.length; filled += got) got = readSync(this.fd, target, filled, target.length - filled, position + filled);
    } catch (error) {
      throw readError(error, this.name);
    }
    return filled;
  }

  /** The bytes [start, end). Throws `data/unreadable` when the file has become shorter. */
  range(start: number, end: number): Buffer {
    const bytes = Buffer.allocUnsafe(end - start);
    if (this.read(bytes, start) < bytes.length) throw new SamError('data/unreadable', 'The file became shorter while it was being read.', { file: this.name });
    return bytes;
  }

  /** Line and column of a byte. Costs a pass over the file up to it, once. */
  positionOf(byte: number): TextPosition {
    const chunk = Math.floor(byte / CHUNK_BYTES);
    while (this.marks.length <= chunk) this.marks.push(this.linesIn(this.marks.length - 1, CHUNK_BYTES));
    const { count, last } = this.linesIn(chunk, byte - chunk * CHUNK_BYTES);
    return { line: count + 1, column: byte - last, byte };
  }

  private linesIn(chunk: number, limit: number): Lines {
    let { count, last } = this.marks[chunk]!;
    const start = chunk * CHUNK_BYTES;
    if (this.chunk !== chunk) this.block.fill(0, this.read(this.block, start));
    this.chunk = chunk;
    for (let i = this.block.indexOf(NEWLINE); i >= 0 && i < limit; i = this.block.indexOf(NEWLINE, i + 1)) {
      count++;
      last = start + i;
    }
    return { count, last };
  }

  close(): void {
    closeSync(this.fd);
  }
}
