/** One image large: zoom, its masks as a list beside it, the next and the one before. */
import type { ImageDetails, PageImage } from '../page-data.js';
import { byId, counted, detailsOf, made, PAGE } from './dom.js';
import { categoryName, colourOfMask, factsCard, highlight, maskAt, shapesOf } from './masks.js';
import { state } from './state.js';
import { Zoom } from './zoom.js';

const dialog = byId<HTMLDialogElement>('viewer'), stage = byId('stage'), content = byId('content'), list = byId('list'), facts = byId('facts');
const zoom = new Zoom(stage, content, (scale) => { byId('zoom-level').textContent = `${Math.round(100 * scale)} %`; });

let current = 0;
let details: ImageDetails | undefined;
let lit: number | undefined;
let onClosed: (image: number) => void = () => undefined;

/** Opens on an image, with one of its masks lit; `closed` is told the image that was shown last. */
export function openViewer(image: number, mask: number | undefined, closed: (image: number) => void): void {
  onClosed = closed;
  if (!dialog.open) dialog.showModal();
  show(image, mask);
}

function show(i: number, mask: number | undefined): void {
  current = i;
  const image = PAGE.images[i]!;
  details = detailsOf(i);
  byId('viewer-name').textContent = image.name;
  byId('viewer-size').textContent = `${image.width} × ${image.height} · ${counted(state.counts[i]!, 'mask')}`;
  const at = state.shown.indexOf(i);
  byId('viewer-place').textContent = `${at + 1} / ${state.shown.length}`;
  byId<HTMLButtonElement>('previous').disabled = at <= 0;
  byId<HTMLButtonElement>('next').disabled = at >= state.shown.length - 1;
  content.replaceChildren();
  if (details.picture !== '') {
    const img = made('img', '');
    img.alt = '';
    img.draggable = false;
    img.src = details.picture;
    content.append(img);
  }
  content.append(shapesOf(image, details, state.passes[i]!, state.colouring));
  zoom.reset();
  fillList(image);
  light(mask, true);
}

function fillList(image: PageImage): void {
  list.replaceChildren(...image.ids.flatMap((id, i) => {
    if (state.passes[current]![i] === 0) return [];
    const row = made('button', 'row'), swatch = made('span', 'swatch');
    row.type = 'button';
    row.dataset['mask'] = String(i);
    swatch.style.background = colourOfMask(image, i, state.colouring);
    const score = image.scores[i];
    const share = 100 * image.areas[i]! / (image.width * image.height);
    row.append(swatch, made('span', 'row-name', categoryName(image, i)), made('span', 'muted', `#${id}`), made('span', 'row-share', `${share < 0.1 ? '<0.1' : share.toFixed(1)} %`), made('span', 'row-score', score === null || score === undefined ? '' : score.toFixed(2)));
    return [row];
  }));
}

/** `follow`: the list scrolls to it. */
function light(mask: number | undefined, follow: boolean): void {
  if (lit === mask && facts.childElementCount > 0) return;
  lit = mask;
  highlight(content, mask);
  for (const row of list.querySelectorAll<HTMLElement>('.row')) {
    const isLit = mask !== undefined && row.dataset['mask'] === String(mask);
    row.classList.toggle('on', isLit);
    if (isLit && follow) row.scrollIntoView({ block: 'nearest' });
  }
  if (mask === undefined || details === undefined) facts.replaceChildren(made('p', 'hint', 'Point at a mask, or walk through them with the up and down keys.'));
  else facts.replaceChildren(factsCard(PAGE.images[current]!, details, mask, state.colouring));
}

function step(by: number): void {
  const next = state.shown[state.shown.indexOf(current) + by];
  if (next !== undefined) show(next, undefined);
}

function stepMask(by: number): void {
  const rows = [...list.querySelectorAll<HTMLElement>('.row')];
  if (rows.length === 0) return;
  const at = rows.findIndex((row) => row.dataset['mask'] === String(lit));
  light(Number(rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length]!.dataset['mask']), true);
}

const KEYS: Readonly<Record<string, () => void>> = {
  ArrowLeft: () => { step(-1); }, ArrowRight: () => { step(1); }, ArrowUp: () => { stepMask(-1); }, ArrowDown: () => { stepMask(1); },
  '+': () => { zoom.by(1.4); }, '=': () => { zoom.by(1.4); }, '-': () => { zoom.by(1 / 1.4); }, 0: () => { zoom.reset(); }, m: toggleMasks, M: toggleMasks,
};

function toggleMasks(): void {
  const isOff = content.classList.toggle('bare');
  byId('toggle').setAttribute('aria-pressed', String(!isOff));
}

export function startViewer(): void {
  byId('previous').addEventListener('click', () => { step(-1); });
  byId('next').addEventListener('click', () => { step(1); });
  byId('zoom-in').addEventListener('click', () => { zoom.by(1.4); });
  byId('zoom-out').addEventListener('click', () => { zoom.by(1 / 1.4); });
  byId('zoom-reset').addEventListener('click', () => { zoom.reset(); });
  byId('toggle').addEventListener('click', toggleMasks);
  byId('close').addEventListener('click', () => { dialog.close(); });
  dialog.addEventListener('close', () => {
    content.replaceChildren();
    onClosed(current);
  });
  dialog.addEventListener('keydown', (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : KEYS[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  stage.addEventListener('pointermove', (event) => { light(maskAt(event.target), true); });
  stage.addEventListener('pointerleave', () => { light(undefined, false); });
  list.addEventListener('pointerover', (event) => { light(maskAt(event.target), false); });
  list.addEventListener('focusin', (event) => { light(maskAt(event.target), false); });
}
