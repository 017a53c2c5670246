/**
 * Signals of a long run: the first SIGINT or SIGTERM asks it to finish what is in work and stop, the second to give that up, the third
 * is no longer ours and ends the process.
 */
import { EXIT_CODES, isSamError, plainError } from '../errors.js';
import type { Outcome } from './base-command.js';

export interface StopSignals { stop: AbortSignal; kill: AbortSignal }

const SIGNAL_EXIT_CODES = { SIGINT: EXIT_CODES.interrupted, SIGTERM: 143 } as const;

/** Runs `work` with the process's signals; an outcome that was interrupted gets the exit code of the signal. */
export async function withSignals(work: (signals: StopSignals) => Promise<Outcome>): Promise<Outcome> {
  const [stop, kill] = [new AbortController(), new AbortController()];
  let exitCode: number = EXIT_CODES.interrupted;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGTERM') exitCode = SIGNAL_EXIT_CODES.SIGTERM;
    if (!stop.signal.aborted) {
      stop.abort();
      return;
    }
    kill.abort();
    ignore();
  };
  const ignore = (): void => {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    const outcome = await work({ stop: stop.signal, kill: kill.signal });
    return outcome.exitCode === EXIT_CODES.interrupted ? { ...outcome, exitCode } : outcome;
  } catch (error) {
    if (!isSamError(error, 'interrupted/signal')) throw error;
    return { summary: {}, errors: [plainError(error)], exitCode };
  } finally {
    ignore();
  }
}
