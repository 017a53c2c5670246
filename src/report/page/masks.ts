/** Masks of one picture as shapes over it, which light up and tell what they are. */
import type { ImageDetails, PageImage } from '../page-data.js';
import { made, PAGE, svg } from './dom.js';

/** Colours: of each object its own, or its category's. */
export type Colouring = 'object' | 'category';

export function colourOfMask(image: PageImage, i: number, colouring: Colouring): string {
  const category = PAGE.categories[image.categories[i]!];
  return `#${colouring === 'category' && category !== undefined ? category.colour : image.colours[i]!}`;
}

export function categoryName(image: PageImage, i: number): string {
  return PAGE.categories[image.categories[i]!]?.name ?? 'no category';
}

/** The shapes of the masks that pass, the largest first and so below; `data-mask` is the mask's index. */
export function shapesOf(image: PageImage, { viewBox: [width, height], shapes, masks }: ImageDetails, passes: Uint8Array, colouring: Colouring): SVGSVGElement {
  const root = svg('svg', { class: 'masks', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
  shapes.forEach((d, i) => {
    if (passes[i] === 0 || d === '') return;
    const colour = colourOfMask(image, i, colouring);
    const group = svg('g', { class: 'mask', 'data-mask': i, fill: colour, stroke: colour });
    group.append(svg('path', { d }));
    const scale = width / image.width;
    for (const [x, y] of masks[i]!.points ?? []) group.append(svg('circle', { class: 'point', cx: x * scale, cy: y * scale, r: width / 180 }));
    root.append(group);
  });
  return root;
}

/** The same shapes as a picture of their own: many of them scroll by more easily than their SVG does. `width`, `height`: what there is room for. */
export function paintedMasks(image: PageImage, { viewBox, shapes }: ImageDetails, passes: Uint8Array, colouring: Colouring, room: { width: number; height: number }): HTMLCanvasElement {
  const canvas = made('canvas', 'masks'), scale = devicePixelRatio * Math.min(room.width / viewBox[0], room.height / viewBox[1]);
  canvas.width = Math.max(1, Math.round(viewBox[0] * scale));
  canvas.height = Math.max(1, Math.round(viewBox[1] * scale));
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  context.scale(scale, scale);
  context.lineWidth = 1.6 * devicePixelRatio / scale;
  context.lineJoin = 'round';
  shapes.forEach((d, i) => {
    if (passes[i] === 0 || d === '') return;
    const path = new Path2D(d);
    context.fillStyle = context.strokeStyle = colourOfMask(image, i, colouring);
    context.globalAlpha = 0.38;
    context.fill(path, 'evenodd');
    context.globalAlpha = 1;
    context.stroke(path);
  });
  return canvas;
}

/** Lights one mask of a picture up and the others down; undefined: none. */
export function highlight(root: ParentNode, mask: number | undefined): void {
  for (const shapes of root.querySelectorAll('svg.masks')) {
    shapes.classList.toggle('one', mask !== undefined);
    for (const shape of shapes.children) shape.classList.toggle('on', shape.getAttribute('data-mask') === String(mask));
  }
}

/** The mask that an event happened on. */
export function maskAt(target: EventTarget | null): number | undefined {
  const shape = target instanceof Element ? target.closest('[data-mask]') : null;
  return shape === null ? undefined : Number(shape.getAttribute('data-mask'));
}

/** What is known of a mask, as rows of a name and a value. */
export function factsOf(image: PageImage, { masks }: ImageDetails, i: number): [string, string][] {
  const { box, score, predictedIou, stability, crowd, points } = masks[i]!;
  const share = 100 * image.areas[i]! / (image.width * image.height);
  const rows: [string, string | undefined][] = [
    ['Score', score?.toFixed(3)], ['Predicted IoU', predictedIou?.toFixed(3)], ['Stability', stability?.toFixed(3)],
    ['Area', `${image.areas[i]!.toLocaleString('en')} px · ${share < 0.1 ? share.toPrecision(2) : share.toFixed(1)} %`],
    ['Box', box === undefined ? undefined : `${box[2]} × ${box[3]} at ${box[0]}, ${box[1]}`],
    ['Prompt', points === undefined ? undefined : points.map(([x, y]) => `${x}, ${y}`).join(' · ')], ['Crowd', crowd === true ? 'yes' : undefined],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined);
}

/** A card of facts: the name with its colour, then the rows. */
export function factsCard(image: PageImage, details: ImageDetails, i: number, colouring: Colouring): DocumentFragment {
  const card = document.createDocumentFragment();
  const title = made('p', 'facts-title'), swatch = made('span', 'swatch');
  swatch.style.background = colourOfMask(image, i, colouring);
  title.append(swatch, made('b', '', categoryName(image, i)), made('span', 'muted', `#${image.ids[i]!}`));
  const list = made('dl', 'facts');
  for (const [name, value] of factsOf(image, details, i)) list.append(made('dt', '', name), made('dd', '', value));
  card.append(title, list);
  return card;
}
