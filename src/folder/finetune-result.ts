/** What the training program prints at its end, read strictly: it is another program. */
import { SamError } from '../errors.js';
import type { Measured, Tuned } from './finetune-options.js';

/** The last line of its stdout. Throws `model/training` where that is something else. */
export function tunedFrom(stdout: string): Tuned {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  const found = parsed(line), before = measuredFrom(found['before']), after = measuredFrom(found['after']);
  const [pictures, heldBack, steps, isBetter] = [found['pictures'], found['held_back'], found['steps'], found['written']];
  if (typeof pictures !== 'number' || typeof heldBack !== 'number' || typeof steps !== 'number' || typeof isBetter !== 'boolean' || before === undefined || after === undefined) {
    throw new SamError('model/training', `The program that trains ended well, but with other words than expected: ${JSON.stringify(line.slice(0, 200))}.`);
  }
  return { pictures, heldBack, steps, before, after, isBetter };
}

function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function measuredFrom(value: unknown): Measured | undefined {
  if (!isRecord(value)) return undefined;
  const { box, top, best } = value;
  return typeof box === 'number' && typeof top === 'number' && typeof best === 'number' ? { box, top, best } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
