/** Twenty kills of each command that works in a project. */
import test from 'ava';
import { KILLED, survivesKills } from './engine-kills.js';

for (const command of KILLED) {
  test.serial(`sam engine ${command.name}, killed twenty times and given again, ends with the same bytes`, async (t) => {
    t.is(await survivesKills(t, command, 20), 20);
  });
}
