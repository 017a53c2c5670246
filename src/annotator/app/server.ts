/** Requests to the server. A refusal is a `Refused`; what is only not possible now, a `NotNow`: the page sends that again, so that nothing is lost. */
import { CLAIM, DRAFT, FINISH, PROJECT, RELEASE, RENEW, SAVE, SESSION } from '../api.js';
import type { ClaimAnswer, ClaimRequest, DraftRequest, FinishRequest, ProjectView, Refusal, SaveAction, SaveAnswer } from '../api.js';
import { SamError } from '../../errors.js';

/** The server understood and said no. `status`: HTTP's, as api.ts has them. */
export class Refused extends SamError {
  constructor(readonly status: number, message: string) { super(status === 409 ? 'engine/conflict' : 'engine/record', message); }
}

/** Nothing was done; sent again later, it may be. `short`: why, in a few words. */
export class NotNow extends SamError {
  constructor(readonly short: string, message: string) { super('internal/unexpected', message); }
}

const unreachable = (): NotNow => new NotNow('no connection', 'The server does not answer. Is sam engine assist still running?');

/** By HTTP's status, where it says that the same may be sent again. */
const LATER: Readonly<Record<number, string>> = { 401: 'the annotator was started anew', 421: 'another project is served here', 507: 'the disk cannot be written' };

/** What browsers send of a page that is gone has to be shorter; bytes, of all such requests together. */
const KEPT_ALIVE = 30_000;
/** As api.ts has it. */
const MOST_OTHERS = 100;

/** A name that nothing else has: 32 hex digits. */
const newName = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

export class Server {
  /** Who works in this tab; without it, the one that the server was started for. */
  annotator: string | undefined;
  private readonly visit = newName();
  private shown: string | undefined;

  constructor(private readonly tab: string) {}

  async openSession(token: string): Promise<void> {
    await ask('POST', SESSION, { token });
  }

  async project(): Promise<ProjectView> {
    // the shapes of answers are those of api.ts
    const project = await ask('GET', PROJECT) as ProjectView;
    this.shown = project.key;
    return project;
  }

  /** Who asks, and of which project: another may be served at the same address by now. */
  private get mine(): { tab: string; project?: string } {
    return { tab: this.tab, ...(this.shown === undefined ? {} : { project: this.shown }) };
  }

  async claim(want: ClaimRequest['want']): Promise<ClaimAnswer> {
    const others = want === 'next' ? { others: (await openTabs()).filter((name) => name !== this.tab).slice(0, MOST_OTHERS) } : {};
    return await ask('POST', CLAIM, { ...this.mine, visit: this.visit, want, ...others, ...(this.annotator === undefined ? {} : { annotator: this.annotator }) }) as ClaimAnswer;
  }

  async renew(): Promise<void> {
    await ask('POST', RENEW, this.mine);
  }

  /** Gives the image back, also while the page is going: the browser sends it to the end. */
  release(): void {
    // nobody is there any more to hear of a failure; the claim runs out then
    void answered(RELEASE, { ...posted({ ...this.mine, visit: this.visit }), keepalive: true }).catch(() => undefined);
  }

  save(imageId: number, action: SaveAction): Promise<SaveAnswer> {
    return ask('POST', SAVE, { ...this.mine, visit: this.visit, imageId, action }) as Promise<SaveAnswer>;
  }

  /** Goes to its end also while the page is going, unless it is too long for that. */
  async draft(request: Omit<DraftRequest, 'tab' | 'project' | 'visit'>): Promise<void> {
    const init = posted({ ...this.mine, visit: this.visit, ...request });
    await answered(DRAFT, { ...init, keepalive: init.body.length < KEPT_ALIVE });
  }

  async finish(request: Omit<FinishRequest, 'tab' | 'project'>): Promise<void> {
    await ask('POST', FINISH, { ...this.mine, ...request });
  }
}

/** A picture's bytes. Throws as requests do. */
export async function blobOf(path: string): Promise<Blob> {
  return (await answered(path, {})).blob();
}

const posted = (body: object): RequestInit & { body: string } => ({ method: 'POST', cache: 'no-store', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

async function ask(method: 'GET' | 'POST', path: string, body: object = {}): Promise<unknown> {
  const response = await answered(path, method === 'POST' ? posted(body) : { cache: 'no-store' });
  return response.status === 204 ? undefined : response.json();
}

async function answered(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, { credentials: 'same-origin', ...init }).catch(() => { throw unreachable(); });
  if (response.ok) return response;
  // closing down: what was not saved is to be sent again to the next one
  if (response.status === 503) throw unreachable();
  // api.ts says so of every refusal
  const refusal = await response.json().catch(() => undefined) as Partial<Refusal> | undefined;
  const message = refusal?.message ?? `The server answered ${response.status}.`, later = path === SESSION ? undefined : LATER[response.status];
  throw later === undefined ? new Refused(response.status, message) : new NotNow(later, message);
}

/** A name that only this tab has: kept when it is loaded again, another one in a copy of it, which the browser gives the same memory. */
export async function tabName(): Promise<string> {
  const known = sessionStorage.getItem('tab');
  if (known !== null && await isFree(known)) return known;
  const name = newName();
  sessionStorage.setItem('tab', name);
  sessionStorage.removeItem('image');
  await isFree(name);
  return name;
}

/** Names of all windows of this browser that show this project, this one too. */
async function openTabs(): Promise<string[]> {
  const { held = [] } = await navigator.locks.query();
  return held.flatMap(({ name }) => (name?.startsWith(LOCK) === true ? [name.slice(LOCK.length)] : []));
}

const LOCK = 'tab ';

/** Milliseconds that a page which is loaded again may find its former self still there. */
const FORMER = 700;

/** Whether no other window holds the name; this one does from then on, as long as it lives. */
function isFree(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks.request(LOCK + name, { signal: AbortSignal.timeout(FORMER) }, () => {
      resolve(true);
      return new Promise<void>(() => undefined);
    }).catch(() => { resolve(false); });
  });
}
