/**
 * A worker for tests: it hashes the file and writes a small output. The file's text tells it more: `throw CODE` throws, `die`
 * kills the process, `die once FILE` only if FILE is not there yet, `exit N` exits, `sleep MS` waits; else the text is the content.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ERROR_CODES, SamError, systemCode, type ErrorCode } from '../../src/errors.js';
import { sha256Hex } from '../../src/files/hash.js';
import type { CreateWorker, ImageJob, ImageResult, OutputFile } from '../../src/folder/worker-protocol.js';

export interface FakeSetup {
  /** `part`: a file under `.sam/parts`; `stem`: like sa1b; `folder`: like png; `wrong`: a file that was not claimed. */
  layout: 'stem' | 'part' | 'folder' | 'wrong';
  /** Goes into every output, as an option would. */
  salt?: string;
  /** What the setup itself does. */
  onSetup?: 'die' | 'throw';
  /** Every output file gets so many more bytes. */
  padding?: number;
  /** Waited for on every image, in milliseconds. */
  delay?: number;
}

export const createWorker: CreateWorker<FakeSetup> = async (setup) => {
  if (setup.onSetup === 'die') process.kill(process.pid, 'SIGKILL');
  if (setup.onSetup === 'throw') throw new SamError('model/missing', 'There is no such model.');
  return { run: (job) => work(job, setup), close: async () => undefined };
};

export function stemOf(fileName: string): string {
  return fileName.replace(/\.[^./]*$/, '');
}

async function work({ path, fileName }: ImageJob, setup: FakeSetup): Promise<ImageResult> {
  const bytes = read(path, fileName);
  await obey(bytes.toString('utf8'), fileName);
  await sleep(setup.delay ?? 0);
  const sha256 = sha256Hex(bytes);
  const masks = bytes.length % 5;
  return { sha256, width: bytes.length, height: 1, masks, files: filesOf(fileName, sha256, masks, setup), warnings: [], seconds: { decode: 1 } };
}

function read(path: string, fileName: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new SamError(systemCode(error) === 'ENOENT' ? 'image/missing' : 'image/unreadable', `Cannot read ${fileName}.`, { file: fileName });
  }
}

async function obey(text: string, fileName: string): Promise<void> {
  const [verb, ...rest] = text.trim().split(' ');
  const word = rest.join(' ');
  if (verb === 'throw' && word in ERROR_CODES) throw new SamError(word as ErrorCode, `${fileName} is bad.`, { file: fileName });
  if (verb === 'die' && rest[0] === 'once') dieOnce(rest[1] ?? '');
  else if (verb === 'die') process.kill(process.pid, 'SIGKILL');
  if (verb === 'exit') process.exit(Number(word));
  if (verb === 'sleep') await sleep(Number(word));
}

function dieOnce(marker: string): void {
  if (existsSync(marker)) return;
  writeFileSync(marker, '');
  process.kill(process.pid, 'SIGKILL');
}

function filesOf(fileName: string, sha256: string, masks: number, { layout, salt = '', padding = 0 }: FakeSetup): OutputFile[] {
  const bytes = Buffer.from(`${JSON.stringify({ fileName, sha256, salt })}${' '.repeat(padding)}\n`);
  switch (layout) {
    case 'stem': return [{ path: `${stemOf(fileName)}.json`, bytes }];
    case 'part': return [{ path: `.sam/parts/${fileName}.json`, bytes }];
    case 'wrong': return [{ path: `${stemOf(fileName)}.txt`, bytes }];
    case 'folder': return Array.from({ length: masks + 1 }, (_, i) => ({ path: `${stemOf(fileName)}/${i}.png`, bytes: Buffer.concat([bytes, Buffer.from([i])]) }));
  }
}
