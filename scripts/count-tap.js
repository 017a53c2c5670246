// Counts a TAP report: prints the names of failures and `N passed, N failed, N skipped`; fails where no test ran.
import { readFileSync } from 'node:fs';

const lines = readFileSync(process.argv[2], 'utf8').split('\n');
const count = { passed: 0, failed: 0, skipped: 0 };
for (const line of lines) {
  const match = /^(not ok|ok) \d+(.*)$/.exec(line);
  if (match === null) continue;
  if (/# (SKIP|TODO)/i.test(match[2])) count.skipped++;
  else if (match[1] === 'ok') count.passed++;
  else {
    count.failed++;
    console.log(`failed:${match[2]}`);
  }
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed > 0 || count.passed === 0 ? 1 : 0;
