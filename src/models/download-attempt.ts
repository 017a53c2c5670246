/** One request of a download: asks for what is missing, takes it in, and says what went wrong if something did. */
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { interrupted, isFinal, requireSpace, type DownloadJob, type DownloadOptions } from './download-job.js';
import { httpGet, networkReason } from './http-get.js';
import type { PartFile } from './part-file.js';

/**
 * Why an attempt failed. `broken`: the connection, worth repeating. `unusable`: this source does not have the file.
 * `stale`: the server cannot go on from where we are. `wrong-bytes`: what arrived is not the file.
 */
export interface Failure { kind: 'broken' | 'unusable' | 'stale' | 'wrong-bytes'; why: string }

/** Undefined when the part is complete and its checksum right. Throws only what no repetition mends: `storage/*`, `interrupted/signal`. */
export async function attempt(part: PartFile, source: URL, job: DownloadJob, options: DownloadOptions): Promise<Failure | undefined> {
  if (options.signal?.aborted) throw interrupted();
  // a connection may break after the last byte and before its end
  if (part.sha256() === job.sha256) return undefined;
  try {
    const headers: Record<string, string> = part.bytes > 0 ? { range: `bytes=${part.bytes}-` } : {};
    const result = await httpGet(source, { headers, idleTimeoutMs: options.idleTimeoutMs, signal: options.signal });
    if (result.kind === 'refused') return { kind: 'unusable', why: result.why };
    try {
      return await takeIn(part, result.answer, job, options);
    } finally {
      result.answer.destroy();
    }
  } catch (error) {
    if (isFinal(error)) throw error;
    if (options.signal?.aborted) throw interrupted();
    return { kind: 'broken', why: networkReason(error) };
  }
}

async function takeIn(part: PartFile, answer: IncomingMessage, job: DownloadJob, options: DownloadOptions): Promise<Failure | undefined> {
  const refusal = refusalOf(answer, part.bytes);
  if (refusal !== undefined) return refusal;
  const announced = announcedTotal(answer);
  if (announced !== undefined && job.bytes !== undefined && announced !== job.bytes) {
    return { kind: 'unusable', why: `it announces ${announced} bytes, expected ${job.bytes}` };
  }
  // a server that ignores the range sends the file from its start
  if (answer.statusCode === 200 && part.bytes > 0) await part.restart();
  const total = job.bytes ?? announced;
  if (job.bytes === undefined && total !== undefined) await requireSpace(dirname(job.partPath), total - part.bytes, job.name);
  return await readBody(part, answer, job, total, options);
}

/** What the status and its headers rule out before a byte of the body is read. */
function refusalOf(answer: IncomingMessage, offset: number): Failure | undefined {
  const status = answer.statusCode ?? 0;
  const encoding = answer.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return { kind: 'unusable', why: `it answers in the encoding ${encoding}` };
  if (status === 200) return undefined;
  if (status === 206) {
    const start = contentRange(answer)?.start;
    if (offset > 0 && start === offset) return undefined;
    return { kind: 'stale', why: `it answers with the bytes from ${start ?? 'nowhere'}, asked were those from ${offset}` };
  }
  if (status === 416) return { kind: 'stale', why: 'it has no such range (status 416)' };
  const passing = status >= 500 || status === 408 || status === 429;
  return { kind: passing ? 'broken' : 'unusable', why: `status ${status}` };
}

function contentRange(answer: IncomingMessage): { start: number; total: number | undefined } | undefined {
  const found = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers['content-range'] ?? '');
  if (found === null) return undefined;
  return { start: Number(found[1]), total: found[2] === '*' ? undefined : Number(found[2]) };
}

/** The whole file's size, as far as the answer tells it. */
function announcedTotal(answer: IncomingMessage): number | undefined {
  if (answer.statusCode === 206) return contentRange(answer)?.total;
  const length = answer.headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

async function readBody(
  part: PartFile, answer: IncomingMessage, job: DownloadJob, total: number | undefined, options: DownloadOptions,
): Promise<Failure | undefined> {
  const began = performance.now();
  const before = part.bytes;
  const limit = total ?? options.maxBytes;
  // a Node stream of a request without an encoding yields buffers, but its type does not say so
  for await (const piece of answer as AsyncIterable<Buffer>) {
    if (part.bytes + piece.length > limit) return { kind: 'wrong-bytes', why: `it sends more than the ${limit} bytes ${total === undefined ? 'allowed' : 'expected'}` };
    await part.append(piece);
    const seconds = (performance.now() - began) / 1000;
    options.onProgress?.({
      name: job.name, bytes: part.bytes, ...(total === undefined ? {} : { total }),
      bytesPerSecond: seconds > 0 ? (part.bytes - before) / seconds : 0,
    });
  }
  if (total !== undefined && part.bytes < total) return { kind: 'broken', why: `it ended after ${part.bytes} of ${total} bytes` };
  const found = part.sha256();
  return found === job.sha256 ? undefined : { kind: 'wrong-bytes', why: `expected sha256 ${job.sha256}, found ${found}` };
}
