/**
 * What a job makes before it knows whether it may be kept: bytes put aside, in memory up to a few mebibytes, then in a file of the system's
 * temporary folder that has no name any more, so that not even a kill leaves it behind.
 */
import { readSync } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storing } from './storage-error.js';

const MEMORY_BYTES = 4 << 20;
const CHUNK_BYTES = 1 << 16;

/** Where something lies in a spool. */
export interface SpoolRange { start: number; bytes: number }

export class Spool {
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private written = 0;
  private total = 0;
  private flushing: Promise<void> = Promise.resolve();
  private file: { handle: FileHandle; folder: string } | undefined;

  /** `memoryBytes`: so much stays in memory before it goes to the disk. `place`: the system's folder for temporary files where it is not given. */
  constructor(private readonly memoryBytes = MEMORY_BYTES, private readonly place = tmpdir()) {}

  /** All that was appended. */
  get bytes(): number {
    return this.total;
  }

  /** Puts bytes behind the others. Throws `storage/...` where the temporary folder takes no more. */
  async append(data: Uint8Array | string): Promise<SpoolRange> {
    // a copy: the caller may use its buffer again
    const bytes = Buffer.from(data);
    const start = this.total;
    this.total += bytes.length;
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.waitingBytes > this.memoryBytes) await this.flush();
    return { start, bytes: bytes.length };
  }

  /** Bytes that were appended. */
  async read({ start, bytes }: SpoolRange): Promise<Uint8Array> {
    const { handle } = this.file ?? await this.flush();
    if (start + bytes > this.written) await this.flush();
    const buffer = Buffer.allocUnsafeSlow(bytes);
    for (let filled = 0; filled < bytes;) {
      // small and many: a turn of the thread pool for each would take longer than the reading
      const bytesRead = readSync(handle.fd, buffer, filled, bytes - filled, start + filled);
      filled += bytesRead;
      if (bytesRead === 0) return buffer.subarray(0, filled);
    }
    return buffer;
  }

  /** All of it, in pieces. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    if (this.file === undefined) return yield* this.waiting;
    await this.flush();
    for (let start = 0; start < this.written; start += CHUNK_BYTES) yield await this.read({ start, bytes: Math.min(CHUNK_BYTES, this.written - start) });
  }

  /** Gives everything up. */
  async close(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    this.waiting = [];
    await file?.handle.close();
    if (file !== undefined) await rm(file.folder, { recursive: true, force: true });
  }

  /** Several readers may come at once: one after the other. */
  private flush(): Promise<{ handle: FileHandle }> {
    const flushed = this.flushing.then(() => this.writeWaiting());
    // the caller hears of a failure; those behind it try again
    this.flushing = flushed.then(() => undefined, () => undefined);
    return flushed;
  }

  private async writeWaiting(): Promise<{ handle: FileHandle }> {
    this.file ??= await openNameless(this.place);
    const { handle } = this.file;
    const bytes = Buffer.concat(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    for (let at = 0; at < bytes.length;) at += (await storing(this.place, handle.write(bytes, at, bytes.length - at, this.written + at))).bytesWritten;
    this.written += bytes.length;
    return this.file;
  }
}

/** A new file that is open and, where the system allows it, has lost its name already. */
async function openNameless(place: string): Promise<{ handle: FileHandle; folder: string }> {
  const folder = await storing(place, mkdtemp(join(place, 'sam-spool-')));
  try {
    const handle = await storing(place, open(join(folder, 'spool'), 'wx+', 0o600));
    // Windows removes no open file: there `close` does it
    if (process.platform !== 'win32') await rm(folder, { recursive: true });
    return { handle, folder };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
