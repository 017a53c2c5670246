/** Average recall of automatic masks against people's regions: the grid of Meta's generator, nothing filtered, the best by predicted IoU counted. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samJson } from '../scripts/models/sam-json.js';

export interface RecallRequest { model: string; annotations: string; images: string; /** Every so many images, in bytewise order; 1: all. */ every: number }

/** `masks`: the mean of an image. AR over IoU 0.50 to 0.95, of at most so many masks an image, without categories. */
export interface Recall { images: number; masks: number; ar1000: number; ar100: number }

/** Runs `sam segment-all` and `sam evaluate masks`; throws what they say where they fail. */
export async function averageRecall({ model, annotations, images, every }: RecallRequest): Promise<Recall> {
  const names = readdirSync(images).sort().filter((name, i) => /\.(jpe?g|png|webp)$/i.test(name) && i % every === 0);
  const root = mkdtempSync(join(tmpdir(), 'sam-recall-'));
  try {
    const made = await samJson(['segment-all', ...names.map((name) => join(images, name)), '--model', model, '--output', root, '--format', 'coco',
      '--points-per-side', '32', '--pred-iou-thresh', '0', '--stability-score-thresh', '0', '--box-nms-thresh', '0.7', '--crop-n-layers', '0']);
    const metrics = await samJson(['evaluate', 'masks', join(root, 'annotations.json'), annotations, '--iou-type', 'segm', '--class-agnostic', '--max-dets', '1,10,100,1000', '--only-predicted']);
    const { AR1000, AR100 } = metrics['segm'] as { AR1000: number; AR100: number }; // what evaluate masks promises
    return { images: names.length, masks: Number(made['masks']) / names.length, ar1000: AR1000, ar100: AR100 };
  } finally {
    rmSync(root, { recursive: true });
  }
}
