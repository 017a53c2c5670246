/** Where a project stands, as numbers and as a picture: acceptance by score, the models of the rounds, charts in both forms. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { SaxesParser } from 'saxes';
import { projectStatus } from '../../src/engine/looks.js';
import { visitImage } from '../../src/engine/images.js';
import { addMask } from '../../src/engine/masks.js';
import { addModel, useModel } from '../../src/engine/models.js';
import { adviceOf } from '../../src/engine/next.js';
import type { Project } from '../../src/engine/project.js';
import { changeRound, closeRound, openRound, setRoundMetrics } from '../../src/engine/rounds.js';
import { statusOf } from '../../src/engine/status.js';
import { statusPanels } from '../../src/engine/status-chart.js';
import { correctMask, giveVerdict } from '../../src/engine/verdicts.js';
import { boxMask, NOW, projectWith } from './scenes.js';
import { runJson, runSam } from '../commands/run-sam.js';

function judge(project: Project, predictedIou: number, verdict: 'accept' | 'reject' | 'class' | 'shape'): void {
  const { id } = addMask(project, { imageId: 1, categoryId: 1, stage: 'semi-automatic', status: 'proposed', predictedIou, rle: boxMask(0, 0, 9, 9) }, NOW);
  const about = { maskId: id, revision: 1, annotator: 'ann', seconds: 2, clicks: 1 };
  if (verdict === 'accept' || verdict === 'reject') giveVerdict(project, { ...about, verdict }, NOW);
  else correctMask(project, about, verdict === 'class' ? { categoryId: 1 } : { rle: boxMask(0, 0, 8, 8) }, NOW);
}

/** Three rounds: the first one's model was better, the second one's was not. */
function threeRounds(project: Project): void {
  const [first, second] = ['base', 'round-1', 'round-2'].map((name, i) => addModel(project, { name, folder: `/m/${i}`, sha256: String(i).repeat(64) }, NOW).id);
  changeRound(project, { modelId: first });
  useModel(project, first!);
  closeRound(project, NOW);
  setRoundMetrics(project, 1, { before: { regions: 5, box: 0.5, firstClick: 0.3, bestOfThree: 0.4, lastClick: 0.45, mean: 0.4 }, after: { regions: 5, box: 0.6, firstClick: 0.4, bestOfThree: 0.5, lastClick: 0.55, mean: 0.5 }, isPromoted: true });
  openRound(project, { stage: 'semi-automatic', modelId: second }, NOW);
  closeRound(project, NOW);
  setRoundMetrics(project, 2, { before: { regions: 8, firstClick: 0.42, lastClick: 0.5, mean: 0.4 }, after: { regions: 8, firstClick: 0.2, lastClick: 0.3, mean: 0.2 }, isPromoted: false });
  openRound(project, { stage: 'semi-automatic', modelId: second }, NOW);
}

test('acceptance by score: ranges that hold every judged proposal once, of which a class alone may be wrong', async (t) => {
  const { project } = await projectWith(t);
  t.deepEqual(statusOf(project, NOW).acceptanceByScore, []);
  judge(project, 0.8, 'reject');
  judge(project, 0.85, 'shape');
  judge(project, 0.9, 'class');
  judge(project, 0.95, 'accept');
  judge(project, 1, 'accept');
  const ranges = statusOf(project, NOW).acceptanceByScore;
  t.deepEqual(ranges.filter(({ judged }) => judged > 0), [
    { low: 0.8, high: 0.82, judged: 1, right: 0 }, { low: 0.84, high: 0.86, judged: 1, right: 0 }, { low: 0.9, high: 0.92, judged: 1, right: 1 }, { low: 0.94, high: 0.96, judged: 1, right: 1 },
    { low: 0.98, high: 1, judged: 1, right: 1 },
  ]);
  judge(project, 0.31, 'reject');
  t.deepEqual(statusOf(project, NOW).acceptanceByScore.map(({ low, judged }) => [low, judged]), [[0.3, 1], [0.4, 0], [0.5, 0], [0.6, 0], [0.7, 0], [0.8, 2], [0.9, 3]]);
});

test('an annotator has the masks that stand, and the time of all that was drawn and judged', async (t) => {
  const { project } = await projectWith(t);
  for (const verdict of ['accept', 'reject', 'class', 'shape'] as const) judge(project, 0.9, verdict);
  addMask(project, { imageId: 2, categoryId: 1, stage: 'assisted-manual', status: 'accepted', annotator: 'bob', seconds: 9, clicks: 3, rle: boxMask(0, 0, 9, 9) }, NOW);
  t.deepEqual(statusOf(project, NOW).annotators, [{ name: 'ann', masks: 3, seconds: 8 }, { name: 'bob', masks: 1, seconds: 9 }]);
});

