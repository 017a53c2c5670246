/** The end of an inference thread: what is in work gets its answer, what comes later is refused, and the process lives. */
import test from 'ava';
import { seededTensor } from '../../src/models/probe.js';
import { SessionThread } from '../../src/models/session.js';
import { TEST_ENCODER } from '../test-model.js';

test('closing amid runs waits for them; what comes later is refused', async (t) => {
  const thread = new SessionThread();
  await thread.open('encoder', TEST_ENCODER, 1);
  const run = (): Promise<unknown> => thread.run('encoder', { x: seededTensor([1, 3, 256, 256]) }, ['image_embeddings']);
  const runs = [run(), run(), run()];
  const closed = thread.close();
  await t.throwsAsync(run(), { code: 'model/run', message: /closed/ });
  await closed;
  for (const outcome of await Promise.allSettled(runs)) t.is(outcome.status, 'fulfilled');
  await t.throwsAsync(run(), { code: 'model/run' });
});

test('a thread without work closes at once, also twice', async (t) => {
  const thread = new SessionThread();
  await thread.close();
  await thread.close();
  await t.throwsAsync(thread.open('encoder', TEST_ENCODER, 1), { code: 'model/run', message: /closed/ });
});
