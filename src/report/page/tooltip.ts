/** The card of facts that goes with the pointer. */
import type { ImageDetails, PageImage } from '../page-data.js';
import { byId } from './dom.js';
import { factsCard } from './masks.js';
import { state } from './state.js';

const GAP = 16;
const tooltip = byId('tooltip');
/** What it shows now, so that it is made anew only for another mask. */
let shows = '';

export function showTooltip({ clientX, clientY }: PointerEvent, image: PageImage, details: ImageDetails, mask: number): void {
  const now = `${image.name} ${mask} ${state.colouring}`;
  if (shows !== now) tooltip.replaceChildren(factsCard(image, details, mask, state.colouring));
  shows = now;
  tooltip.hidden = false;
  const { width, height } = tooltip.getBoundingClientRect();
  const left = clientX + GAP + width > innerWidth ? clientX - GAP - width : clientX + GAP;
  const top = clientY + GAP + height > innerHeight ? clientY - GAP - height : clientY + GAP;
  tooltip.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
}

export function hideTooltip(): void {
  tooltip.hidden = true;
  shows = '';
}
