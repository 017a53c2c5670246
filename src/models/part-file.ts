/** A file on its way in: what has arrived so far, with a running SHA-256, so that an interrupted download can go on where it stopped. */
import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { isSamError } from '../errors.js';
import { storageError, storing } from '../files/storage-error.js';

const READ_BYTES = 1 << 20;

/** Made by `openPart`; whoever opens it closes it. Throws `storage/full`, `storage/not-writable`. */
export class PartFile {
  private size = 0;
  private hash: Hash = createHash('sha256');

  constructor(readonly path: string, private readonly handle: FileHandle) {}

  /** Bytes that have arrived. */
  get bytes(): number {
    return this.size;
  }

  /** SHA-256 of what has arrived, lower-case hexadecimal. */
  sha256(): string {
    return this.hash.copy().digest('hex');
  }

  /** Hashes what an earlier run left. */
  async takeUp(): Promise<void> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (;;) {
      const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, this.size);
      if (bytesRead === 0) return;
      this.hash.update(buffer.subarray(0, bytesRead));
      this.size += bytesRead;
    }
  }

  /** Adds a piece at the end, all of it. */
  async append(piece: Uint8Array): Promise<void> {
    await this.guard(async () => {
      for (let done = 0; done < piece.length;) {
        const { bytesWritten } = await this.handle.write(piece, done, piece.length - done, this.size + done);
        done += bytesWritten;
      }
    });
    this.hash.update(piece);
    this.size += piece.length;
  }

  /** Forgets everything that has arrived. */
  async restart(): Promise<void> {
    await this.guard(() => this.handle.truncate(0));
    this.size = 0;
    this.hash = createHash('sha256');
  }

  /** Brings the bytes to the disk. */
  async sync(): Promise<void> {
    await this.guard(() => this.handle.sync());
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  /** A full disk is given its space back: the part is dropped. */
  private async guard<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      const told = await storageError(error, this.path);
      if (isSamError(told, 'storage/full')) await unlink(this.path).catch(() => undefined);
      throw told;
    }
  }
}

/** Opens the part at `path`, hashing what is there already. The caller holds its lock. Throws `storage/*`. */
export async function openPart(path: string): Promise<PartFile> {
  // a link in its place is not followed: the part is ours alone
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  const part = new PartFile(path, await storing(path, open(path, flags, 0o600)));
  try {
    await storing(path, part.takeUp());
  } catch (error) {
    await part.close();
    throw error;
  }
  return part;
}
