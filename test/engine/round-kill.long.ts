/** A round with the true trainer, killed twenty times at any moment: nothing accepted is lost, no half model is ever in use, and the same command ends it. */
import { join } from 'node:path';
import { importFile } from '../../src/engine/exchange.js';
import { IMPORT_OPTIONS } from '../../src/engine/import.js';
import { initProject } from '../../src/engine/init.js';
import { READ_OPTIONS } from '../../src/formats/jobs/convert-options.js';
import { defaultsOf } from '../../src/options.js';
import { seededNumbers } from '../../src/evaluation/seeded.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { TEST_ENV } from '../test-model.js';
import { killRounds } from './killed-rounds.js';
import { NOW } from './scenes.js';
import { PYTHON, trainingTest, untrained } from './training-python.js';

const KILLS = 20;

trainingTest('killed twenty times at any moment, a round with true training is ended by the same command', async (t) => {
  t.timeout(3 * 3600 * 1000);
  const root = await temporaryFolder(t), folder = join(root, 'project'), { model, annotations, images } = untrained(root);
  await initProject({ folder, images, model, valShare: 0.3, env: TEST_ENV }, NOW);
  await importFile({ ...defaultsOf(READ_OPTIONS), ...defaultsOf(IMPORT_OPTIONS), folder, input: annotations }, NOW);
  const met = await killRounds(t, { folder, args: ['--python', PYTHON!, '--steps', '24', '--threads', '1', '--clicks', '1', '--quiet'], kills: KILLS, random: seededNumbers('rounds') });
  t.log(`one round: ${met.seconds.toFixed(0)} s; killed before it was closed ${met.open}, while it was closed ${met.closed}, after its end ${met.over}; models promoted ${met.promoted}`);
  t.true(met.closed > 0);
});
