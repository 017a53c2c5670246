/** The sweep over the command itself: `sam segment-all`, killed before every call that names or removes a file, in every format. */
import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '../files/temporary-folder.js';
import { sweepKills } from './kill-sweep.js';
import { tracedTest } from './strace.js';

for (const format of ['sa1b', 'coco', 'png']) {
  tracedTest(`sam segment-all --format ${format}, killed, can be run again`, async (t) => {
    const root = await temporaryFolder(t);
    for (const name of ['beach.jpg', 'fruit.png', 'icon.png']) cpSync(join('fixtures/scenes', name), join(root, 'in', name));
    const output = join(root, 'out');
    const argv = [process.execPath, resolve('bin/run.js'), 'segment-all', join(root, 'in'), '--output', output, '--format', format, '--points-per-side', '4', '--workers', '2'];
    for (const calls of ['rename,renameat,renameat2', 'unlink,unlinkat', 'fdatasync']) {
      const { kills, faults } = sweepKills({ argv, output, calls });
      t.deepEqual(faults, []);
      t.true(kills > 0, `${calls}: ${kills} kills`);
    }
  });
}
