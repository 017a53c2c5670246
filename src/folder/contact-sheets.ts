/** Thumbnails gathered into pages, a page in memory at a time. */
import { contactSheet } from '../draw/compose.js';
import { AGREED, EXTRA, MISSED } from '../draw/against.js';
import { scaleOf, withEntries, withScale, type LegendEntry } from '../draw/legend.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { LegendCell, PictureSettings } from './visualize-picture.js';

const COMPARED: readonly LegendEntry[] = [{ colour: AGREED, text: 'agreed' }, { colour: MISSED, text: 'missed' }, { colour: EXTRA, text: 'extra' }];
/** More names than this would need more room than the pictures. */
const MOST_ENTRIES = 40;

export class ContactSheets {
  private cells: LegendCell[] = [];
  private pages = 0;

  constructor(private readonly settings: PictureSettings) {}

  /** Takes a thumbnail; a page, with its name without extension, when one is full. */
  add(cell: LegendCell): { name: string; page: RgbImage } | undefined {
    this.cells.push(cell);
    const { columns, rows } = this.settings.options;
    return this.cells.length === columns * rows ? this.turn() : undefined;
  }

  /** The last page, if it has anything. */
  end(): { name: string; page: RgbImage } | undefined {
    return this.cells.length === 0 ? undefined : this.turn();
  }

  private turn(): { name: string; page: RgbImage } {
    const { options: { columns, thumbnail } } = this.settings;
    const cells = this.cells;
    this.cells = [];
    const page = contactSheet(cells, { columns: this.pages === 0 ? Math.min(columns, cells.length) : columns, side: thumbnail, captionLines: 2 });
    return { name: `sheet-${String(++this.pages).padStart(4, '0')}`, page: this.explained(page, cells) };
  }

  private explained(page: RgbImage, cells: readonly LegendCell[]): RgbImage {
    const { overlay, isCompared, options } = this.settings;
    const textSize = Math.max(11, Math.round(options.thumbnail / 20));
    if (overlay.noLegend) return page;
    if (isCompared) return withEntries(page, COMPARED, textSize);
    const scale = scaleOf(overlay.by, overlay.scoreFrom);
    if (scale !== undefined) return withScale(page, scale, textSize);
    const entries = new Map(cells.flatMap(({ legend }) => legend.map((entry) => [entry.text, entry])));
    return entries.size === 0 ? page : withEntries(page, [...entries.values()].slice(0, MOST_ENTRIES), textSize);
  }
}

