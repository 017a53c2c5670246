/** Every kill: before each system call that changes the disk, in every scene. (`kill-sweep.test.ts` has a part of it.) */
import { sweepKills } from './kill-sweep.js';
import { DURABLE_CALLS, tracedTest } from './strace.js';
import { LAYOUTS, forcedScene, freshScene } from './sweep-scenes.js';

// files are opened on the same thread that loads modules: most of these kills come before the run began, hence the wider steps
const CALLS = [...DURABLE_CALLS.map((calls) => ({ calls, stride: 1 })), { calls: 'write', stride: 3 }, { calls: 'openat', stride: 5 }];

for (const [what, scene] of [['a fresh run', freshScene], ['a forced run over an old tree', forcedScene]] as const) {
  for (const layout of LAYOUTS) {
    for (const { calls, stride } of CALLS) {
      tracedTest(`${what}, killed before every ${calls}, can be run again (${layout})`, async (t) => {
        const { kills, calls: all, faults } = sweepKills({ ...(await scene(t, layout)), calls, stride });
        t.deepEqual(faults, []);
        t.log(`${kills} kills at ${all} calls`);
        // how often threads wake each other, which is a write too, differs from run to run
        t.true(kills >= Math.floor((all * (calls === 'write' ? 0.5 : 0.9)) / stride), 'the kills came');
      });
    }
  }
}
