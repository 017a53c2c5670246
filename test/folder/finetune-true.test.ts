/** True training, as a person asks for it; skipped where no Python has the packages. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { locateModel } from '../../src/models/locate.js';
import { modelFilesOf, modelSha256 } from '../../src/models/located-model.js';
import { Predictor } from '../../src/models/predictor.js';
import { runSam } from '../commands/run-sam.js';
import { PYTHON, trainingTest, untrained } from '../engine/training-python.js';
import { temporaryFolder } from '../files/temporary-folder.js';

trainingTest('a fresh model learns from drawn cells; what comes out is measured, opens, and says where it comes from', async (t) => {
  t.timeout(600_000);
  const root = await temporaryFolder(t), { model, annotations, images } = untrained(root), output = join(root, 'tuned');
  const words = ['models', 'finetune', annotations, '--images', images, '--model', model, '--output', output, '--python', PYTHON!, '--steps', '24', '--threads', '1'];
  const { code, stdout, stderr } = await runSam([...words, '--json']);
  const { summary, errors } = JSON.parse(stdout) as { summary: { tuned: { heldBack: number; steps: number; isBetter: boolean; before: Record<string, number>; after: Record<string, number> } }; errors: { code: string }[] }; // our own object
  t.is(stderr, '');
  t.like(summary.tuned, { heldBack: 2, steps: 24 }, JSON.stringify(errors));
  t.notDeepEqual(summary.tuned.before, summary.tuned.after, 'it learnt something');
  t.is(code, summary.tuned.isBetter ? 0 : 7);
  t.is(existsSync(output), summary.tuned.isBetter);
  t.deepEqual(readdirSync(root).filter((name) => name.startsWith('.') || name.endsWith('.part')), []);
  if (!summary.tuned.isBetter) return;
  const located = await locateModel(output, { env: {} }), parent = await locateModel(model, { env: {} });
  const { tuned: { before, after } } = summary;
  t.like(located.json, { name: 'tuned', inputSide: 64, recommended: { predIouThresh: 0.4 }, lineage: { parent: { name: 'untrained', sha256: modelSha256(parent.files) }, steps: 24, seed: 1, part: 'all', before, after } });
  await (await Predictor.open(modelFilesOf(located), 1)).close();
});