test('proposals on an image that a person is done with are nothing to do any more', async (t) => {
  const { project } = await projectWith(t);
  addMask(project, { imageId: 1, categoryId: 1, stage: 'semi-automatic', status: 'proposed', rle: boxMask(0, 0, 9, 9) }, NOW);
  t.like(statusOf(project, NOW), { proposed: 1, toJudge: 1 });
  t.is(adviceOf(statusOf(project, NOW), 'p')[0]?.command, 'sam engine assist p --stage semi');
  visitImage(project, { imageId: 1, outcome: 'done' }, NOW);
  t.like(statusOf(project, NOW), { proposed: 1, toJudge: 0 });
  t.false(adviceOf(statusOf(project, NOW), 'p').some(({ command }) => command.endsWith('--stage semi')));
});

test('the model of each round by what was held out when it ended; a worse one never counts', async (t) => {
  const { project } = await projectWith(t);
  t.deepEqual(statusOf(project, NOW).quality, []);
  threeRounds(project);
  t.deepEqual(statusOf(project, NOW).quality, [
    { round: 1, model: 'base', regions: 5, box: 0.5, oneClick: 0.3, bestOfThree: 0.4, lastClick: 0.45, became: 'promoted' },
    { round: 2, model: 'round-1', regions: 8, box: null, oneClick: 0.42, bestOfThree: null, lastClick: 0.5, became: 'kept the old one' },
    { round: 3, model: 'round-1', regions: 8, box: null, oneClick: 0.42, bestOfThree: null, lastClick: 0.5, became: null },
  ]);
});

test('charts of what there is: a new project has its images, a worked one all six; as PNG and as SVG without letters', async (t) => {
  const { project, folder, root } = await projectWith(t);
  t.is(statusPanels(statusOf(project, NOW)).length, 1);
  judge(project, 0.9, 'accept');
  addMask(project, { imageId: 2, categoryId: 1, stage: 'assisted-manual', status: 'accepted', annotator: 'ann', seconds: 9, clicks: 3, rle: boxMask(0, 0, 9, 9) }, NOW);
  threeRounds(project);
  t.is(statusPanels(statusOf(project, NOW)).length, 6);
  await project.close();
  const [png, svg] = [join(root, 'status.png'), join(root, 'status.SVG')];
  t.true((await projectStatus(folder, NOW, { plot: png, force: false, dryRun: false })).isPlotted);
  t.false((await projectStatus(folder, NOW, { plot: png, force: false, dryRun: false })).isPlotted, 'the same again is no change');
  t.is(readFileSync(png).subarray(1, 4).toString(), 'PNG');
  await projectStatus(folder, NOW, { plot: svg, force: false, dryRun: false });
  const parser = new SaxesParser(), names = new Set<string>();
  parser.on('opentag', ({ name }) => names.add(name));
  parser.write(readFileSync(svg, 'utf8')).close();
  t.true(names.has('path') && !names.has('text'), [...names].join(' '));
});

test('the command: tables, the same in JSON, a picture; what cannot be is told', async (t) => {
  const { project, folder, root } = await projectWith(t);
  judge(project, 0.9, 'accept');
  threeRounds(project);
  await project.close();
  const plot = join(root, 'status.svg'), { stdout, code } = await runSam(['engine', 'status', folder, '--plot', plot]);
  t.is(code, 0);
  t.regex(stdout, /\nSCORE FROM +TO +JUDGED +RIGHT\n +0\.90 +0\.91 +1 +1 +100 %\n/);
  t.regex(stdout, /\nROUND +MODEL +HELD OUT +BOX +ONE CLICK +BEST OF 3 +LAST CLICK +THEN\n +1 +base +5 +0\.500 +0\.300 +0\.400 +0\.450 +promoted\n +2 +round-1 +8 +- +0\.420 +- +0\.500 +kept the old one\n +3 +round-1/);
  const json = await runJson(t, ['engine', 'status', folder, '--plot', plot]);
  t.deepEqual(json.outputs, [plot]);
  t.like(json.summary, { acceptanceByScore: [{ low: 0.9, judged: 1, right: 1 }], quality: [{ round: 1, became: 'promoted' }, { round: 2 }, { round: 3 }] });
  writeFileSync(plot, 'something else');
  t.is((await runJson(t, ['engine', 'status', folder, '--plot', plot])).errors[0]?.code, 'usage/output-exists');
  t.is((await runJson(t, ['engine', 'status', folder, '--plot', plot, '--force', '--dry-run'])).code, 0);
  t.is(readFileSync(plot, 'utf8'), 'something else');
  const wrong = await runSam(['engine', 'status', folder, '--plot', join(root, 'status.pdf')]);
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, /--plot expects a file that ends in \.png or \.svg/);
  t.is((await runSam(['engine', 'status', folder, '--force'])).code, 2);
});
