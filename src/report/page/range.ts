/** A slider with two thumbs below a histogram of what it limits. */
import { made, svg } from './dom.js';

/** `position` maps a value to 0..1 along the slider, `value` back. */
export interface RangeSettings {
  values: readonly number[];
  position: (value: number) => number;
  value: (position: number) => number;
  text: (value: number) => string;
  change: () => void;
}

const BINS = 48, STEPS = 200;

export class Range {
  private readonly low: HTMLInputElement;
  private readonly high: HTMLInputElement;
  private readonly label: HTMLElement;
  private readonly bars: Element[];

  /** `root`: an empty element with a `data-name`, in which the slider is made. */
  constructor(root: HTMLElement, private readonly settings: RangeSettings) {
    const name = root.dataset['name'] ?? '';
    const head = made('div', 'range-head');
    this.label = made('output', 'range-label');
    head.append(made('span', 'range-name', name), this.label);
    const { chart, bars } = histogram(settings);
    this.bars = bars;
    this.low = this.thumb(`${name}, from`, 0);
    this.high = this.thumb(`${name}, to`, STEPS);
    const track = made('div', 'range-track');
    track.append(this.low, this.high);
    root.append(head, chart, track);
    this.show();
  }

  /** Values; undefined at the ends, where nothing is left out. */
  get limits(): [number | undefined, number | undefined] {
    const [low, high] = [Number(this.low.value), Number(this.high.value)];
    return [low === 0 ? undefined : this.settings.value(low / STEPS), high === STEPS ? undefined : this.settings.value(high / STEPS)];
  }

  reset(): void {
    this.low.value = '0';
    this.high.value = String(STEPS);
    this.show();
  }

  private thumb(label: string, value: number): HTMLInputElement {
    const input = made('input', 'thumb');
    input.type = 'range';
    input.min = '0';
    input.max = String(STEPS);
    input.value = String(value);
    input.setAttribute('aria-label', label);
    input.addEventListener('input', () => {
      // the thumbs never pass each other
      if (input === this.low) input.value = String(Math.min(Number(input.value), Number(this.high.value)));
      else input.value = String(Math.max(Number(input.value), Number(this.low.value)));
      this.show();
      this.settings.change();
    });
    return input;
  }

  private show(): void {
    const { text, value } = this.settings;
    const [low, high] = [Number(this.low.value) / STEPS, Number(this.high.value) / STEPS];
    this.label.textContent = low === 0 && high === 1 ? 'all' : high === 1 ? `≥ ${text(value(low))}` : low === 0 ? `≤ ${text(value(high))}` : `${text(value(low))} – ${text(value(high))}`;
    this.low.setAttribute('aria-valuetext', text(value(low)));
    this.high.setAttribute('aria-valuetext', text(value(high)));
    // a thumb that lies at the far end must stay within reach
    this.low.classList.toggle('above', low > 0.5);
    this.bars.forEach((bar, i) => { bar.classList.toggle('out', (i + 0.5) / BINS < low || (i + 0.5) / BINS > high); });
  }
}

/** Heights by the square root, so that rare values are seen too. */
function histogram({ values, position }: RangeSettings): { chart: SVGSVGElement; bars: Element[] } {
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) counts[Math.min(BINS - 1, Math.max(0, Math.floor(position(value) * BINS)))]! += 1;
  const tallest = Math.sqrt(Math.max(1, ...counts));
  const chart = svg('svg', { class: 'histogram', viewBox: `0 0 ${BINS} 10`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  const bars = counts.map((count, i) => {
    const height = count === 0 ? 0 : Math.max(0.4, 10 * Math.sqrt(count) / tallest);
    return svg('rect', { x: i + 0.1, y: 10 - height, width: 0.8, height });
  });
  chart.append(...bars);
  return { chart, bars };
}
