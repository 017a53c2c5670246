/** Twenty kills of each command that works in a project. */
import test from 'ava';
import { KILLED, survivesKills } from './engine-kills.js';

for (const command of KILLED) {
  test.serial(`sam engine ${command.name}, killed twenty times and given again, ends with the same bytes`, async (t) => {
    const hits = await survivesKills(t, command, 20);
    t.log(`${hits} of 20 kills met it at work`);
    t.true(hits >= 10, `${hits} of 20 kills met it at work`);
  });
}
