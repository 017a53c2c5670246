/** What a user may choose of a project's masks. */
import type { OptionTable, OptionsOf } from '../options.js';
import type { Split } from '../dataset/types.js';
import { TRUTH, type ExportFilter } from './export.js';
import { STAGES, type Stage } from './schema.js';

export const EXPORT_OPTIONS = {
  status: { kind: 'choice', default: 'truth', choices: ['truth', 'accepted', 'corrected', 'proposed'], summary: 'Masks by what became of them; truth is accepted and corrected.' },
  stage: { kind: 'choice', default: 'any', choices: ['any', ...STAGES], summary: 'Only masks of one stage.' },
  round: { kind: 'integer', default: undefined, min: 1, summary: 'Only masks of one round.' },
  split: { kind: 'choice', default: 'all', choices: ['all', 'train', 'val', 'test'], summary: 'Only images of one split.' },
  listed: { kind: 'choice', default: 'annotated', choices: ['annotated', 'done', 'all'], summary: 'Which images are listed: done or with a mask, done only, or all.' },
} as const satisfies OptionTable;

export function exportFilterOf({ status, stage, round, split, listed }: OptionsOf<typeof EXPORT_OPTIONS>): Required<Omit<ExportFilter, 'provenance'>> {
  return {
    statuses: status === 'truth' ? TRUTH : [status], stages: stage === 'any' ? undefined : [stage satisfies Stage], rounds: round === undefined ? undefined : [round],
    split: split === 'all' ? undefined : split satisfies Split, listed,
  };
}
