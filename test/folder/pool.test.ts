/** The pool: jobs only for free workers, a death costs one more try, and what ends the pool ends it whole. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SamError } from '../../src/errors.js';
import { runPool, type JobOutcome } from '../../src/folder/pool.js';
import type { ImageJob } from '../../src/folder/worker-protocol.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import type { FakeSetup } from './fake-worker.js';

const module = new URL('fake-worker.js', import.meta.url);
const setup: FakeSetup = { layout: 'stem' };

async function jobsOf(t: ExecutionContext, texts: readonly string[]): Promise<ImageJob[]> {
  const root = await temporaryFolder(t);
  return texts.map((text, i) => {
    writeFileSync(join(root, `${i}.jpg`), text);
    return { path: join(root, `${i}.jpg`), fileName: `${i}.jpg` };
  });
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T, void> {
  yield* items;
}

/** `0: done 3` or `1: worker/died ...`, by job. */
async function outcomesOf(jobs: ImageJob[], workers: number): Promise<string[]> {
  const outcomes: string[] = [];
  await runPool({ workers, module, setup }, each(jobs), async ({ fileName }, outcome) => {
    outcomes.push(`${fileName}: ${'result' in outcome ? 'done' : `${outcome.error.code} ${outcome.error.message}`}`);
  });
  return outcomes.sort();
}

test('a job that kills its worker is tried twice, then failed; the others go on', async (t) => {
  const jobs = await jobsOf(t, ['a', 'die', 'b', 'exit 3', 'throw image/format', 'c']);
  const found = await outcomesOf(jobs, 2);
  t.is(found.length, 6);
  for (const i of [0, 2, 5]) t.is(found[i], `${i}.jpg: done`);
  t.regex(found[1] ?? '', /worker\/died .*was killed by SIGKILL while it worked on 1\.jpg, twice/);
  t.regex(found[3] ?? '', /worker\/died .*ended with exit code 3/);
  t.regex(found[4] ?? '', /image\/format 4\.jpg is bad/);
});

test('a worker that died once is forgiven', async (t) => {
  const marker = join(await temporaryFolder(t), 'died');
  t.deepEqual(await outcomesOf(await jobsOf(t, ['a', `die once ${marker}`, 'b']), 1), ['0.jpg: done', '1.jpg: done', '2.jpg: done']);
  t.true(existsSync(marker));
});

test('a setup that throws ends the pool with that error; one that dies, after a few tries', async (t) => {
  const jobs = await jobsOf(t, ['a', 'b', 'c']);
  const failing = (onSetup: 'die' | 'throw') => runPool({ workers: 2, module, setup: { ...setup, onSetup } }, each(jobs), async () => t.fail());
  await t.throwsAsync(failing('throw'), { instanceOf: SamError, code: 'model/missing' });
  const died = await t.throwsAsync(failing('die'), { instanceOf: SamError });
  t.is(died.code, 'internal/worker-setup');
  t.regex(died.message, /SIGKILL/);
  const nowhere = runPool({ workers: 1, module: new URL('no-such-module.js', module), setup }, each(jobs), async () => t.fail());
  await t.throwsAsync(nowhere, { code: 'internal/unexpected', message: /no-such-module/ });
});

test('without jobs no worker is needed', async (t) => {
  await t.notThrowsAsync(runPool({ workers: 3, module, setup: { ...setup, onSetup: 'die' } }, each([]), async () => t.fail()));
});

test('at most two images a worker are out at any time', async (t) => {
  const jobs = await jobsOf(t, Array.from({ length: 12 }, (_, i) => `${i}`));
  let [out, most] = [0, 0];
  async function* counted(): AsyncGenerator<ImageJob, void> {
    for (const job of jobs) {
      most = Math.max(most, ++out);
      yield job;
    }
  }
  await runPool({ workers: 2, module, setup }, counted(), async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    out--;
  });
  t.is(out, 0);
  t.true(most >= 2 && most <= 4, `${most}`);
});

test('what settling or listing throws ends the pool', async (t) => {
  const jobs = await jobsOf(t, ['a', 'b', 'c', 'd', 'e', 'f']);
  const settled: string[] = [];
  const full = new SamError('storage/full', 'No room.');
  const settle = async ({ fileName }: ImageJob): Promise<void> => {
    settled.push(fileName);
    if (settled.length === 2) throw full;
  };
  t.is(await t.throwsAsync(runPool({ workers: 1, module, setup }, each(jobs), settle)), full);
  t.deepEqual(settled, ['0.jpg', '1.jpg']);
  async function* broken(): AsyncGenerator<ImageJob, void> {
    yield* jobs.slice(0, 2);
    throw full;
  }
  t.is(await t.throwsAsync(runPool({ workers: 2, module, setup }, broken(), async () => undefined)), full);
});

test('killed, the pool gives up what is in work and returns', async (t) => {
  const jobs = await jobsOf(t, ['a', 'sleep 100000', 'sleep 100000', 'b']);
  const kill = new AbortController();
  const outcomes: JobOutcome[] = [];
  const done = runPool({ workers: 2, module, setup, kill: kill.signal }, each(jobs), async (_, outcome) => {
    outcomes.push(outcome);
    kill.abort();
  });
  await t.notThrowsAsync(done);
  t.is(outcomes.length, 1);
});
