/** Signals to a real process: once finishes what is in work, twice gives it up, killed leaves workers and locks to nobody. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { acquireLock } from '../../src/files/lock.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { outcomeOf, runScript, start } from './child.js';
import { fakeRun, outputsOf, treeOf, writeTree, type FakeRun } from './fake-run.js';

const linux = existsSync('/proc/self/environ') ? test : test.skip;

/** One image that is quick, one that waits for `wait` milliseconds, and more. */
async function slowRun(t: ExecutionContext, wait: number): Promise<{ run: FakeRun; output: string; golden: () => Promise<Record<string, string>> }> {
  const root = await temporaryFolder(t);
  writeTree(join(root, 'in'), { 'a.jpg': 'quick', 'b.jpg': `sleep ${wait}`, 'c.jpg': 'c', 'd.jpg': 'd' });
  const output = join(root, 'out');
  const run: FakeRun = { inputs: [join(root, 'in')], output, layout: 'part' };
  return { run, output, golden: async () => {
    await fakeRun({ ...run, output: join(root, 'golden') });
    return treeOf(join(root, 'golden'));
  } };
}

const temporaries = (output: string): string[] => Object.keys(treeOf(output)).filter((name) => name.endsWith('.sam-tmp'));

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
  linux(`one ${signal} to the whole group finishes the image in work and ends with ${code}; the same run goes on`, async (t) => {
    const { run, output, golden } = await slowRun(t, 700);
    const running = start(runScript(run));
    await running.says('"fileName":"a.jpg"');
    process.kill(-(running.child.pid ?? 0), signal);
    const end = await running.end;
    t.is(end.code, code, end.stderr);
    t.true(await running.isGone());
    const { summary } = outcomeOf(end);
    t.is(summary['done'], 2, 'the quick image and the one in work');
    t.regex(String(summary['stopped']), /2 of 4 images are finished.*same command/);
    t.deepEqual(temporaries(output), []);
    t.false('all.json' in treeOf(output), 'the file of all images is not made of half of them');
    t.like((await fakeRun(run)).summary, { done: 2, skipped: 2 });
    t.deepEqual(treeOf(output), await golden());
  });
}

linux('a second signal gives up what is in work and leaves nothing behind', async (t) => {
  const { run, output } = await slowRun(t, 1_000_000);
  const running = start(runScript(run));
  await running.says('"fileName":"a.jpg"');
  process.kill(-(running.child.pid ?? 0), 'SIGINT');
  process.kill(-(running.child.pid ?? 0), 'SIGTERM');
  const end = await running.end;
  t.is(end.code, 143, end.stderr);
  t.true(await running.isGone());
  t.is(outcomeOf(end).summary['done'], 1);
  t.deepEqual(Object.keys(treeOf(output)).filter((name) => name.startsWith('.sam/')), ['.sam/', '.sam/ledger.jsonl', '.sam/parts/', '.sam/parts/a.jpg.json', '.sam/run.json']);
});

linux('a killed run leaves no worker; a second run is refused while it lives, and takes its lock when it is dead', async (t) => {
  const { run, output, golden } = await slowRun(t, 1_000_000);
  const running = start(runScript(run));
  await running.says('"fileName":"a.jpg"');
  const refused = await start(runScript(run)).end;
  t.is(refused.code, 6);
  t.regex(String(outcomeOf(refused).summary['message']), new RegExp(`in use by process ${running.child.pid} on `));
  t.true(existsSync(join(output, '.sam/lock')));
  running.child.kill('SIGKILL');
  await running.end;
  t.true(await running.isGone(), 'workers end with their parent');
  t.true(existsSync(join(output, '.sam/lock')));
  writeTree(run.inputs[0] ?? '', { 'b.jpg': 'quick now' });
  t.like((await fakeRun(run)).summary, { done: 3, skipped: 1 });
  t.deepEqual(treeOf(output), await golden());
});

