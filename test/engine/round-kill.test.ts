/** A round that is killed at any moment with all that it started is ended by the same command; `round-kill.long.ts` has more kills, and true training. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { seededNumbers } from '../../src/evaluation/seeded.js';
import { Database } from '../../src/engine/database.js';
import { DATABASE_NAME } from '../../src/engine/project.js';
import { start } from '../folder/child.js';
import { SAM } from '../commands/run-sam.js';
import { TEST_ENV } from '../test-model.js';
import { judgeOnce, killRounds } from './killed-rounds.js';
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

linux('killed as soon as the next round is open, the same command closes no round in which nothing was done', async (t) => {
  const place = await judged(t), args = ['--trainer', copying(place, ' '), '--clicks', '1', '--json'];
  const round = (more: readonly string[] = []): ReturnType<typeof start> => start([process.execPath, SAM, 'engine', 'round', place.folder, ...args, ...more], TEST_ENV);
  const summaryOf = async (running: ReturnType<typeof start>): Promise<unknown> => {
    const { code, stdout, stderr } = await running.end;
    t.is(code, 0, stderr);
    return (JSON.parse(stdout) as { summary: unknown }).summary; // what --json prints
  };
  const database = Database.open(join(place.folder, DATABASE_NAME), 'read'), running = round();
  while (database.count('SELECT count(*) FROM rounds') === 1 && running.child.exitCode === null) await sleep(1);
  process.kill(-running.child.pid!, 'SIGKILL');
  t.log((await running.end).signal ?? 'it had just ended');
  database.close();
  const said = { round: 1, isPromoted: true, model: 'round-1', next: 2, nothingNew: true };
  t.like(await summaryOf(round()), said);
  t.like(await summaryOf(round()), said, 'however often');
  t.false(existsSync(join(place.folder, 'rounds/2')) || existsSync(join(place.folder, 'backups/round-2.db')));
  t.like(await summaryOf(round(['--again'])), { round: 2, isPromoted: false, next: 3 });
  await judgeOnce(place.folder);
  t.like(await summaryOf(round()), { round: 3, isPromoted: false, next: 4 }, 'a verdict is enough');
});
