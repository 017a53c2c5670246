/** A small dataset drawn for tests of evaluations: images of discs and squares on a ground, and a COCO file with the exact masks of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePngRgb } from '../../src/image/encode.js';
import { rleToCoco } from '../../src/mask/rle-string.js';
import { boxFromRle, rleArea, rleFromBitmask, type Rle } from '../../src/mask/rle.js';

export interface DrawnRegion { id: number; image: string; truth: Rle }
export interface DrawnDataset { annotations: string; images: string; regions: DrawnRegion[]; json: CocoJson }
/** What a test may spoil before it writes the file again. */
export interface CocoJson { images: Record<string, unknown>[]; annotations: Record<string, unknown>[]; categories: { id: number; name: string }[] }

const WIDTH = 120, HEIGHT = 80;
const SHAPES = [
  { name: 'b.png', discs: [[30, 40, 22], [85, 30, 16]], colours: [[220, 60, 40], [40, 70, 210]] },
  { name: 'sub/a.png', discs: [[60, 40, 30], [100, 65, 9]], colours: [[30, 160, 70], [240, 220, 60]] },
] as const;

/** Writes `folder/images` and `folder/regions.json`. */
export async function drawRegions(folder: string): Promise<DrawnDataset> {
  const images = join(folder, 'images'), annotations = join(folder, 'regions.json');
  mkdirSync(join(images, 'sub'), { recursive: true });
  const regions: DrawnRegion[] = [];
  const json: CocoJson = { images: [], annotations: [], categories: [{ id: 1, name: 'disc' }] };
  for (const [at, { name, discs, colours }] of SHAPES.entries()) {
    const data = new Uint8Array(WIDTH * HEIGHT * 3).map((_, i) => 110 + ((i * 7) % 13));
    for (const [d, [cx, cy, r]] of discs.entries()) {
      const mask = new Uint8Array(WIDTH * HEIGHT);
      for (let i = 0; i < mask.length; i++) {
        if (((i % WIDTH) - cx) ** 2 + (Math.floor(i / WIDTH) - cy) ** 2 >= r ** 2) continue;
        mask[i] = 1;
        for (let c = 0; c < 3; c++) data[i * 3 + c] = colours[d]![c]!;
      }
      const truth = rleFromBitmask({ data: mask, width: WIDTH, height: HEIGHT }), box = boxFromRle(truth)!, id = regions.length + 1;
      regions.push({ id, image: name, truth });
      json.annotations.push({ id, image_id: at + 1, category_id: 1, iscrowd: 0, area: rleArea(truth), bbox: [box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0], segmentation: rleToCoco(truth) });
    }
    json.images.push({ id: at + 1, file_name: name, width: WIDTH, height: HEIGHT });
    writeFileSync(join(images, name), await encodePngRgb({ data, width: WIDTH, height: HEIGHT }));
  }
  writeFileSync(annotations, JSON.stringify(json));
  return { annotations, images, regions, json };
}
