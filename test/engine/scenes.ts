/** Projects with drawn images for the tests of the engine. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { createProject, openProject, type Project } from '../../src/engine/project.js';
import { scanImages, type ScanReport } from '../../src/engine/scan.js';
import { encodePngRgb } from '../../src/image/encode.js';
import { rleFromBox } from '../../src/mask/polygon-fill.js';
import type { Rle } from '../../src/mask/rle.js';
import { temporaryFolder } from '../files/temporary-folder.js';

export const WIDTH = 64, HEIGHT = 48;
/** A moment like any other; every test counts from it. */
export const NOW = 1_700_000_000_000;

/** A picture of soft blobs that no other number gives. */
export function pixelsOf(seed: number, width = WIDTH, height = HEIGHT): Uint8Array {
  let state = (seed + 1) * 2654435761;
  const next = (): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return state / 2 ** 32;
  };
  const blobs = Array.from({ length: 7 }, () => ({ x: next(), y: next(), r: 0.08 + 0.2 * next(), level: 255 * next() }));
  const data = new Uint8Array(3 * width * height).fill(Math.round(255 * next()));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const blob of blobs) if ((x / width - blob.x) ** 2 + (y / height - blob.y) ** 2 < blob.r ** 2) data.fill(blob.level, 3 * (y * width + x), 3 * (y * width + x) + 3);
    }
  }
  return data;
}

export async function drawPng(path: string, seed: number, width = WIDTH, height = HEIGHT): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await encodePngRgb({ data: pixelsOf(seed, width, height), width, height }));
}

/** A mask of a box, half-open, in an image of the tests' size. */
export const boxMask = (x0: number, y0: number, x1: number, y1: number, width = WIDTH, height = HEIGHT): Rle => rleFromBox({ x0, y0, x1, y1 }, { width, height });

export const NEW = { seed: 7, valShare: 0.25, testShare: 0, createdBy: 'test' };
export const SCAN = { nearRadius: 6 };

export interface Place { root: string; folder: string; images: string }

/** A folder with drawn images, and where a project can be made beside them. */
export async function placeWith(t: ExecutionContext, names: readonly string[]): Promise<Place> {
  const root = await temporaryFolder(t), images = join(root, 'images');
  mkdirSync(images);
  for (const [i, name] of names.entries()) await drawPng(join(images, name), i);
  return { root, folder: join(root, 'project'), images };
}

/** A project over drawn images, scanned and open for writing until the test ends. */
export async function projectWith(t: ExecutionContext, names: readonly string[] = ['a.png', 'b.png', 'c.png', 'd.png']): Promise<Place & { project: Project; report: ScanReport }> {
  const place = await placeWith(t, names);
  await createProject(place.folder, { ...NEW, images: place.images }, NOW);
  const project = await openProject(place.folder, 'write');
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await project.close();
    isOpen = false;
  };
  t.teardown(close);
  return { ...place, project: { ...project, close }, report: await scanImages(project, SCAN) };
}
