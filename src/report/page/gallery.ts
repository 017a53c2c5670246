/** The gallery: a card an image, its picture and masks there only while it is near the window; masks to point at only below the pointer. */
import type { ImageDetails } from '../page-data.js';
import { byId, counted, detailsOf, made, PAGE } from './dom.js';
import { highlight, maskAt, paintedMasks, shapesOf } from './masks.js';
import { onChange, state } from './state.js';
import { hideTooltip, showTooltip } from './tooltip.js';
import { openViewer } from './viewer.js';

interface Card { element: HTMLElement; frame: HTMLElement; count: HTMLElement; details: ImageDetails | undefined }

const gallery = byId('gallery');
const cards: Card[] = PAGE.images.map((_, i) => cardOf(i));
/** The card below the pointer. */
let pointed: number | undefined;
const near = new IntersectionObserver((entries) => { entries.forEach(seen); }, { rootMargin: '600px 0px' });

function cardOf(i: number): Card {
  const image = PAGE.images[i]!;
  const element = made('figure', 'card'), frame = made('div', 'frame'), caption = made('figcaption', ''), count = made('span', 'count');
  element.tabIndex = 0;
  element.dataset['image'] = String(i);
  element.setAttribute('role', 'button');
  // extremes would make rows of one picture
  element.style.setProperty('--ratio', String(Math.min(3, Math.max(0.5, image.width / image.height))));
  if (image.problem !== undefined) frame.append(made('p', 'problem', image.problem));
  caption.append(made('span', 'name', image.name), count);
  element.append(frame, caption);
  return { element, frame, count, details: undefined };
}

function seen({ target, isIntersecting }: IntersectionObserverEntry): void {
  const i = Number((target as HTMLElement).dataset['image']), card = cards[i]!;
  if (isIntersecting) fill(i);
  else if (card.details !== undefined) {
    card.details = undefined;
    card.frame.querySelectorAll('img, .masks').forEach((part) => { part.remove(); });
  }
}

function fill(i: number): void {
  const card = cards[i]!;
  if (pointed === i) point(undefined);
  card.details ??= detailsOf(i);
  const { picture } = card.details;
  if (picture !== '' && card.frame.querySelector('img') === null) {
    const img = made('img', '');
    img.alt = '';
    img.decoding = 'async';
    img.src = picture;
    card.frame.prepend(img);
  }
  card.frame.querySelectorAll('.masks').forEach((masks) => { masks.remove(); });
  const room = { width: card.frame.clientWidth, height: card.frame.clientHeight };
  card.frame.append(paintedMasks(PAGE.images[i]!, card.details, state.passes[i]!, state.colouring, room));
}

/** Masks to point at, in place of the painted ones, on one card; undefined: on none. */
function point(i: number | undefined): void {
  if (i === pointed) return;
  if (pointed !== undefined) cards[pointed]!.frame.querySelector('svg')?.remove();
  pointed = i;
  const card = i === undefined ? undefined : cards[i]!;
  if (i === undefined || card?.details === undefined) return;
  card.frame.append(shapesOf(PAGE.images[i]!, card.details, state.passes[i]!, state.colouring));
}

function update(): void {
  const isShown = new Set(state.shown);
  cards.forEach(({ element, count, details }, i) => {
    const masks = counted(state.counts[i]!, 'mask');
    if (count.textContent !== masks) count.textContent = masks;
    element.setAttribute('aria-label', `${PAGE.images[i]!.name}, ${masks}; open`);
    element.hidden = !isShown.has(i);
    if (details !== undefined && !element.hidden) fill(i);
  });
  const order = state.shown.map((i) => cards[i]!.element);
  const isInOrder = [...gallery.querySelectorAll<HTMLElement>('.card:not([hidden])')].every((element, at) => element === order[at]);
  if (!isInOrder || gallery.childElementCount === 0) gallery.replaceChildren(...order, ...cards.filter(({ element }) => element.hidden).map(({ element }) => element));
  byId('nothing').hidden = state.shown.length > 0;
}

function imageAt(target: EventTarget | null): number | undefined {
  const card = target instanceof Element ? target.closest<HTMLElement>('.card') : null;
  return card === null ? undefined : Number(card.dataset['image']);
}

export function startGallery(): void {
  onChange(update);
  cards.forEach(({ element }) => { near.observe(element); });
  gallery.addEventListener('pointermove', (event) => {
    const i = imageAt(event.target);
    point(i);
    const mask = maskAt(document.elementFromPoint(event.clientX, event.clientY)), details = i === undefined ? undefined : cards[i]!.details;
    if (i === undefined || mask === undefined || details === undefined) hideTooltip();
    else showTooltip(event, PAGE.images[i]!, details, mask);
    if (i !== undefined) highlight(cards[i]!.frame, mask);
  });
  gallery.addEventListener('pointerleave', () => {
    hideTooltip();
    point(undefined);
  });
  gallery.addEventListener('click', (event) => { open(event.target, maskAt(event.target)); });
  gallery.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    open(event.target, undefined);
  });
}

function open(target: EventTarget | null, mask: number | undefined): void {
  const i = imageAt(target);
  if (i === undefined) return;
  hideTooltip();
  // what was opened last is where a reader is when the viewer closes
  openViewer(i, mask, (last) => { cards[last]!.element.focus(); });
}
