/** A recording read line by line, whatever its size: each line a step or what is wrong with it. */
import { createReadStream } from 'node:fs';
import { SamError, isSamError, messageOf, printableName } from '../errors.js';
import type { JsonValue } from '../dataset/types.js';
import { checkEvent, checkHead } from './recording-check.js';
import type { RecordedEvent, RecordingHead } from './recording.js';

/** A step has one mask or two: far below this. Characters. */
const LONGEST = 64 << 20;

/** `line`: from 1. */
export type RecordedLine = { line: number; event: RecordedEvent } | { line: number; error: SamError };

/**
 * The head, then a step a line. Throws `usage/input-missing`, `data/unreadable`, and `data/recording` for a file whose first line is none of a recording's; a later line that is wrong is given as its
 * error. Memory: one line, of at most 64 MB.
 */
export async function readRecording(path: string): Promise<{ head: RecordingHead; lines: AsyncGenerator<RecordedLine> }> {
  const lines = linesOf(path);
  const first = await lines.next();
  if (first.done === true) throw new SamError('data/recording', `${printableName(path)} is empty: no recording.`, { file: path });
  return { head: located(path, 1, () => checkHead(parsed(first.value))), lines: events(path, lines) };
}

async function* events(path: string, lines: AsyncGenerator<string>): AsyncGenerator<RecordedLine> {
  let line = 1;
  for await (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    try {
      yield { line, event: located(path, line, () => checkEvent(parsed(text))) };
    } catch (error) {
      if (!isSamError(error)) throw error;
      yield { line, error };
    }
  }
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new SamError('data/recording', `Expected one JSON object; ${messageOf(error).replaceAll('\n', ' ').slice(0, 200)}.`);
  }
}

/** The error with the file and the line. */
function located<T>(file: string, line: number, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!isSamError(error)) throw error;
    throw new SamError('data/recording', error.message, { file, record: `line ${line}`, path: error.path, line, cause: error });
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 });
  let rest: string[] = [], length = 0;
  try {
    for await (const chunk of stream) {
      const pieces = (chunk as string).split('\n'), last = pieces.pop()!; // a stream with an encoding gives texts
      for (const piece of pieces) {
        yield rest.length === 0 ? piece : [...rest, piece].join('');
        [rest, length] = [[], 0];
      }
      rest.push(last);
      length += last.length;
      if (length > LONGEST) throw new SamError('data/recording', `${printableName(path)} has a line of more than ${LONGEST >> 20} million characters: no recording.`, { file: path });
    }
  } catch (error) {
    if (isSamError(error)) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'; // what a stream of a file throws
    throw new SamError(isMissing ? 'usage/input-missing' : 'data/unreadable', isMissing ? `There is no file ${printableName(path)}.` : `${printableName(path)} cannot be read: ${messageOf(error)}`, { file: path, cause: error });
  }
  if (rest.join('') !== '') yield rest.join('');
}
