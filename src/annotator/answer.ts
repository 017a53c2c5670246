/** What the server answers: a status, headers and bytes, made in one place, so that none goes out without the headers that keep other pages away. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSamError, messageOf, type SamError } from '../errors.js';
import type { Refusal } from './api.js';

export interface Answer { status: number; headers: Record<string, string>; body?: Uint8Array | undefined }

/**
 * The page runs nothing but its own script, talks to nobody but this server, and is in nobody's frame; isolated (COOP, COEP), it may use threads. `wasm-unsafe-eval` allows WebAssembly and
 * nothing else.
 */
const SECURITY = {
  'content-security-policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; "
    + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer',
} as const;

export function json(value: object, status = 200): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }, body: Buffer.from(JSON.stringify(value)) };
}

export function empty(status: number, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'cache-control': 'no-store', ...headers } };
}

export function refuse(status: number, code: string, message: string, headers: Record<string, string> = {}): Answer {
  const refusal: Refusal = { code, message };
  const answer = json(refusal, status);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** Bytes that a browser may keep, but asks about each time: on another day another project answers at this address. */
export function tagged(body: Uint8Array, type: string, tag: string, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers: { 'content-type': type, 'cache-control': 'private, no-cache', etag: `"${tag}"`, ...headers }, body };
}

/** A refusal for what was thrown; `notFound`: whether a record that is not there was named by the address. */
export function refusalOf(error: unknown, notFound: boolean): Answer {
  if (!isSamError(error)) return refuse(500, 'internal/unexpected', 'A fault of ours; the terminal that runs the annotator says more.');
  return refuse(statusOf(error, notFound), error.code, error.message);
}

function statusOf({ code, kind }: SamError, notFound: boolean): number {
  if (code === 'engine/conflict' || code === 'image/changed') return 409;
  if (code === 'engine/record') return notFound ? 404 : 400;
  if (code === 'usage/request' || code === 'data/rle') return 400;
  if (kind === 'storage') return 507;
  return kind === 'item' ? 404 : kind === 'interrupted' ? 503 : 500;
}

/** One line for the terminal where the answer's status is 500 or 507; else undefined. */
export function faultLine(error: unknown): string | undefined {
  if (isSamError(error)) return [500, 507].includes(statusOf(error, true)) ? error.message : undefined;
  return error instanceof Error ? error.stack ?? error.message : messageOf(error);
}

export function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  const isKnown = status === 200 && headers['etag'] !== undefined && request.headers['if-none-match'] === headers['etag'];
  // what a client still sends is read and thrown away for a moment: a connection that is closed on unread bytes loses the answer
  const isUnread = !request.complete;
  const length = isKnown || status === 204 ? {} : { 'content-length': String(body?.length ?? 0) };
  response.writeHead(isKnown ? 304 : status, { ...SECURITY, ...headers, ...length, ...(isUnread ? { connection: 'close' } : {}) });
  response.end(isKnown ? undefined : body);
  if (!isUnread) return;
  request.resume();
  response.once('finish', () => { setTimeout(() => { request.destroy(); }, 250).unref(); });
}
