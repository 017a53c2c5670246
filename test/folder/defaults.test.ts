/** Workers and threads from literal machines. */
import test from 'ava';
import { defaultThreads, defaultWorkers, thisMachine } from '../../src/folder/defaults.js';

const MB = 2 ** 20, GB = 2 ** 30;
const SMALL = 5 * MB, LARGE = 2500 * MB;

test('threads: one for small models, the cores up to eight for large ones', (t) => {
  const machine = (cores: number) => ({ cores, memoryBytes: 64 * GB });
  t.is(defaultThreads(SMALL, machine(16)), 1);
  t.is(defaultThreads(256 * MB, machine(16)), 1, 'the largest of the small');
  t.is(defaultThreads(256 * MB + 1, machine(16)), 8);
  t.is(defaultThreads(LARGE, machine(6)), 6);
  t.is(defaultThreads(LARGE, machine(1)), 1);
});

test('workers: one a core for small models, as far as half the memory goes', (t) => {
  const each = 315 * MB;
  t.is(defaultWorkers(SMALL, 1, { cores: 16, memoryBytes: 64 * GB }), 16);
  t.is(defaultWorkers(SMALL, 1, { cores: 16, memoryBytes: 2 * 5 * each }), 5);
  t.is(defaultWorkers(SMALL, 1, { cores: 16, memoryBytes: 2 * 5 * each - 1 }), 4);
  t.is(defaultWorkers(LARGE, 8, { cores: 16, memoryBytes: 64 * GB }), 2);
  t.is(defaultWorkers(LARGE, 4, { cores: 16, memoryBytes: 64 * GB }), 4);
  t.is(defaultWorkers(LARGE, 1, { cores: 64, memoryBytes: 32 * GB }), 2, 'weights, and the copies of them');
});

test('workers: never less than one', (t) => {
  t.is(defaultWorkers(SMALL, 1, { cores: 1, memoryBytes: 64 * MB }), 1);
  t.is(defaultWorkers(LARGE, 8, { cores: 2, memoryBytes: 64 * GB }), 1, 'more threads than cores');
});

test('this machine has a core and memory', (t) => {
  const { cores, memoryBytes } = thisMachine();
  t.true(Number.isInteger(cores) && cores >= 1);
  t.true(memoryBytes > 64 * MB && memoryBytes < 2 ** 60);
});
