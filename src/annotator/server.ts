/**
 * The annotator's server: HTTP on this machine only. Connections, what is read of each and the time that each may take are bounded; what a request says is looked at by `guard.ts`
 * before anything is done, and nothing of it is ever used as a path.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SamError, systemCode } from '../errors.js';
import { CLAIM, SESSION } from './api.js';
import { faultLine, refusalOf, refuse, send, tagged, type Answer } from './answer.js';
import { readJson } from './body.js';
import { guard, newSecret, session, type Identity } from './guard.js';
import { limitOf, methodOf, notFound, read, write, type Annotator } from './routes.js';
import type { Site } from './site.js';

const MAX_CONNECTIONS = 128, MAX_HEADER_BYTES = 16 << 10;
/** Milliseconds: for the headers of a request, for all of it, and that a connection may be silent. */
export const TIMEOUTS = { headers: 10_000, request: 60_000, idle: 120_000, check: 2_000 };
/** What is in work when the server stops may take this long. */
const CLOSING_MILLISECONDS = 5000;
/** A connection that is done with one request waits for the next one so long: longer than between two renewals of a page, so that its end tells the page's (`Tabs`). */
const KEEP_ALIVE_MILLISECONDS = 90_000;
/** The same fault is told once in so many milliseconds: a page sends again what could not be saved. */
const FAULT_MILLISECONDS = 60_000;

/** `address`: with the token, for the person who started it; it is written nowhere else. */
export interface RunningServer { port: number; address: string; close(): Promise<void> }

export interface ServerRequest {
  annotator: Annotator;
  site: Site;
  port: number;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** Hears of faults of ours and of the disk's, one text each. */
  onFault: (text: string) => void;
  timeouts?: typeof TIMEOUTS;
}

/** Listens on 127.0.0.1. Throws `usage/port`. */
export async function startServer({ annotator, site, port, clock, onFault, timeouts = TIMEOUTS }: ServerRequest): Promise<RunningServer> {
  const identity: Identity = { port, token: newSecret(), cookie: newSecret() };
  let isClosing = false, told = { text: '', at: -Infinity };
  const tell = (text: string): void => {
    if (text === told.text && clock() - told.at < FAULT_MILLISECONDS) return;
    told = { text, at: clock() };
    onFault(text);
  };
  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const { method = '', url = '' } = request;
    const refusal = guard({ method, url, headers: request.headers, rawHeaders: request.rawHeaders }, identity, (path) => site.has(path));
    if (refusal !== undefined) return refusal;
    if (isClosing) return refuse(503, 'closing', 'The annotator was stopped; all that it said was saved is saved.', { connection: 'close' });
    return await answerOf(request, { annotator, site, identity, now: clock() });
  };
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: timeouts.headers, requestTimeout: timeouts.request, connectionsCheckingInterval: timeouts.check });
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    void answerTo(request).catch((error: unknown) => {
      const fault = faultLine(error);
      // one who hung up in the middle is no fault
      if (fault !== undefined && !request.errored) tell(fault);
      return refusalOf(error, request.method === 'GET' || request.url === CLAIM);
    }).then((answer) => {
      if (!response.destroyed) send(request, response, answer);
    });
  };
  const refuseExpectation = (request: IncomingMessage, response: ServerResponse): void => { send(request, response, refuse(417, 'expect', 'This server answers no Expect.')); };
  server.on('request', handle).on('checkContinue', refuseExpectation).on('checkExpectation', refuseExpectation);
  server.setTimeout(timeouts.idle);
  server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
  server.maxConnections = MAX_CONNECTIONS;
  identity.port = await listen(server, port);
  return {
    port: identity.port, address: `http://127.0.0.1:${identity.port}/#t=${identity.token}`,
    close: async () => {
      isClosing = true;
      await closed(server);
    },
  };
}

async function answerOf(request: IncomingMessage, { annotator, site, identity, now }: { annotator: Annotator; site: Site; identity: Identity; now: number }): Promise<Answer> {
  const path = request.url ?? '', file = site.get(path);
  const method = file !== undefined ? 'GET' : path === SESSION ? 'POST' : methodOf(path);
  if (method === undefined) return notFound();
  if (method !== request.method) return refuse(405, 'method', `This address takes ${method} only.`, { allow: method });
  if (file !== undefined) return tagged(file.bytes, file.type, file.tag);
  if (method === 'GET') return await read(annotator, path);
  const body = await readJson(request, limitOf(path));
  if ('refusal' in body) return body.refusal;
  return path === SESSION ? session(body.value, identity) : await write(annotator, path, body.value, now, request.socket);
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, () => { resolve(); });
  }).catch((error: unknown) => {
    const code = systemCode(error) ?? '';
    const reason = code === 'EADDRINUSE' ? 'another program has it' : code === 'EACCES' ? 'the system keeps it for others' : code;
    throw new SamError('usage/port', `Port ${port} of this machine cannot be listened on: ${reason}. Without --port, that of the last time or a free one is taken.`, { cause: error });
  });
  return (server.address() as AddressInfo).port; // that of a TCP server
}

/** Requests in work are answered; connections that ask again meanwhile hear that it is over. */
async function closed(server: Server): Promise<void> {
  const ended = new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
  const timer = setTimeout(() => { server.closeAllConnections(); }, CLOSING_MILLISECONDS);
  server.closeIdleConnections();
  await ended;
  clearTimeout(timer);
}
