/** A round that is killed at any moment with all that it started is ended by the same command; `round-kill.long.ts` has more kills, and true training. */
import { existsSync } from 'node:fs';
import test from 'ava';
import { seededNumbers } from '../../src/evaluation/seeded.js';
import { killRounds } from './killed-rounds.js';
import { copying, judged } from './judged-project.js';

const linux = existsSync('/proc/self/environ') ? test : test.skip;

linux('killed three times, nothing accepted is lost, and no half model is in use', async (t) => {
  const place = await judged(t);
  // a trainer that takes its time, and leaves half of a model while it does
  const slow = copying(place, ' ', "mkdirSync(out); writeFileSync(out + '/encoder.onnx', 'half'); await new Promise((resolve) => setTimeout(resolve, 700));");
  const met = await killRounds(t, { folder: place.folder, args: ['--trainer', slow, '--clicks', '1', '--quiet'], kills: 3, random: seededNumbers('rounds') });
  t.is(met.open + met.closed + met.over, 3);
  t.is(met.promoted, 1, 'the same weights again are not better');
});
