/** How far a run is, on stderr: one line that is rewritten on a terminal, else a plain line now and then; nothing with `--quiet` or `--json`. */
import type { Progress, ProgressEvent } from '../folder/progress.js';
import { counted } from './written-outcome.js';

/** Where lines go: `process.stderr`, or what a test gives. */
export interface ProgressStream { isTTY?: boolean; columns?: number; write(text: string): unknown }

const TTY_MILLISECONDS = 100;
const PLAIN_MILLISECONDS = 30_000;
const CLEAR = '\r\u001b[2K';

/** A listener for the events of a run. `clock` gives milliseconds. */
export function progressReporter(
  { quiet, json }: { quiet: boolean; json: boolean }, stream: ProgressStream = process.stderr, clock: () => number = () => performance.now(),
): (event: ProgressEvent) => void {
  if (quiet || json) return () => undefined;
  const isTty = stream.isTTY === true;
  let last = clock();
  return ({ kind, progress }) => {
    const isLast = kind === 'finished';
    const isDue = clock() - last >= (isTty ? TTY_MILLISECONDS : PLAIN_MILLISECONDS);
    if (!isLast && !isDue) return;
    last = clock();
    const line = progressLine(progress, isLast);
    if (!isTty) stream.write(`${line}\n`);
    else stream.write(`${CLEAR}${line.slice(0, Math.max(0, (stream.columns ?? 80) - 1))}${isLast ? '\n' : ''}`);
  };
}

/** `12 of 100 images, 3 skipped, 1 failed, 345 masks, 2.1 images/s, 0:42 left`. */
export function progressLine({ images, done, skipped, failed, masks, imagesPerSecond, secondsLeft }: Progress, isLast = false): string {
  const parts = [`${done + skipped + failed} of ${images} images`];
  if (skipped > 0) parts.push(`${skipped} skipped`);
  if (failed > 0) parts.push(`${failed} failed`);
  parts.push(counted(masks, 'mask'));
  if (imagesPerSecond !== undefined) parts.push(rateText(imagesPerSecond));
  if (secondsLeft !== undefined && !isLast) parts.push(`${durationText(secondsLeft)} left`);
  return parts.join(', ');
}

function rateText(imagesPerSecond: number): string {
  return imagesPerSecond >= 0.1 ? `${imagesPerSecond.toFixed(1)} images/s` : `${(1 / imagesPerSecond).toFixed(0)} s/image`;
}

/** `1:02:03`, `2:03`, `0:03`. */
function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`;
}
