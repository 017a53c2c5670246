/** A real file system of a few kilobytes, where the test may mount one (as root on Linux). */
import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from '../files/temporary-folder.js';

/** A folder on a disk of its own, or undefined after a passing remark that this machine allows none. */
export async function tinyDisk(t: ExecutionContext, kilobytes: number, at?: string): Promise<string | undefined> {
  const folder = at ?? join(await temporaryFolder(t), 'disk');
  await mkdir(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=700`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    t.log('skipped: this user may not mount a small disk');
    t.pass();
    return undefined;
  }
  t.teardown(() => { execFileSync('umount', ['--lazy', folder]); });
  return folder;
}
