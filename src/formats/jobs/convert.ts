/** A dataset from one place and format to another, changed on its way where a job says so: conversion, splits, duplicates. */
import type { DatasetSource } from '../../dataset/types.js';
import type { ConvertOptions } from './convert-options.js';
import type { RuleCount } from './findings-kept.js';
import type { FormatName, FormatWriter } from '../format.js';
import { openDataset, recogniseDataset, type SourceRequest } from './open-dataset.js';
import { writeDataset, writerIgnoring, writerOf, type WrittenDataset } from './write-dataset.js';
import { formatOf } from '../registry.js';
import type { StagedOutput } from './staged-output.js';

export interface ConvertRequest extends ConvertOptions, Omit<SourceRequest, 'vocBase'> {
  /** That of the input where it is not given. */
  to?: FormatName | undefined;
  output: string;
}

export interface ConvertReport extends WrittenDataset {
  from: FormatName;
  /** Why the input was taken for that format, where it was detected. */
  evidence?: string;
  to: FormatName;
  /** As they were read. */
  images: number;
  annotations: number;
  findings: RuleCount[];
  /** Errors that were found and left out or put right (`lenient`). */
  errors: number;
}

/** What a job does to a dataset between reading and writing. */
export interface DatasetChange {
  transform?: (source: DatasetSource) => DatasetSource | Promise<DatasetSource>;
  /** How it is written, made from the format's own writer. */
  writer?: (writer: FormatWriter) => FormatWriter;
  /** One more file, see `writeDataset`. */
  beside?: () => Promise<StagedOutput | undefined>;
}

/**
 * Converts a dataset. Losses without `allowLossy` give the result `refused`, and nothing is written. Throws `usage/...` for paths and
 * flags, `data/...` for what cannot be read or, unless `lenient`, breaks a rule, `storage/...`.
 */
export async function convertDataset(request: ConvertRequest, change: DatasetChange = {}): Promise<ConvertReport> {
  const recognised = await recogniseDataset(request);
  const from = recognised.format, to = request.to === undefined ? from : formatOf(request.to);
  const own = writerOf(to);
  const writer = change.writer?.(own) ?? own;
  const { source, findings, counts, evidence } = await openDataset(request, recognised);
  try {
    const changed = await change.transform?.(source) ?? source;
    const inputs = [request.input, ...(request.instances === undefined ? [] : [request.instances])];
    // ids that a format has no place for were counted by its reader: counted anew they are no loss
    const isFree = from === to && to.keepsIds !== true;
    const { losses, result } = await writeDataset(changed, isFree ? writerIgnoring('ids', writer) : writer, { ...request, inputs }, change.beside);
    return {
      from: from.name, ...(evidence === undefined ? {} : { evidence }), to: to.name, ...counts,
      losses, findings: findings.byRule, errors: findings.count('error'), result,
    };
  } finally {
    await source.close?.();
  }
}
