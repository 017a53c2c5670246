/** What a reader can ask for: a part of a name, categories, areas, scores, an order, colours, light or dark. */
import { byId, counted, made, PAGE } from './dom.js';
import { EVERYTHING } from './filter.js';
import { Range } from './range.js';
import { change, onChange, state } from './state.js';

/** The slider of areas runs over four decades: from a ten-thousandth of the image to all of it. */
const DECADES = 4;

const shares = PAGE.images.flatMap(({ areas, width, height }) => areas.map((area) => area / (width * height)));
const scores = PAGE.images.flatMap((image) => image.scores.filter((score) => score !== null));
// scores are below 1 by custom only
const most = scores.reduce((a, b) => Math.max(a, b), 1);

const areaRange = new Range(byId('area'), {
  values: shares, position: (share) => 1 + Math.log10(Math.max(share, 10 ** -DECADES)) / DECADES, value: (position) => 10 ** (DECADES * (position - 1)),
  text: (share) => (share >= 0.1 ? `${(100 * share).toFixed(0)} %` : `${Number((100 * share).toPrecision(2))} %`), change: filtered,
});
const scoreRange = new Range(byId('score'), { values: scores, position: (score) => score / most, value: (position) => position * most, text: (score) => score.toFixed(2), change: filtered });

const hidden = new Set<number>();
const search = byId<HTMLInputElement>('search');

function filtered(): void {
  const [areaFrom, areaTo] = areaRange.limits, [scoreFrom, scoreTo] = scoreRange.limits;
  change({ filter: { areaFrom, areaTo, scoreFrom, scoreTo, hidden: new Set(hidden), text: search.value.trim() } });
}

/** Chips: a press leaves a category out, or takes it in again. */
function chips(): void {
  const counts = new Map<number, number>();
  for (const { categories } of PAGE.images) for (const category of categories) counts.set(category, (counts.get(category) ?? 0) + 1);
  const present = [...counts].sort(([a, x], [b, y]) => y - x || a - b);
  byId('categories').hidden = present.length < 2;
  byId('chips').append(...present.map(([category, count]) => {
    const { name, colour } = PAGE.categories[category] ?? { name: 'no category', colour: '969696' };
    const chip = made('button', 'chip'), swatch = made('span', 'swatch');
    chip.type = 'button';
    chip.dataset['category'] = String(category);
    chip.setAttribute('aria-pressed', 'true');
    swatch.style.background = `#${colour}`;
    chip.append(swatch, made('span', '', name), made('span', 'muted', count.toLocaleString('en')));
    chip.addEventListener('click', () => {
      if (!hidden.delete(category)) hidden.add(category);
      chip.setAttribute('aria-pressed', String(!hidden.has(category)));
      filtered();
    });
    return chip;
  }));
}

function reset(): void {
  hidden.clear();
  search.value = '';
  areaRange.reset();
  scoreRange.reset();
  for (const chip of byId('chips').children) chip.setAttribute('aria-pressed', 'true');
  change({ filter: EVERYTHING });
}

function tell(): void {
  const masks = state.shown.reduce((sum, i) => sum + state.counts[i]!, 0);
  byId('shown').textContent = `${masks.toLocaleString('en')} of ${counted(shares.length, 'mask')} · ${state.shown.length.toLocaleString('en')} of ${counted(PAGE.images.length, 'image')}`;
}

export function startControls(): void {
  chips();
  byId('score-group').hidden = scores.length === 0;
  byId('area-group').hidden = shares.length === 0;
  search.addEventListener('input', filtered);
  byId('reset').addEventListener('click', reset);
  byId('order').addEventListener('change', (event) => { change({ order: (event.target as HTMLSelectElement).value }); });
  byId('colouring').addEventListener('change', (event) => { change({ colouring: (event.target as HTMLSelectElement).value === 'category' ? 'category' : 'object' }); });
  byId('colouring-group').hidden = PAGE.categories.length < 2;
  byId('theme').addEventListener('click', () => {
    const { dataset } = document.documentElement;
    const isDark = dataset['theme'] === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : dataset['theme'] === 'dark';
    dataset['theme'] = isDark ? 'light' : 'dark';
  });
  onChange(tell);
}
