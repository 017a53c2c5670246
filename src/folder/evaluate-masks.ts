/**
 * `evaluate masks`: predictions beside their ground truth, both of any format that can be read. Memory: the table of matches (36 bytes a detection and
 * IoU type) and the names of the images; objects of images that one dataset lists before the other does wait on the disk.
 */
import { strictReport } from '../dataset/strict.js';
import type { Report } from '../dataset/types.js';
import { SamError } from '../errors.js';
import { compareSources, type Compared, type Comparison } from '../evaluation/compare-sources.js';
import { iouTypesOf, maxDetsOf, unmetThresholds, type MASK_EVALUATION_OPTIONS, type MaskThresholds } from '../evaluation/evaluation-options.js';
import { MaskEvaluation, type EvaluationResult } from '../evaluation/mask-evaluation.js';
import { takeTurn } from '../formats/coco/coco-index.js';
import type { READ_OPTIONS } from '../formats/jobs/convert-options.js';
import { Spool } from '../files/spool.js';
import { FindingsKept, type RuleCount } from '../formats/jobs/findings-kept.js';
import type { FormatName, FormatReader } from '../formats/format.js';
import { recogniseDataset, type Recognised } from '../formats/jobs/open-dataset.js';
import type { OptionsOf } from '../options.js';
import { spoolShelf } from './spool-shelf.js';
import { evaluationNumbers } from './evaluation-numbers.js';
import { EvaluationOutputs, type EvaluationFiles, type WrittenFiles } from './evaluation-outputs.js';

export interface MaskEvaluationRequest extends EvaluationFiles, OptionsOf<typeof MASK_EVALUATION_OPTIONS>, OptionsOf<typeof READ_OPTIONS> {
  predictions: string;
  truth: string;
  /** Formats; detected where they are not given. */
  from?: FormatName | undefined;
  truthFrom?: FormatName | undefined;
  /** Folder of the images, for formats that need their sizes or names. */
  images?: string | undefined;
  /** The instances file that predictions in `coco-results` belong to; the ground truth where it is one. */
  instances?: string | undefined;
  vocBase?: 'one' | 'zero' | undefined;
  thresholds: MaskThresholds;
}

export interface MaskEvaluationReport extends Compared, WrittenFiles {
  /** Formats, as they were given or detected. */
  from: FormatName;
  truthFrom: FormatName;
  result: EvaluationResult;
  /** Names of the ground truth's categories by id. */
  categoryNames: ReadonlyMap<number, string>;
  findings: RuleCount[];
  /** Errors that were left out (`lenient`). */
  errors: number;
  /** Sentences of thresholds that are not met. */
  unmet: string[];
}

interface Opened extends Pick<Comparison, 'truth' | 'predictions' | 'by'>, Pick<MaskEvaluationReport, 'from' | 'truthFrom'> {}

/**
 * Compares. Images and categories belong together by their ids where predictions are results, else by their names. Throws `usage/...`, `data/...` for
 * what cannot be read, breaks a rule (unless `lenient`) or has nothing in common, `storage/...`, `interrupted/signal`.
 */
export async function evaluateMasks(request: MaskEvaluationRequest): Promise<MaskEvaluationReport> {
  const iouTypes = iouTypesOf(request.iouType), maxDets = maxDetsOf(request.maxDets);
  const { classAgnostic, onlyPredicted, missingScore, stop, perCategory } = request;
  if (classAgnostic && perCategory) throw new SamError('usage/option', '--per-category and --class-agnostic exclude each other.');
  const findings = new FindingsKept();
  const report: Report = request.lenient ? (found) => { findings.add(found); } : strictReport((found) => { findings.add(found); });
  const { truth, predictions, by, ...formats } = await openBoth(request, report);
  const spool = new Spool();
  let outputs: EvaluationOutputs | undefined;
  try {
    outputs = await EvaluationOutputs.open(request, [request.predictions, request.truth, ...(request.instances === undefined ? [] : [request.instances])]);
    const categories = truth.source.categories;
    const evaluation = new MaskEvaluation({ iouTypes, maxDets, categories: classAgnostic ? undefined : categories.map(({ id }) => id) });
    const needs = { masks: iouTypes.some((type) => type !== 'bbox'), boxes: iouTypes.includes('bbox') };
    const compared = await compareSources({ truth, predictions, by, classAgnostic, onlyPredicted, missingScore, report, turn: () => takeTurn(stop), newShelf: () => spoolShelf(spool), ...needs }, evaluation);
    const result = evaluation.result(), categoryNames = new Map(categories.map(({ id, name }) => [id, name]));
    const numbers = evaluationNumbers(result, categoryNames, perCategory);
    return {
      ...formats, ...compared, result, categoryNames, findings: findings.byRule, errors: findings.count('error'), unmet: unmetThresholds(request.thresholds, result),
      ...await outputs.write(numbers, result),
    };
  } finally {
    // after a commit there is nothing left to discard
    await outputs?.discard();
    await spool.close();
    await predictions.source.close?.();
    await truth.source.close?.();
  }
}

async function openBoth(request: MaskEvaluationRequest, report: Report): Promise<Opened> {
  const { images, vocBase, maxPixels, lenient, stop } = request;
  const settings = { images, vocBase, maxPixels, lenient, stop };
  const known = await recogniseDataset({ ...settings, input: request.truth, from: request.truthFrom });
  const predicted = await recogniseDataset({ ...settings, input: request.predictions, from: request.from, instances: request.instances });
  const isResults = predicted.format.name === 'coco-results';
  const instances = request.instances ?? (isResults && known.format.name === 'coco' ? request.truth : undefined);
  const truth = { source: await readerOf(known).read(request.truth, { ...settings, instances, report }), file: request.truth };
  try {
    // what is wrong with the instances was said when they were read as the ground truth
    const others: Report = (found) => { if (!isResults || found.file !== request.truth) report(found); };
    const predictions = { source: await readerOf(predicted).read(request.predictions, { ...settings, instances, report: others }), file: request.predictions };
    return { truth, predictions, by: isResults ? 'id' : 'name', from: predicted.format.name, truthFrom: known.format.name };
  } catch (error) {
    await truth.source.close?.();
    throw error;
  }
}

function readerOf({ format }: Recognised): FormatReader {
  if (format.reader === undefined) throw new SamError('usage/option', `The format ${format.name} is written only, never read.`);
  return format.reader;
}
