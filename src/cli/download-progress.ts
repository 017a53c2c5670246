/** Shows how far a download is: one line that is rewritten on a terminal, a line every few seconds in a log. */
import type { DownloadProgress } from '../models/download-job.js';
import { sizeText } from './table.js';

const TERMINAL_MS = 100;
const LOG_MS = 5000;

/** Where lines go: `process.stderr` or a test's own. */
export interface ProgressStream { write(text: string): unknown; isTTY?: boolean }

export class DownloadReporter {
  private shownAt: number | undefined;
  private open = false;

  constructor(private readonly stream: ProgressStream, private readonly now: () => number = () => performance.now()) {}

  /** Takes every event and shows those that are due; the last of a file always. */
  readonly show = (progress: DownloadProgress): void => {
    const complete = progress.bytes === progress.total;
    const wait = this.stream.isTTY ? TERMINAL_MS : LOG_MS;
    const time = this.now();
    if (!complete && this.shownAt !== undefined && time - this.shownAt < wait) return;
    this.shownAt = time;
    if (this.stream.isTTY) {
      this.stream.write(`\r\u001b[K${progressLine(progress)}${complete ? '\n' : ''}`);
      this.open = !complete;
    } else this.stream.write(`${progressLine(progress)}\n`);
  };

  /** Ends a line that is still being rewritten. */
  end(): void {
    if (this.open) this.stream.write('\n');
    this.open = false;
  }
}

/** `mobile-sam/encoder.onnx  12.3 MB of 28.2 MB  43 %  3.1 MB/s`. */
export function progressLine({ name, bytes, total, bytesPerSecond }: DownloadProgress): string {
  const share = total === undefined || total === 0 ? '' : `  ${Math.floor((bytes / total) * 100)} %`;
  const of = total === undefined ? '' : ` of ${sizeText(total)}`;
  return `${name}  ${sizeText(bytes)}${of}${share}  ${sizeText(Math.round(bytesPerSecond))}/s`;
}
