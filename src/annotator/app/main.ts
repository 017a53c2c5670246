/** The page's start: the session, the project, and everything put together. */
import { messageOf } from '../../errors.js';
import { Commands } from './commands.js';
import { Decoder } from './decoder.js';
import { isChanged, isOpen } from './draft.js';
import { EffortMeter } from './effort.js';
import { Images } from './images.js';
import { byId, Panel } from './panel.js';
import { Pointer } from './pointer.js';
import { Saver } from './saver.js';
import type { SaveState } from './saves.js';
import { Server, tabName } from './server.js';
import { Stage } from './stage.js';
import { firstState } from './state.js';
import { Work } from './work.js';

async function start(): Promise<void> {
  const server = new Server(tabName());
  await openSession(server);
  const project = await server.project(), state = firstState(project);
  const stage = new Stage(byId('stage'), byId<HTMLCanvasElement>('canvas'), state);
  const effort = new EffortMeter(() => performance.now());
  const decoder = new Decoder();
  const panel = new Panel(state, (id) => { work.setClass(id); }, (index) => { work.choose(index); });
  let saves: SaveState = { waiting: 0, unreachable: false };
  const showSaved = (): void => { panel.saved(saves, isChanged(state.draft)); };
  const saver = new Saver(server, effort, (now) => {
    saves = now;
    showSaved();
  }, () => { work.refocus(); }, (message, isConflict) => { panel.notice(isConflict ? `${message} What you drew is still here: accept it, then load the page again to see what others did.` : message, true); });
  const images = new Images(state, server, decoder, () => { stage.draw(); }, () => { panel.notice('This image was given to another window. Masks that you accepted are safe; press N for another image.', true); });
  const work = new Work({ state, server, decoder, stage, panel, effort, saver, images });
  const pointer = new Pointer(state, stage, work);
  new Commands(state, stage, panel, work, pointer);
  setInterval(() => {
    showSaved();
    const seconds = effort.sofar();
    panel.timer(seconds, isOpen(state.draft) && project.moveOnSeconds > 0 && seconds > project.moveOnSeconds);
  }, 500);
  addEventListener('visibilitychange', () => { if (document.hidden) effort.pause(); });
  for (const kind of ['pointermove', 'keydown', 'wheel'] as const) addEventListener(kind, () => { effort.touch(false); }, { passive: true });
  addEventListener('beforeunload', (event) => { if (saver.queue.waiting > 0 || isChanged(state.draft)) event.preventDefault(); });
  rename(server, project.annotator, () => { if (state.desk !== undefined) void server.claim(state.desk.image.id).catch((error: unknown) => { panel.notice(messageOf(error)); }); });
  panel.show();
  stage.element.focus();
  decoder.open(project.model);
  const last = Images.remembered();
  await work.open(last ?? 'next').catch((error: unknown) => {
    if (last === undefined) throw error;
    return work.open('next');
  });
}

/** The name in this tab: kept over a reload, and the server's own where it is left empty. `onChange`: the claim is to be in the new name. */
function rename(server: Server, own: string, onChange: () => void): void {
  const input = byId<HTMLInputElement>('annotator'), known = sessionStorage.getItem('annotator');
  input.value = known ?? own;
  server.annotator = known ?? undefined;
  input.addEventListener('change', () => {
    const name = input.value.trim();
    input.value = name === '' ? own : name;
    server.annotator = input.value;
    sessionStorage.setItem('annotator', input.value);
    onChange();
  });
  input.addEventListener('keydown', (event) => { if (event.key === 'Enter') byId('stage').focus(); });
}

/** The token of the printed address is good for the session and is not kept in the address. */
async function openSession(server: Server): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('t');
  if (token === null) return;
  history.replaceState(null, '', location.pathname);
  await server.openSession(token);
}

start().catch((error: unknown) => {
  const notice = byId('notice');
  notice.hidden = false;
  notice.textContent = messageOf(error);
});