test('shards that begin at once, in a folder that is not there yet, make what one run makes', async (t) => {
  const { run, output, golden } = await slowRun(t, 0);
  const ends = await Promise.all([0, 1, 2].map((index) => start(runScript({ ...run, shard: { index, count: 3 }, finishPath: `all-${index}-of-3.json` })).end));
  t.deepEqual(ends.map(({ code }) => code), [0, 0, 0], ends.map(({ stdout, stderr }) => stdout + stderr).join());
  t.like((await fakeRun(run)).summary, { done: 0, skipped: 4 });
  const own = (tree: Record<string, string>) => Object.fromEntries(Object.entries(tree).filter(([name]) => !/^all-|ledger/.test(name)));
  t.deepEqual(own(treeOf(output)), own(await golden()));
});

test('runs that begin at once with other options are not mixed', async (t) => {
  const { run, output } = await slowRun(t, 0);
  const shardOf = (index: number, salt: string) => start(runScript({ ...run, salt, shard: { index, count: 2 }, finishPath: `all-${index}-of-2.json` })).end;
  const ends = await Promise.all([shardOf(0, 'x'), shardOf(1, 'y')]);
  t.deepEqual(ends.map(({ code }) => code).sort(), [0, 2]);
  const salts = new Set(Object.keys(treeOf(output)).filter((name) => /^.sam.parts.*json$/.test(name)).map((name) => /"salt":"(.)"/.exec(readFileSync(join(output, name), 'utf8'))?.[1]));
  t.true(salts.size <= 1);
});

test('options may change while nothing is finished, but not under a shard at work', async (t) => {
  const { run, output } = await slowRun(t, 0);
  const failing = { ...run, onSetup: 'throw', shard: { index: 0, count: 2 } } as const;
  await fakeRun({ ...failing, salt: 'x' });
  const held = await acquireLock(join(output, '.sam/lock-1-of-2'), 'locked/output', 'It');
  await t.throwsAsync(fakeRun({ ...failing, salt: 'y' }), { code: 'usage/options-changed' });
  await held.release();
  await t.notThrowsAsync(fakeRun({ ...failing, salt: 'y' }));
  t.regex(readFileSync(join(output, '.sam/run.json'), 'utf8'), /"salt": "y"/);
});

test('shards share a folder with each other, not with a run of the whole', async (t) => {
  const { run, output } = await slowRun(t, 0);
  const shard = (index: number, count = 2) => fakeRun({ ...run, shard: { index, count }, finishPath: `all-${index}-of-${count}.json` });
  await shard(0);
  const held = await acquireLock(join(output, '.sam/lock-0-of-2'), 'locked/output', 'It');
  await t.notThrowsAsync(shard(1));
  await t.throwsAsync(shard(0), { code: 'locked/output' });
  await t.throwsAsync(fakeRun(run), { code: 'locked/output' });
  await held.release();
  await t.notThrowsAsync(fakeRun(run));
  const whole = await acquireLock(join(output, '.sam/lock'), 'locked/output', 'It');
  await t.throwsAsync(shard(0), { code: 'locked/output' });
  await whole.release();
  t.false(existsSync(join(output, '.sam/lock-0-of-2')));
});

test('what killed runs left is swept: by a run of the whole all, by a shard its own', async (t) => {
  const { run, output } = await slowRun(t, 0);
  await fakeRun(run);
  const tree = treeOf(output);
  const left = ['.a.json.0123456789ab.sam-tmp', '.a.json.0123456789ab.0-of-2.sam-tmp', '.sam/.run.json.0123456789ab.1-of-2.sam-tmp', '.sam/parts/.x.0123456789ab.1-of-2.sam-tmp'];
  writeTree(output, Object.fromEntries(left.map((name) => [name, ''])));
  await fakeRun({ ...run, shard: { index: 0, count: 2 }, finishPath: 'all.json', dryRun: true });
  t.deepEqual(temporaries(output).length, 4, 'a dry run removes nothing');
  await fakeRun({ ...run, shard: { index: 1, count: 2 }, finishPath: 'all-1-of-2.json' });
  t.deepEqual(temporaries(output).sort(), left.slice(0, 2).sort());
  await fakeRun(run);
  t.deepEqual(temporaries(output), []);
  t.deepEqual({ ...outputsOf(output), 'all-1-of-2.json': '' }, { ...Object.fromEntries(Object.entries(tree).filter(([name]) => !name.startsWith('.sam/'))), 'all-1-of-2.json': '' });
});
