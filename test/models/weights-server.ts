/** A real server on loopback for downloads, and the bytes that it serves. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that look random and are always the same. */
export function weightsOf(seed: string, length: number): Buffer {
  const blocks = [];
  for (let i = 0; i * 32 < length; i++) blocks.push(createHash('sha256').update(`${seed} ${i}`).digest());
  return Buffer.concat(blocks).subarray(0, length);
}

/** One request as the server saw it: path and the `Range` header. */
export interface Seen { path: string; range: string | undefined }
export interface WeightsServer { url: string; seen: Seen[] }

/** Serves until the test ends. `answer` gets the number of the request, from 0. */
export async function weightsServer(
  t: ExecutionContext, answer: (request: IncomingMessage, response: ServerResponse, number: number) => void,
): Promise<WeightsServer> {
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    seen.push({ path: request.url ?? '', range: request.headers.range });
    answer(request, response, seen.length - 1);
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  // a server that listens on TCP has an address of this kind
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** Answers as a good server does, ranges included. */
export function serve(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (start === 0) response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  else if (start >= bytes.length) response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
  else {
    response.writeHead(206, { 'content-length': bytes.length - start, 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` });
    response.end(bytes.subarray(start));
  }
}

/** Sends the first `count` bytes of a good answer and falls silent. */
export function serveBeginning(response: ServerResponse, bytes: Buffer, count: number): void {
  response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, count));
}
