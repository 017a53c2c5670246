/** What a dataset's counts are, for a person and for `--json`; exit 7 where a threshold was not met. */
import { EXIT_CODES, printableName } from '../errors.js';
import type { DatasetStats } from '../dataset/stats.js';
import type { StatsReport, StatsRequest } from '../folder/dataset-stats.js';
import type { Outcome } from './base-command.js';
import { findingIssues } from './finding-issues.js';
import { tableText } from './table.js';
import { counted } from './written-outcome.js';

export function statsOutcome(report: StatsReport, { plot, dryRun }: Pick<StatsRequest, 'plot' | 'dryRun'>): Outcome {
  const { from, stats, findings, errors, unmet } = report;
  const isThere = plot !== undefined && !(dryRun && report.plot !== undefined);
  return {
    summary: { from, ...stats, leftOut: errors, findings: findings.map(({ code, severity, count }) => ({ code, severity, count })) },
    outputs: isThere ? [plot] : [],
    warnings: findingIssues(findings, 'warning'),
    errors: [...findingIssues(findings, 'error'), ...unmet.map((message) => ({ code: 'threshold/not-met', message }))],
    exitCode: unmet.length > 0 ? EXIT_CODES.threshold : errors > 0 ? EXIT_CODES.item : 0,
    text: statsText(report),
    closing: plot === undefined ? [] : [plotLine(report.plot, plot)],
  };
}

function plotLine(result: StatsReport['plot'], plot: string): string {
  const name = printableName(plot);
  return result === 'would-be-written' ? `Would write the charts to ${name}; nothing was written.` : result === 'same' ? `${name} has just these charts already.` : `Charts in ${name}.`;
}

function statsText({ from, evidence, stats }: StatsReport): string {
  return `${from}${evidence === undefined ? '' : ' (detected)'}\n\n${tableText(totalRows(stats), [1])}\n\n${categoryTable(stats)}`;
}

/** A number a row, and what more there is to say of it. */
function totalRows({ images, imagesWithoutAnnotations, annotations, masks, polygons, boxesOnly, crowds, sizes, area, annotationsPerImage, coverage, overlaps, scores, sides }: DatasetStats): string[][] {
  const span = ({ min, max }: { min: number; max: number }): string => (min === max ? String(min) : `${min} to ${max}`);
  return [
    ['images', String(images), images === 0 ? '' : `${imagesWithoutAnnotations} without annotations; ${span(sides.width)} wide, ${span(sides.height)} high`],
    ['annotations', String(annotations), images === 0 ? '' : `${span(annotationsPerImage)} on an image, ${annotationsPerImage.mean.toFixed(1)} on average`],
    ['masks', String(masks), `${counted(polygons, 'annotation')} by polygons, ${boxesOnly} by a box only, ${counted(crowds, 'crowd')}`],
    ['mean area', area.mean.toFixed(0), `pixels, ${area.min.toFixed(0)} to ${area.max.toFixed(0)}; ${sizes.small} small, ${sizes.medium} medium, ${sizes.large} large (under 32 x 32, under 96 x 96, from there)`],
    ['coverage', `${(100 * coverage).toFixed(1)}%`, 'of all pixels lie in a mask'],
    ['overlaps', String(overlaps.atLeast50), `pairs of masks of IoU 0.5 or more, ${overlaps.atLeast70} of 0.7, ${overlaps.atLeast90} of 0.9`],
    ...(scores.count === 0 ? [] : [['scores', String(scores.count), `${scores.mean.toFixed(3)} on average`]]),
  ];
}

function categoryTable({ categories }: DatasetStats): string {
  return tableText([
    ['category', 'id', 'annotations', 'images', 'masks', 'crowds', 'mean area'],
    ...categories.map(({ id, name, annotations, images, masks, crowds, meanArea }) => [printableName(name), ...[id, annotations, images, masks, crowds].map(String), meanArea.toFixed(0)]),
  ], [1, 2, 3, 4, 5, 6]);
}
