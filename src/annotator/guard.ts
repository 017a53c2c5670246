/**
 * Who may ask: looked at before anything else of a request is. Any page that the user has open can send requests to this machine, under any name that it has made to point here, so the Host
 * must be this server's own, a page's origin too, and everything but the page and its code needs the cookie that only the holder of the printed address gets.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { empty, refuse, type Answer } from './answer.js';
import { SESSION } from './api.js';

/** What a server knows of itself. `token`: what the printed address carries; `cookie`: what it is exchanged for. 32 random bytes each, hex. */
export interface Identity { port: number; token: string; cookie: string }

export const newSecret = (): string => randomBytes(32).toString('hex');

export interface Asked { method: string; url: string; headers: IncomingHttpHeaders; /** Names as they came, for those that must not come twice. */ rawHeaders: readonly string[] }

const MAX_URL = 1024;
/** Of every address that this server knows. */
const PLAIN_PATH = /^\/[A-Za-z0-9._/-]*$/;
const METHODS = ['GET', 'POST'];

/** A refusal, or undefined for a request that may be looked at. `isOpen`: its address needs no cookie. */
export function guard({ method, url, headers, rawHeaders }: Asked, { port, cookie }: Identity, isOpen: (path: string) => boolean): Answer | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  const host = headers.host ?? '';
  if (!hosts.includes(host) || isTwice(rawHeaders, 'host')) return refuse(403, 'host', 'This server answers only to its own address on this machine.');
  if (url.length > MAX_URL) return refuse(414, 'url', 'The address is too long.');
  if (!PLAIN_PATH.test(url) || url.includes('//') || url.includes('..')) return refuse(400, 'url', 'The address is none of this server\'s.');
  if (!METHODS.includes(method)) return refuse(405, 'method', `${METHODS.join(' and ')} are all that this server knows.`, { allow: METHODS.join(', ') });
  const isWrite = method === 'POST', origin = headers.origin;
  if (isTwice(rawHeaders, 'origin') || (origin === undefined ? isWrite : origin !== `http://${host}`)) return refuse(403, 'origin', 'Another page asked; only this server\'s own page may.');
  if (!isFromHere(headers['sec-fetch-site'], isWrite, url)) return refuse(403, 'origin', 'Another page asked; only this server\'s own page may.');
  if (isWrite && !/^application\/json(?: *; *charset=utf-8)?$/i.test(headers['content-type'] ?? '')) return refuse(415, 'content-type', 'Expected application/json.');
  if (isOpen(url) || url === SESSION || holdsCookie(headers.cookie, port, cookie)) return undefined;
  return refuse(401, 'session', 'Open the address that sam printed when it started: it carries the key to this page.');
}

/** The browser's own word on who asks, where it gives one. A person who types an address asks from nowhere; a link to the page itself may stand anywhere. */
function isFromHere(site: string | string[] | undefined, isWrite: boolean, path: string): boolean {
  if (site === undefined || site === 'same-origin' || (path === '/' && !isWrite)) return true;
  return site === 'none' && !isWrite;
}

function isTwice(rawHeaders: readonly string[], name: string): boolean {
  return rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === name).length > 1;
}

/** By port: a browser gives cookies of one port of a machine to all of them. */
const cookieName = (port: number): string => `sam-${port}`;

function holdsCookie(header: string | undefined, port: number, secret: string): boolean {
  return (header ?? '').split(';').some((part) => {
    const at = part.indexOf('=');
    return part.slice(0, at).trim() === cookieName(port) && isSame(part.slice(at + 1).trim(), secret);
  });
}

/** The exchange of the token for the cookie. */
export function session(body: unknown, { port, token, cookie }: Identity): Answer {
  const given = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined;
  if (typeof given !== 'string' || !isSame(given, token)) return refuse(401, 'session', 'The key in this address is not that of the running annotator; open the address that sam printed last.');
  return empty(204, { 'set-cookie': `${cookieName(port)}=${cookie}; HttpOnly; SameSite=Strict; Path=/` });
}

/** Takes as long for a near miss as for a far one. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
