/** The lines of a download: rewritten on a terminal, rare in a log. */
import test from 'ava';
import { DownloadReporter, progressLine } from '../../src/cli/download-progress.js';
import { sizeText, tableText } from '../../src/cli/table.js';

function recorder(isTTY: boolean) {
  const written: string[] = [];
  let time = 0;
  const reporter = new DownloadReporter({ isTTY, write: (text) => written.push(text) }, () => time);
  const at = (ms: number, bytes: number): void => {
    time = ms;
    reporter.show({ name: 'm/e.onnx', bytes, total: 4_000_000, bytesPerSecond: 1_500_000 });
  };
  return { written, reporter, at };
}

test('a terminal: one line, rewritten ten times a second, ended when the file is whole', (t) => {
  const { written, reporter, at } = recorder(true);
  at(0, 1_000_000);
  at(99, 2_000_000);
  at(100, 3_000_000);
  at(101, 4_000_000);
  reporter.end();
  t.deepEqual(written, [
    '\r\u001b[Km/e.onnx  1.0 MB of 4.0 MB  25 %  1.5 MB/s',
    '\r\u001b[Km/e.onnx  3.0 MB of 4.0 MB  75 %  1.5 MB/s',
    '\r\u001b[Km/e.onnx  4.0 MB of 4.0 MB  100 %  1.5 MB/s\n',
  ]);
});

test('a terminal: a line that was interrupted is ended once', (t) => {
  const { written, reporter, at } = recorder(true);
  at(0, 1_000_000);
  reporter.end();
  reporter.end();
  t.deepEqual(written.slice(1), ['\n']);
});

test('a log: the first event, one every five seconds, the last', (t) => {
  const { written, reporter, at } = recorder(false);
  for (const [ms, bytes] of [[0, 1_000_000], [100, 1_100_000], [4999, 2_000_000], [5000, 3_000_000], [5001, 4_000_000]] as const) at(ms, bytes);
  reporter.end();
  t.deepEqual(written.map((line) => line.split('  ')[1]), ['1.0 MB of 4.0 MB', '3.0 MB of 4.0 MB', '4.0 MB of 4.0 MB']);
  t.true(written.every((line) => line.endsWith('/s\n')));
});

test('sizes and tables', (t) => {
  const rows: [number | undefined, string][] = [[undefined, '?'], [0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [28_157_093, '28.2 MB'], [2_548_104_192, '2.5 GB'], [3e15, '3000.0 TB']];
  for (const [bytes, text] of rows) t.is(sizeText(bytes), text);
  t.is(progressLine({ name: 'm', bytes: 10, bytesPerSecond: 0 }), 'm  10 B  0 B/s');
  t.is(tableText([['NAME', 'SIZE', 'X'], ['a', '1', ''], ['long name', '1000', 'y']], [1]), 'NAME       SIZE  X\na             1\nlong name  1000  y');
  t.is(tableText([]), '');
});
