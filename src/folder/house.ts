/** What a run keeps beside its outputs, and how the output of a run is known by it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder for the run's own files in the output folder, and the only part of it where images may have outputs. */
export const HOUSE = '.sam';

/** Whether a folder is the output of a run. */
export function isRunFolder(folder: string): boolean {
  return existsSync(join(folder, HOUSE, 'run.json'));
}
