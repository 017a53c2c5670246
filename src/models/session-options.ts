/** The options of every command that runs a model over many images: in how many processes, and with how many threads each. */
import type { OptionTable } from '../options.js';

export const SESSION_OPTIONS = {
  workers: { kind: 'integer', default: undefined, min: 1, max: 1024, summary: 'Worker processes; from cores, memory and the model\'s size where it is not given.' },
  threads: { kind: 'integer', default: undefined, min: 1, max: 256, summary: 'Threads of one inference session; 1 for small models where it is not given.' },
} as const satisfies OptionTable;
