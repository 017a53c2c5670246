/** The parts of the model card that follow from the model and from measuring it; what stands between their marks is written anew, the rest by people. */
import { flagName } from '../../src/options.js';
import type { ClicksNeeded, PromptScores, ScoresBySize } from '../../src/evaluation/prompt-scores.js';

export interface CardFacts { inputSide: number; maskSide: number; bytes: number; recommended: Readonly<Record<string, unknown>> }
/** `some`: 790 regions, `all`: all 3,834. */
export interface CardFigures { some: ScoresBySize; all: ScoresBySize; recall: { masks: number; ar1000: number; ar100: number } }

/** The card with the part of that name replaced. Throws where the card has no such part. */
export function withPart(card: string, name: 'facts' | 'figures', lines: readonly string[]): string {
  const [open, close] = [`<!-- ${name}: written by npm run models:adopt -->`, `<!-- end of ${name} -->`];
  const [from, to] = [card.indexOf(open), card.indexOf(close)];
  if (from === -1 || to < from) throw new Error(`The card has no part between ${open} and ${close}.`);
  return `${card.slice(0, from + open.length)}\n\n${lines.join('\n')}\n\n${card.slice(to)}`;
}

export function factLines({ inputSide, maskSide, bytes, recommended }: CardFacts): string[] {
  const flags = Object.entries(recommended).map(([key, value]) => `\`--${flagName(key)}\` ${String(value)}`);
  return [
    '| | |', '|---|---|',
    `| input | ${inputSide} x ${inputSide} pixels, longest side scaled, zero-padded right and bottom (SAM: 1024) |`,
    `| masks | logits of ${maskSide} x ${maskSide}, four tokens (SAM: 256 x 256) |`,
    `| files | ${(bytes / 1e6).toFixed(1)} MB, float32 |`,
    `| recommended for automatic masks | ${flags.length === 0 ? 'Meta\'s defaults' : flags.join(', ')} |`,
  ];
}

const figure = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(3));

export function figureLines({ some, all, recall }: CardFigures): string[] {
  const columns = [some.all, some.small, some.medium, some.large, all.all];
  const row = (name: string, value: (scores: PromptScores) => string): string => `| ${name} | ${columns.map((scores) => (scores === null ? '' : value(scores))).join(' | ')} |`;
  const chain = (which: 'top' | 'best', name: string): string[] => [
    ...[1, 2, 3, 5, 9].map((clicks) => row(`${clicks} click${clicks === 1 ? '' : 's'}, ${name}`, (scores) => figure(scores[which].iou[clicks - 1]))),
    ...([85, 90] as const).map((target) => row(`NoC@${target}, ${name}`, ({ [which]: { noc } }) => needed(noc[target]))),
  ];
  const count = (scores: PromptScores | null): string => String(scores?.regions ?? 0);
  return [
    '| | box | one click, top mask | one click, best of three |', '|---|---|---|---|',
    '| the box simply filled | 0.526 | | |', '| OpenCV GrabCut from the box, 3 iterations | 0.397 | | |',
    `| **this model** | **${figure(some.all?.box)}** | **${figure(some.all?.top.iou[0])}** | **${figure(some.all?.best.iou[0])}** |`,
    '', '## In full', '',
    '`sam evaluate prompts` (its help says how prompts are made: noisy boxes, the next click, which mask goes on). 790 regions are at most 8 an image,',
    'by `regions.json`; the last column is of all 3,834. NoC: clicks to an IoU of 85 or 90 %, at most 9, and how many regions get there.', '',
    `| mean IoU | ${count(some.all)} regions | small (${count(some.small)}) | medium (${count(some.medium)}) | large (${count(some.large)}) | all ${(all.all?.regions ?? 0).toLocaleString('en-US')} |`,
    '|---|---|---|---|---|---|',
    row('box', ({ box }) => figure(box)), row('noisy box', ({ noisyBox }) => figure(noisyBox)),
    ...chain('top', 'top-scored mask first'), ...chain('best', 'best of three first'), '',
    '    sam evaluate prompts bsds500-val/instances.json --images bsds500-val/images --regions bsds500-val/regions.json', '',
    `Automatic masks, 32 points a side, no thresholds, box NMS 0.7 (${Math.round(recall.masks)} masks an image), against all 3,834 regions: AR@1000 ${figure(recall.ar1000)}, AR@100 ${figure(recall.ar100)}.`, '',
    '    node dist/bench/recall.bench.js --model models',
  ];
}

function needed({ mean, reached }: ClicksNeeded): string {
  return `${mean.toFixed(2)} (${Math.round(100 * reached)} %)`;
}
