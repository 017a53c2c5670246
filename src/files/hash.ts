/** SHA-256 of bytes, files and folders: the identity of inputs, outputs and models. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface Digest { sha256: string; bytes: number }

/** SHA-256 of bytes, or of a text's UTF-8, as 64 lower-case hex digits. */
export function sha256Hex(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** SHA-256 and size of a file, streamed. A file that cannot be read throws Node's own error: only the caller knows what it was. */
export async function sha256File(path: string): Promise<Digest> {
  return await sha256Stream(createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array>); // a stream without an encoding yields buffers
}

/** The same of what comes piece by piece; a text counts as its UTF-8. */
export async function sha256Stream(pieces: AsyncIterable<Uint8Array | string>): Promise<Digest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    bytes += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** One SHA-256 over a flat folder's files: their names and hashes, in bytewise order of the names. */
export function sha256Listing(files: readonly { name: string; sha256: string }[]): string {
  const lines = files.map(({ name, sha256 }) => Buffer.from(`${name}\0${sha256}\n`)).sort((a, b) => Buffer.compare(a, b));
  return sha256Hex(Buffer.concat(lines));
}

/** `sha256Listing` of a folder on disk. What is not a regular file counts by its name alone, so that such a folder equals no written one. */
export async function sha256Folder(path: string): Promise<string> {
  const entries = await readdir(path, { withFileTypes: true });
  const files = [];
  for (const entry of entries) {
    files.push({ name: entry.name, sha256: entry.isFile() ? (await sha256File(join(path, entry.name))).sha256 : 'not a file' });
  }
  return sha256Listing(files);
}
