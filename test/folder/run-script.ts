/** `node run-script.js JSON`: one fake folder run as a command would do it, with signals; its events and its summary are lines of JSON on stdout. */
import type { Outcome } from '../../src/cli/base-command.js';
import { withSignals } from '../../src/cli/signals.js';
import { plainError } from '../../src/errors.js';
import { fakeRun, type FakeRun } from './fake-run.js';

const run = JSON.parse(process.argv[2] ?? '') as FakeRun; // what the tests give
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const outcome = await withSignals(async (signals): Promise<Outcome> => {
  try {
    const { summary, stopped, errors } = await fakeRun(run, { ...signals, events: (event) => print({ event: event.kind, ...('fileName' in event ? { fileName: event.fileName } : {}) }) });
    return { summary: { ...summary, errors, stopped: stopped?.message }, exitCode: stopped?.exitCode ?? (summary.failed > 0 ? 3 : 0) };
  } catch (error) {
    const { code, message } = plainError(error);
    // a SamError knows its exit code; what is none is a fault
    return { summary: { code, message }, exitCode: (error as { exitCode?: number }).exitCode ?? 1 };
  }
});
print(outcome);
process.exitCode = outcome.exitCode ?? 0;
