/** Writing to the standard streams: a reader that goes away is no error, a full disk behind `> file` is, and the story never stops the work. */
import { SamError, messageOf, systemCode } from '../errors.js';

/** Takes over from oclif, which ends the process with a stack at any error of stdout, and from Node, which does so for stderr. */
export function guardStreams(): void {
  process.stdout.removeAllListeners('error').on('error', () => undefined);
  // a terminal that was closed, a log on a full disk: the work goes on
  process.stderr.on('error', () => undefined);
}

/** Writes a result to stdout and waits for it. Throws `storage/full`, `storage/not-writable`; nothing when the reader has gone. */
export async function writeResult(text: string | Uint8Array): Promise<void> {
  const error = await new Promise<Error | null | undefined>((resolve) => process.stdout.write(text, resolve));
  if (error === null || error === undefined || systemCode(error) === 'EPIPE') return;
  if (systemCode(error) === 'ENOSPC') throw new SamError('storage/full', 'The result cannot be written to stdout: the disk is full.', { cause: error });
  throw new SamError('storage/not-writable', `The result cannot be written to stdout: ${messageOf(error)}.`, { cause: error });
}
