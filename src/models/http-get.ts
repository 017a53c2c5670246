/** One GET over https, or over http where the start says so: at most five redirects, none to a weaker protocol, no silence without end. */
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { SamError, messageOf } from '../errors.js';

const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

export interface GetOptions {
  /** Sent with every request of the chain. */
  headers: Readonly<Record<string, string>>;
  /** Milliseconds without a byte after which the connection counts as stalled. */
  idleTimeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** What a GET came to: an answer that is no redirect, or the reason why the chain was not followed. */
export type GetResult = { kind: 'answer'; answer: IncomingMessage } | { kind: 'refused'; why: string };

/** The answer at the end of the redirects, its body not yet read. Rejects with what the network says, or `model/download` for silence. */
export async function httpGet(start: URL, options: GetOptions): Promise<GetResult> {
  let url = start;
  for (let hops = 0; ; hops++) {
    const answer = await openAnswer(url, options);
    if (!REDIRECTS.includes(answer.statusCode ?? 0)) return { kind: 'answer', answer };
    answer.destroy();
    if (hops === MAX_REDIRECTS) return { kind: 'refused', why: `more than ${MAX_REDIRECTS} redirects` };
    const location = answer.headers.location ?? '';
    if (location === '' || !URL.canParse(location, url.href)) return { kind: 'refused', why: 'a redirect without a usable address' };
    const next = new URL(location, url.href);
    const why = whyNotFollowed(url, next);
    if (why !== undefined) return { kind: 'refused', why };
    url = next;
  }
}

function whyNotFollowed(from: URL, to: URL): string | undefined {
  if (to.protocol === 'https:') return undefined;
  if (to.protocol !== 'http:') return `a redirect to ${to.protocol}`;
  return from.protocol === 'https:' ? 'a redirect from https to http' : undefined;
}

function openAnswer(url: URL, options: GetOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    // one connection a request: a body longer than it announced must not leak into the next answer
    const headers = { 'accept-encoding': 'identity', connection: 'close', 'user-agent': 'sam-masks', ...options.headers };
    const request: ClientRequest = send(url, {
      headers, timeout: options.idleTimeoutMs, ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    let answer: IncomingMessage | undefined;
    request.on('timeout', () => {
      const stalled = new SamError('model/download', `no byte for ${options.idleTimeoutMs / 1000} s`);
      // destroying the answer, where there is one, gives its reader this reason instead of a bare "aborted"
      if (answer === undefined) request.destroy(stalled);
      else answer.destroy(stalled);
    });
    request.on('error', reject);
    request.on('response', (response) => {
      answer = response;
      // errors before the body is read would be unhandled otherwise; the reader gets them again
      response.on('error', () => undefined);
      resolve(response);
    });
    request.end();
  });
}

/** An address safe to print: without credentials and without the query, which may hold a signature. */
export function printableUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** What the network said, in words: Node joins several failed addresses into an error without a message. */
export function networkReason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return messageOf(error);
}
