/** What a person may decide about the annotator's server. */
import type { OptionTable, OptionsOf } from '../options.js';

export const ASSIST_OPTIONS = {
  port: { kind: 'integer', default: 0, min: 0, max: 65535, summary: 'Port on this machine; 0: that of the last time, or a free one where it is taken.' },
  cacheSize: { kind: 'number', default: 4, min: 0, unit: 'GB', summary: 'Disk that embeddings may take; those that were not used for longest go first.' },
  moveOn: { kind: 'number', default: 30, min: 0, unit: 'seconds', summary: 'Time on one mask after which the page suggests to move on; 0 never.' },
  claim: { kind: 'number', default: 5, min: 0.1, max: 1440, unit: 'minutes', summary: 'How long an image stays with a tab that is heard of no more.' },
} as const satisfies OptionTable;

export type AssistOptions = OptionsOf<typeof ASSIST_OPTIONS>;
