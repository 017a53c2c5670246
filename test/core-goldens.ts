/** What the reference programs answered (`fixtures/generate/core_goldens.py`), typed for the tests that read it. */
import { readFileSync } from 'node:fs';
import type { Box } from '../src/geometry/box.js';

/** `[x0, y0, x1, y1]`; each case says whether the far edges belong to it. */
export type Corners = [number, number, number, number];

export interface NmsCase { name: string; threshold: number; kept: number[]; boxes: Corners[]; scores: number[] }
export interface RegionsCase { name: string; rows: string[]; results: ['holes' | 'islands', number, string | false][] }
export interface RleCase { rows?: string[]; rectangles?: Corners[]; size: [number, number]; counts: number[]; string: string; area: number; bbox: Corners; metaBbox: Corners }

export interface CoreGoldens {
  /** Width, height, side, width after, height after. */
  sizes: [number, number, number, number, number][];
  crops: { size: [number, number]; layers: number; ratio: number; boxes: Corners[]; layerOf: number[] }[];
  grids: { pointsPerSide: number; layers: number; factor: number; coordinates: number[][] }[];
  nms: (Omit<NmsCase, 'boxes' | 'scores'> & Partial<NmsCase>)[];
  nearEdge: { crop: Corners; image: [number, number]; boxesInCrop: Corners[]; near: boolean[] }[];
  regions: RegionsCase[];
  rle: RleCase[];
  iou: { size: [number, number]; strings: string[]; crowd: 0 | 1; iou: number[][] }[];
  normalised: { size: [number, number]; side: number; pixels: number[]; planes: number[] }[];
}

// our own script wrote it
export const goldens = JSON.parse(readFileSync('fixtures/goldens/core.json', 'utf8')) as CoreGoldens;

/** Boxes and scores stand with the first threshold of a case only. */
export function nmsCases(): NmsCase[] {
  let boxes: Corners[] = [], scores: number[] = [];
  return goldens.nms.map((one) => {
    boxes = one.boxes ?? boxes;
    scores = one.scores ?? scores;
    return { ...one, boxes, scores };
  });
}

export function boxOf([x0, y0, x1, y1]: Corners): Box {
  return { x0, y0, x1, y1 };
}
