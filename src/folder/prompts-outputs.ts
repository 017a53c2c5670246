/** The files of an evaluation with prompts: the numbers and the picture, both in place or none. */
import { SamError, isSamError } from '../errors.js';
import { StagedOutput } from '../formats/jobs/staged-output.js';
import { encodePngRgb } from '../image/encode.js';
import { reportChart, reportJson, type PromptsReport, type PromptsRequest } from './prompts-report.js';

export class PromptsOutputs {
  private constructor(private readonly json: StagedOutput | undefined, private readonly plot: StagedOutput | undefined) {}

  /** Before the work, so that what can never be written is known then. Throws `usage/option` for one path twice, `usage/output-exists` for a folder, `storage/...`. */
  static async open({ output, plot, annotations, images, regions }: PromptsRequest, { force, dryRun }: { force: boolean; dryRun: boolean }): Promise<PromptsOutputs> {
    if (output !== undefined && output === plot) throw new SamError('usage/option', '--output and --plot name the same file.');
    const settings = { kind: 'file' as const, force, dryRun, inputs: [annotations, images, ...(regions === undefined ? [] : [regions])] };
    const json = output === undefined ? undefined : await StagedOutput.open(output, settings);
    return new PromptsOutputs(json, plot === undefined ? undefined : await StagedOutput.open(plot, settings));
  }

  /** Writes what there are numbers for. An error is no reason to lose the numbers: it stands in the report. */
  async write(report: PromptsReport): Promise<Pick<PromptsReport, 'outputs' | 'outputError'>> {
    const all = report.scores?.all ?? undefined;
    if (all === undefined) return { outputs: [] };
    try {
      await this.json?.put('', reportJson(report));
      await this.plot?.put('', await encodePngRgb(reportChart(report, all)));
      const staged = [this.json, this.plot].filter((output) => output !== undefined);
      for (const output of staged) await output.check();
      for (const output of staged) await output.commit();
      return { outputs: staged.map(({ path }) => path) };
    } catch (error) {
      if (!isSamError(error)) throw error;
      return { outputs: [], outputError: error };
    }
  }

  async discard(): Promise<void> {
    await this.json?.discard();
    await this.plot?.discard();
  }
}
