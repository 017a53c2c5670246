/** Locks: one holder at a time, the dead hold none, and two that take over from the dead do not both get it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { SamError } from '../../src/errors.js';
import { acquireLock, assertUnlocked } from '../../src/files/lock.js';
import { ownIdentity } from '../../src/files/process-identity.js';
import { temporaryFolder } from './temporary-folder.js';

const look = (path: string) => assertUnlocked(path, 'locked/output', 'The output folder out');
const take = (path: string) => acquireLock(path, 'locked/output', 'The output folder out');

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

test('a held lock is refused, naming the holder; a released one is free', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'lock');
  const lock = await take(path);
  await t.throwsAsync(look(path), { code: 'locked/output' });
  const error = await t.throwsAsync(take(path), { instanceOf: SamError });
  t.is(error.code, 'locked/output');
  t.is(error.exitCode, 6);
  t.true(error.message.includes(`process ${process.pid} on ${hostname()}`), error.message);
  await lock.release();
  await t.notThrowsAsync(look(path));
  t.deepEqual(await readdir(folder), []);
  await (await take(path)).release();
});

test('locks of the dead are taken over: no such process, its number now another\'s, damaged files', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'lock');
  const own = ownIdentity();
  const dead = [
    JSON.stringify({ ...own, pid: await deadPid() }),
    ...(own.started === null ? [] : [JSON.stringify({ ...own, started: 'another-boot:1' })]),
    '', '{"pid":', 'null', '[]', '{"pid":"1","host":"x","started":null}', `{"pid":-1,"host":"${hostname()}","started":null}`, '\0'.repeat(50),
  ];
  for (const content of dead) {
    await writeFile(path, content);
    await t.notThrowsAsync(look(path), content);
    const lock = await take(path);
    await t.throwsAsync(take(path), { code: 'locked/output' });
    t.deepEqual(await readdir(folder), ['lock'], content);
    await lock.release();
    t.deepEqual(await readdir(folder), [], content);
  }
});

test('a lock from another host is believed', async (t) => {
  const path = join(await temporaryFolder(t), 'lock');
  await writeFile(path, JSON.stringify({ pid: await deadPid(), host: 'far-away.example', started: null }));
  const error = await t.throwsAsync(take(path));
  t.regex(error.message, /far-away\.example.*delete/);
});

test('a lock that is no longer ours is not released', async (t) => {
  const path = join(await temporaryFolder(t), 'lock');
  const lock = await take(path);
  const other = JSON.stringify({ pid: 1, host: 'far-away.example', started: null });
  await writeFile(path, other);
  await lock.release();
  t.is(await readFile(path, 'utf8'), other);
});

test('many processes, some dying with the lock: never two in it, and never none', async (t) => {
  const folder = await temporaryFolder(t);
  const script = fileURLToPath(new URL('lock-contender.js', import.meta.url));
  const contenders = Array.from({ length: 12 }, (_, i) => {
    const child = spawn(process.execPath, [script, join(folder, 'lock'), join(folder, 'critical'), '5', i % 2 === 0 ? '1' : '0'], { stdio: 'inherit' });
    return once(child, 'exit') as Promise<[number | null, string | null]>; // what the event `exit` gives
  });
  const ends = await Promise.all(contenders);
  t.deepEqual(ends.map(([code, signal], i) => (i % 2 === 0 ? signal : code)), ends.map((_, i) => (i % 2 === 0 ? 'SIGKILL' : 0)));
  const lock = await take(join(folder, 'lock'));
  t.deepEqual(await readdir(folder), ['lock'], 'the dead left nothing else');
  await lock.release();
});
