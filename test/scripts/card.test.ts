/** The parts of the model card that are written by a script: their rows, and that nothing else is touched. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { factLines, figureLines, withPart } from '../../scripts/models/card.js';
import type { PromptScores } from '../../src/evaluation/prompt-scores.js';

const chain = (first: number): PromptScores['top'] => ({ iou: Array.from({ length: 9 }, (_, i) => first + 0.01 * i), noc: { 85: { mean: 8.864, reached: 0.031 }, 90: { mean: 9, reached: 0 } } });
const scores = (box: number, regions: number): PromptScores => ({ regions, box, noisyBox: box - 0.02, top: chain(0.3), best: chain(0.4) });

test('facts and figures take their places in the card, and the rest stays', (t) => {
  const card = readFileSync('models/README.md', 'utf8');
  const facts = withPart(card, 'facts', factLines({ inputSide: 512, maskSide: 128, bytes: 23_891_088, recommended: { predIouThresh: 0.3, stabilityScoreThresh: 0.5 } }));
  t.regex(facts, /^\| input \| 512 x 512 pixels/m);
  t.regex(facts, /^\| files \| 23\.9 MB/m);
  t.regex(facts, /`--pred-iou-thresh` 0\.3, `--stability-score-thresh` 0\.5 \|$/m);
  const of = { all: scores(0.6, 790), small: scores(0.5, 76), medium: scores(0.6, 439), large: null };
  const lines = figureLines({ some: of, all: { ...of, all: scores(0.55, 3834) }, recall: { masks: 338.6, ar1000: 0.0894, ar100: 0.058 } });
  const written = withPart(facts, 'figures', lines);
  t.regex(written, /^\| \*\*this model\*\* \| \*\*0\.600\*\* \| \*\*0\.300\*\* \| \*\*0\.400\*\* \|$/m);
  t.regex(written, /^\| box \| 0\.600 \| 0\.500 \| 0\.600 \| {2}\| 0\.550 \|$/m);
  t.regex(written, /^\| 9 clicks, best of three first \| 0\.480 \|/m);
  t.regex(written, /^\| NoC@85, top-scored mask first \| 8\.86 \(3 %\) \|/m);
  t.regex(written, /\(339 masks an image\), against all 3,834 regions: AR@1000 0\.089, AR@100 0\.058\.$/m);
  const rest = (text: string): string => text.replace(/(<!-- (facts|figures): [^]*?-->)[^]*?(<!-- end of \2 -->)/g, '$1$3');
  t.is(rest(written), rest(card));
  t.is(withPart(written, 'figures', lines), written, 'the same again');
});

test('a card without the place is refused', (t) => {
  t.throws(() => withPart('# A card', 'facts', []), { message: /no part between/ });
});
