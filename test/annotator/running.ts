/** A running annotator for the tests: the real one over drawn images, with a page of the test's own, and clients of every manner. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { assist, type AssistReport, type AssistRequest } from '../../src/annotator/assist.js';
import type { ClaimAnswer, ImageView, MaskView, SaveAction, SaveAnswer } from '../../src/annotator/api.js';
import { siteFile } from '../../src/annotator/site.js';
import { initProject } from '../../src/engine/init.js';
import { rleToString } from '../../src/mask/rle-string.js';
import { boxMask, placeWith, type Place } from '../engine/scenes.js';
import { TEST_ENV } from '../test-model.js';

export interface Running { port: number; origin: string; token: string; faults: string[]; stop: () => Promise<AssistReport> }
export interface Reply { status: number; body: unknown; headers: Headers; bytes: Uint8Array }

/** The page of these tests. */
const SITE = new Map([['/', siteFile('.html', Buffer.from('<!doctype html><title>page</title>'))], ['/app/main.js', siteFile('.js', Buffer.from('export {};'))]]);

export async function projectPlace(t: ExecutionContext, names: readonly string[] = ['a.png', 'b.png', 'c.png']): Promise<Place> {
  const place = await placeWith(t, names);
  await initProject({ folder: place.folder, images: place.images, valShare: 0, env: TEST_ENV }, Date.now());
  return place;
}

export async function running(t: ExecutionContext, folder: string, request: Partial<AssistRequest> = {}): Promise<Running> {
  const ending = new AbortController(), faults: string[] = [];
  let onReady: (address: string) => void = () => undefined;
  const ready = new Promise<string>((resolve) => { onReady = resolve; });
  const end = assist({ folder, env: TEST_ENV, stop: ending.signal, onReady, onFault: (text) => { faults.push(text); }, site: SITE, annotator: 'ann', ...request });
  const address = new URL(await Promise.race([ready, end.then(() => Promise.reject(new Error('ended')))]));
  const stop = async (): Promise<AssistReport> => {
    ending.abort();
    return await end;
  };
  t.teardown(() => stop().then(() => undefined, () => undefined));
  return { port: Number(address.port), origin: address.origin, token: address.hash.slice('#t='.length), faults, stop };
}

/** A tab of the page: it has the cookie, and says what a browser says. */
export class Tab {
  private constructor(readonly origin: string, readonly cookie: string, readonly tab: string, private readonly annotator: string | undefined) {}

  static async open({ origin, token }: Pick<Running, 'origin' | 'token'>, tab = 'tab-0123456789abcdef', annotator?: string): Promise<Tab> {
    const reply = await fetch(`${origin}/api/session`, { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body: JSON.stringify({ token }) });
    return new Tab(origin, reply.headers.get('set-cookie')?.split(';')[0] ?? '', tab, annotator);
  }

  async get(path: string): Promise<Reply> {
    return await replyOf(await fetch(this.origin + path, { headers: { cookie: this.cookie } }));
  }

  async post(path: string, body: object): Promise<Reply> {
    const headers = { origin: this.origin, cookie: this.cookie, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
    return await replyOf(await fetch(this.origin + path, { method: 'POST', headers, body: JSON.stringify({ tab: this.tab, ...body }) }));
  }

  async claim(want: 'next' | number = 'next'): Promise<ClaimAnswer> {
    return (await this.post('/api/claim', { want, ...(this.annotator === undefined ? {} : { annotator: this.annotator }) })).body as ClaimAnswer; // what api.ts says
  }

  save(imageId: number, action: object, visit?: string): Promise<Reply> {
    return this.post('/api/save', { imageId, action, visit });
  }

  /** Saved, or the test fails here. */
  async saved(imageId: number, action: SaveAction, visit?: string): Promise<SaveAnswer> {
    const { status, body } = await this.save(imageId, action, visit);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body as SaveAnswer; // what api.ts says
  }

  /** Asks until the embedding is there. */
  async embedding(id: number): Promise<Reply> {
    for (;;) {
      const reply = await this.get(`/embeddings/${id}`);
      if (reply.status !== 202) return reply;
      await sleep(50);
    }
  }
}

async function replyOf(response: Response): Promise<Reply> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, headers: response.headers, bytes, body: isJson ? JSON.parse(Buffer.from(bytes).toString()) as unknown : undefined };
}

let keys = 0;
export const newKey = (): string => `key-of-a-test-${String(keys++).padStart(6, '0')}`;

/** A mask of a box, drawn with one click. */
export function added(box: [number, number, number, number] = [5, 5, 25, 25]): SaveAction & { kind: 'add' } {
  return {
    kind: 'add', key: newKey(), categoryId: 1, counts: rleToString(boxMask(...box)), prompts: [{ kind: 'point', x: 9, y: 9, label: 1 }], predictedIou: 0.9, stabilityScore: null, seconds: 2, clicks: 1,
  };
}

export function onMask(kind: 'accept' | 'reject' | 'reopen' | 'undo-correction' | 'correct', { id, revision }: MaskView, more: object = {}): SaveAction {
  return { kind, key: newKey(), maskId: id, revision, seconds: 1, clicks: 1, ...more }; // each kind's fields are the caller's
}

export const imageOf = ({ image }: ClaimAnswer): ImageView => {
  if (image === null) throw new Error('no image is left');
  return image;
};

/** What a server answers to bytes as they are, until it hangs up or says nothing for a while. */
export async function raw(port: number, bytes: string | Buffer, patience = 5000): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  return await answers(socket, bytes, patience);
}

async function answers(socket: Socket, bytes: string | Buffer, patience: number): Promise<string> {
  let text = '';
  socket.on('data', (data: Buffer) => { text += data.toString('latin1'); }).on('error', () => undefined);
  const closed = once(socket, 'close').catch(() => undefined);
  socket.setTimeout(patience, () => { socket.destroy(); });
  socket.write(bytes);
  await closed;
  return text;
}

export const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
