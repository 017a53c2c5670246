/**
 * A process that fights for a lock (`node lock-contender.js LOCK CRITICAL TURNS LOSES`): each turn it takes the lock, makes the file CRITICAL, which must
 * not be there, removes it, and releases. In its last turn, with LOSES=1, it dies with the lock in its hands. Exit 9: another was in the lock with us.
 */
import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSamError } from '../../src/errors.js';
import { acquireLock, type Lock } from '../../src/files/lock.js';

const [, , lockPath = '', critical = '', turns = '1', loses = '0'] = process.argv;

async function take(): Promise<Lock> {
  for (;;) {
    try {
      return await acquireLock(lockPath, 'locked/output', 'It');
    } catch (error) {
      if (!isSamError(error, 'locked/output')) throw error;
      await sleep(1);
    }
  }
}

for (let turn = 1; turn <= Number(turns); turn++) {
  const lock = await take();
  try {
    await writeFile(critical, '', { flag: 'wx' });
  } catch {
    process.exit(9);
  }
  await sleep(1);
  await rm(critical);
  if (turn === Number(turns) && loses === '1') process.kill(process.pid, 'SIGKILL');
  await lock.release();
}
