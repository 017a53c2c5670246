/** Requests to the server. A refusal is a `Refused`, no answer at all is `Unreachable`: the page treats them differently. */
import { CLAIM, FINISH, PROJECT, RELEASE, RENEW, SAVE, SESSION } from '../api.js';
import type { ClaimAnswer, ClaimRequest, FinishRequest, ProjectView, Refusal, SaveAction, SaveAnswer } from '../api.js';
import { SamError } from '../../errors.js';

/** The server understood and said no. `status`: HTTP's, as api.ts has them. */
export class Refused extends SamError {
  constructor(readonly status: number, message: string) { super(status === 409 ? 'engine/conflict' : 'engine/record', message); }
}

/** Nobody answered: sent again later, nothing is lost. */
export class Unreachable extends SamError {
  constructor() { super('internal/unexpected', 'The server does not answer. Is sam engine assist still running?'); }
}

export class Server {
  /** Who works in this tab; without it, the one that the server was started for. */
  annotator: string | undefined;

  constructor(private readonly tab: string) {}

  async openSession(token: string): Promise<void> {
    await ask('POST', SESSION, { token });
  }

  project(): Promise<ProjectView> {
    // the shapes of answers are those of api.ts
    return ask('GET', PROJECT) as Promise<ProjectView>;
  }

  claim(want: ClaimRequest['want']): Promise<ClaimAnswer> {
    return ask('POST', CLAIM, { tab: this.tab, want, ...(this.annotator === undefined ? {} : { annotator: this.annotator }) }) as Promise<ClaimAnswer>;
  }

  async renew(): Promise<void> {
    await ask('POST', RENEW, { tab: this.tab });
  }

  async release(): Promise<void> {
    await ask('POST', RELEASE, { tab: this.tab });
  }

  save(imageId: number, action: SaveAction): Promise<SaveAnswer> {
    return ask('POST', SAVE, { tab: this.tab, imageId, action }) as Promise<SaveAnswer>;
  }

  async finish(request: Omit<FinishRequest, 'tab'>): Promise<void> {
    await ask('POST', FINISH, { tab: this.tab, ...request });
  }
}

/** A picture's bytes. Throws as requests do. */
export async function blobOf(path: string): Promise<Blob> {
  return (await answered(path, {})).blob();
}

async function ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  const response = await answered(path, { method, cache: 'no-store', ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) });
  return response.status === 204 ? undefined : response.json();
}

async function answered(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, { credentials: 'same-origin', ...init }).catch(() => { throw new Unreachable(); });
  if (response.ok) return response;
  // closing down: what was not saved is to be sent again to the next one
  if (response.status === 503) throw new Unreachable();
  // api.ts says so of every refusal
  const refusal = await response.json().catch(() => undefined) as Partial<Refusal> | undefined;
  throw new Refused(response.status, refusal?.message ?? `The server answered ${response.status}.`);
}

/** A name that only this tab has; after a reload it is the same tab, a copy of it is another. */
export function tabName(): string {
  const [navigation] = performance.getEntriesByType('navigation');
  const isReload = navigation instanceof PerformanceNavigationTiming && navigation.type !== 'navigate';
  const known = isReload ? sessionStorage.getItem('tab') : null;
  if (known !== null) return known;
  const name = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  sessionStorage.setItem('tab', name);
  sessionStorage.removeItem('image');
  return name;
}
