/** `sam engine export --recording`: what people did in a project, as one file. */
import { join } from 'node:path';
import type { OptionsOf } from '../options.js';
import type { OUTPUT_OPTIONS } from '../formats/jobs/convert-options.js';
import { StagedOutput } from '../formats/jobs/staged-output.js';
import { DATABASE_NAME, withProject } from './project.js';
import { recordingLines } from './recording.js';

export interface RecordingRequest extends Omit<OptionsOf<typeof OUTPUT_OPTIONS>, 'allowLossy'> {
  folder: string;
  output: string;
  /** Only the steps of one round. */
  round?: number | undefined;
  stop?: AbortSignal | undefined;
}

/** `older`: masks by people of which no step is known, because they were made by an earlier version or by a program. */
export interface RecordingReport { steps: number; older: number; isWritten: boolean }

/** As the project is at one moment; another process may write to it meanwhile. Throws as `openProject`, and `usage/output-exists`, `usage/output-in-input`, `storage/...`, `interrupted/signal`. */
export async function writeRecording({ folder, output, round, stop, force, dryRun }: RecordingRequest): Promise<RecordingReport> {
  return await withProject(folder, 'read', async (project) => {
    return await project.database.reading(async () => {
      const staged = await StagedOutput.open(output, { kind: 'file', force, dryRun, inputs: [join(folder, DATABASE_NAME), project.imageRoot], stop });
      try {
        let lines = 0;
        const counted = async function* (): AsyncGenerator<string> {
          for (const line of recordingLines(project, { round })) {
            lines++;
            yield line;
          }
        };
        await staged.put('', counted());
        const isWritten = await staged.commit();
        return { steps: lines - 1, older: project.database.count(OLDER), isWritten };
      } finally {
        await staged.discard();
      }
    });
  });
}

const OLDER = `SELECT count(*) FROM masks m WHERE m.annotator IS NOT NULL AND m.source_file IS NULL AND m.status IN ('accepted', 'corrected')
  AND NOT EXISTS (SELECT 1 FROM events e WHERE e.made_id = m.id OR e.mask_id = m.id)`;
