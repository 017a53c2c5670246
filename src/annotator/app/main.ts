/** The page's start: the session, the project, and everything put together. */
import { messageOf } from '../../errors.js';
import { Catching, isConflict } from './catching.js';
import { Commands } from './commands.js';
import { Decoder } from './decoder.js';
import { isChanged, isOpen } from './draft.js';
import { EffortMeter } from './effort.js';
import { Images } from './images.js';
import { Keeper } from './keeper.js';
import { byId, Panel } from './panel.js';
import { Pointer } from './pointer.js';
import { nextAttempt, Saver } from './saver.js';
import type { SaveState, Trouble } from './saves.js';
import { NotNow, Server, tabName } from './server.js';
import { Stage } from './stage.js';
import { firstState, type Desk } from './state.js';
import { Turning } from './turning.js';
import { Work } from './work.js';

/** Milliseconds that a step waits, at most, for the mask that it asks for before it is sent to be kept. */
const MASK_FIRST = 50;

async function start(): Promise<void> {
  const server = new Server(await tabName());
  await openSession(server);
  const project = await server.project(), state = firstState(project);
  const stage = new Stage(byId('stage'), byId<HTMLCanvasElement>('canvas'), state);
  const effort = new EffortMeter(() => performance.now());
  const decoder = new Decoder();
  const panel = new Panel(state, (id) => { work.setClass(id); }, (index) => { work.choose(index); });
  let saves: SaveState = { waiting: 0, trouble: undefined }, keeping: Trouble | undefined, away: Trouble | undefined;
  const showSaved = (): void => { panel.saved(saves, isChanged(state.draft), keeping, away); };
  const saver = new Saver(server, effort, (now) => {
    if (now.trouble?.message !== saves.trouble?.message) panel.notice(now.trouble === undefined ? '' : `Not saved yet: ${now.trouble.message} It is tried again until it works; leave this page open.`, true);
    saves = now;
    showSaved();
  }, () => { work.refocus(); });
  const images = new Images(state, server, decoder, () => { stage.draw(); }, (message) => { panel.notice(`${message} Masks that you accepted are safe, and what is in work stays; press N for another image.`, true); }, (trouble) => {
    // an accepted mask that waits tells it already
    if (trouble?.message !== away?.message && saves.trouble === undefined) panel.notice(trouble?.message ?? '', true);
    away = trouble;
    showSaved();
  });
  const catching = new Catching({ saver, server, images });
  const keeper = new Keeper<Desk>({
    send: (request) => server.draft(request), troubleOf: (error) => (error instanceof NotNow ? error : undefined), pause: nextAttempt,
    claimAgain: (desk, error) => catching.claimAgain(desk, error),
    ready: async () => {
      await saver.queue.settled();
      await Promise.race([decoder.settled(), new Promise((resolve) => { setTimeout(resolve, MASK_FIRST); })]);
    },
    onTrouble: (trouble) => {
      // an accepted mask that waits tells it already
      if (trouble?.message !== keeping?.message && saves.trouble === undefined) panel.notice(trouble === undefined ? '' : `The mask in work is not kept yet: ${trouble.message} It is tried again until it works.`, true);
      keeping = trouble;
      showSaved();
    },
    // that somebody else has the image by now is told when the mask is accepted, or the claim renewed
    onRefused: (error) => { if (!isConflict(error) && !panel.hasNotice) panel.notice(`The mask in work could not be kept: ${messageOf(error)}`); },
  });
  const parts = { state, server, decoder, stage, panel, effort, saver, keeper, images, catching };
  const work = new Work(parts), turning = new Turning({ ...parts, work });
  const pointer = new Pointer(state, stage, work);
  new Commands(state, stage, panel, work, turning, pointer);
  setInterval(() => {
    showSaved();
    const seconds = effort.sofar();
    panel.timer(seconds, isOpen(state.draft) && project.moveOnSeconds > 0 && seconds > project.moveOnSeconds);
  }, 500);
  addEventListener('visibilitychange', () => { if (document.hidden) effort.pause(); });
  for (const kind of ['pointermove', 'keydown', 'wheel'] as const) addEventListener(kind, () => { effort.touch(false); }, { passive: true });
  addEventListener('beforeunload', (event) => { if (saver.queue.waiting > 0 || isChanged(state.draft)) event.preventDefault(); });
  // what is still to be saved or kept needs the claim: it then runs out by itself
  addEventListener('pagehide', () => { if (!keeper.flush() && saver.queue.waiting === 0) server.release(); });
  addEventListener('pageshow', (event) => { if (event.persisted && state.desk !== undefined) void images.again(state.desk).catch((error: unknown) => { panel.notice(messageOf(error), true); }); });
  rename(server, project.annotator, () => { if (state.desk !== undefined) void server.claim(state.desk.image.id).catch((error: unknown) => { panel.notice(messageOf(error)); }); });
  panel.show();
  stage.element.focus();
  decoder.open(project.model);
  const last = Images.remembered();
  await turning.open(last ?? 'next').catch((error: unknown) => {
    if (last === undefined) throw error;
    return turning.open('next');
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
