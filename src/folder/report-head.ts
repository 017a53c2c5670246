/** What stands at the head of a report: how much there is, and how it was made. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DatasetSource } from '../dataset/types.js';
import { readWhole } from '../formats/file-bytes.js';
import { tryJson } from '../formats/json/json-document.js';
import { runFacts } from '../report/run-facts.js';
import { workFolderOf } from './boxes-to-masks.js';
import { HOUSE } from './house.js';

const MOST_RECORD_BYTES = 2 ** 20;

/** `categories`: those that an annotation is of. */
export interface Counts { images: number; annotations: number; categories: number }

/** Reads the annotations once. */
export async function countsOf(source: DatasetSource): Promise<Counts> {
  let images = 0, annotations = 0;
  const categories = new Set<number>();
  for await (const entry of source.entries()) {
    images++;
    annotations += entry.annotations.length;
    for (const { categoryId } of entry.annotations) categories.add(categoryId);
  }
  return { images, annotations, categories: categories.size };
}

/** Names and values for a reader. */
export function tilesOf({ images, annotations, categories }: Counts): [string, string][] {
  const rows: [string, string][] = [['images', grouped(images)], ['masks', grouped(annotations)]];
  if (images > 0) rows.push(['masks an image', (annotations / images).toFixed(annotations / images < 10 ? 1 : 0)]);
  if (categories > 1) rows.push(['categories', grouped(categories)]);
  return rows;
}

/** 12,345: not by the host's language. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** The record of the run that made the annotations, where it lies beside them. */
export async function runRecordOf(annotations: string): Promise<[string, string][]> {
  const isFolder = await stat(annotations).then((found) => found.isDirectory(), () => false);
  const places = isFolder ? [annotations] : [workFolderOf(annotations), dirname(annotations)];
  for (const place of places) {
    const bytes = await readWhole(join(place, HOUSE, 'run.json'), MOST_RECORD_BYTES).catch(() => undefined);
    const facts = bytes === undefined ? [] : runFacts(tryJson(bytes));
    if (facts.length > 0) return facts;
  }
  return [];
}
