/** Files in and out of a project: every format that can be read is imported, every format that can be written is exported. */
import { join } from 'node:path';
import type { OptionsOf } from '../options.js';
import type { ConvertOptions, GEOMETRY_OPTIONS, OUTPUT_OPTIONS } from '../formats/jobs/convert-options.js';
import type { RuleCount } from '../formats/jobs/findings-kept.js';
import type { FormatName, FormatWriter, Loss } from '../formats/format.js';
import { openDataset, recogniseDataset, type SourceRequest } from '../formats/jobs/open-dataset.js';
import { withReading } from '../formats/jobs/first-reading.js';
import { writeDataset, writerOf, type WrittenDataset } from '../formats/jobs/write-dataset.js';
import { formatOf } from '../formats/registry.js';
import type { Environment } from '../models/cache-dir.js';
import { exportSource, type ExportFilter } from './export.js';
import { importDataset, type ImportReport, type ImportRequest } from './import.js';
import { DATABASE_NAME, withProject } from './project.js';
import { locateProjectModel } from './project-model.js';

export interface ImportFileRequest extends SourceRequest, Omit<ImportRequest, 'file' | 'modelId'> {
  folder: string;
  /** The model that made the masks: a name from the registry, or a folder. */
  model?: string | undefined;
  /** Where models are looked for; the process's where it is left out. */
  env?: Environment | undefined;
  dryRun?: boolean | undefined;
}

export interface ImportFileReport extends ImportReport { from: FormatName; evidence?: string; findings: RuleCount[]; errors: number }

/** Reads a file or folder of annotations into a project. Throws as `openDataset`, `openProject` and `importDataset`. */
export async function importFile(request: ImportFileRequest, now: number): Promise<ImportFileReport> {
  // an input that is no dataset is told before the project is taken
  const recognised = await recogniseDataset(request);
  return await withProject(request.folder, 'write', async (project) => {
    const { source, findings, format, evidence } = await openDataset({ ...request, images: request.images ?? project.imageRoot }, recognised);
    try {
      const { as, stage, annotator, category, done, input: file, model, env = process.env, stop } = request;
      const work = async (): Promise<ImportReport> => {
        const modelId = model === undefined ? undefined : (await locateProjectModel(project, model, env, now)).id ?? undefined;
        return await importDataset(project, source, { as, stage, annotator, category, done, file, modelId, stop }, now);
      };
      const report = await (request.dryRun === true ? project.database.rehearse(work) : work());
      return { ...report, from: format.name, ...(evidence === undefined ? {} : { evidence }), findings: findings.byRule, errors: findings.count('error') };
    } finally {
      await source.close?.();
    }
  });
}

export interface ExportFileRequest extends ExportFilter, OptionsOf<typeof OUTPUT_OPTIONS>, Partial<Pick<ConvertOptions, keyof typeof GEOMETRY_OPTIONS>> {
  folder: string;
  to: FormatName;
  output: string;
  stop?: AbortSignal | undefined;
}

export interface ExportFileReport extends WrittenDataset {
  to: FormatName;
  counts: { images: number; annotations: number };
  /** What the format has no place for, and the project keeps. */
  left: Loss[];
  /** Images with masks that were left out because their file is missing or changed. */
  absent: number;
}

/** What a format may leave out without being told to: the project still has it. Shapes, categories and whole images are another matter. */
const KEPT: readonly Loss[] = ['attributes', 'generator', 'splits', 'ids', 'scores', 'extra'];

/** The writer, of which what the project keeps is no loss; `tell` hears of it. */
function forgiving(writer: FormatWriter, tell: (loss: Loss) => void): FormatWriter {
  return {
    ...writer,
    write(source, sink, options) {
      const lose = (loss: Loss, where: string): void => { if (KEPT.includes(loss)) tell(loss); else sink.lose(loss, where); };
      return writer.write(source, { put: (path, content) => sink.put(path, content), lose }, options);
    },
  };
}

/** Writes a project's masks as they are at one moment; another process may write to it meanwhile. Throws as `openProject` and `writeDataset`. */
export async function exportProject(request: ExportFileRequest): Promise<ExportFileReport> {
  const format = formatOf(request.to), left = new Set<Loss>(), counts = { images: 0, annotations: 0 };
  const writer = forgiving(writerOf(format), (loss) => left.add(loss));
  return await withProject(request.folder, 'read', async (project) => {
    return await project.database.reading(async () => {
      const source = withReading(exportSource(project, request), {
        entry({ annotations }) {
          counts.images++;
          counts.annotations += annotations.length;
        },
      });
      const written = await writeDataset(source, writer, { ...request, images: project.imageRoot, inputs: [join(request.folder, DATABASE_NAME), project.imageRoot] });
      const absent = project.database.count(ABSENT);
      return { ...written, to: format.name, counts, left: KEPT.filter((loss) => left.has(loss)), absent };
    });
  });
}

const ABSENT = `SELECT count(*) FROM images i WHERE state IN ('missing', 'changed')
  AND EXISTS (SELECT 1 FROM masks m WHERE m.image_id = i.id AND m.status IN ('accepted', 'corrected'))`;
