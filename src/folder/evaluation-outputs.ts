/** The files of an evaluation of masks: the numbers and the picture, both in place or none. */
import { SamError, isSamError } from '../errors.js';
import type { EvaluationResult } from '../evaluation/mask-evaluation.js';
import { StagedOutput } from '../formats/jobs/staged-output.js';
import { encodePngRgb } from '../image/encode.js';
import { evaluationChart, evaluationJson, type EvaluationNumbers } from './evaluation-numbers.js';

export interface EvaluationFiles {
  /** JSON file to write. */
  output?: string | undefined;
  /** PNG picture to draw. */
  plot?: string | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
  stop?: AbortSignal | undefined;
}

/** `outputs`: files that are in place, or would be put there in a dry run; where one cannot be, none is, and `outputError` says why. */
export interface WrittenFiles { outputs: string[]; outputError?: SamError }

export class EvaluationOutputs {
  private constructor(private readonly json: StagedOutput | undefined, private readonly plot: StagedOutput | undefined) {}

  /** Before the work, so that what can never be written is known then. Throws `usage/option` for one path twice, `usage/output-exists` for a folder, `storage/...`. */
  static async open({ output, plot, ...settings }: EvaluationFiles, inputs: readonly string[]): Promise<EvaluationOutputs> {
    if (output !== undefined && output === plot) throw new SamError('usage/option', '--output and --plot name the same file.');
    const open = async (path: string | undefined): Promise<StagedOutput | undefined> => (path === undefined ? undefined : await StagedOutput.open(path, { kind: 'file', inputs, ...settings }));
    const json = await open(output);
    try {
      return new EvaluationOutputs(json, await open(plot));
    } catch (error) {
      await json?.discard();
      throw error;
    }
  }

  /** An error is no reason to lose the numbers: it is returned. */
  async write(numbers: EvaluationNumbers, result: EvaluationResult): Promise<WrittenFiles> {
    try {
      const staged: StagedOutput[] = [];
      const put = async (output: StagedOutput | undefined, content: string | Uint8Array | undefined): Promise<void> => {
        if (output === undefined || content === undefined) return;
        await output.put('', content);
        staged.push(output);
      };
      await put(this.json, evaluationJson(numbers));
      const chart = this.plot === undefined ? undefined : evaluationChart(result);
      await put(this.plot, chart && await encodePngRgb(chart));
      for (const output of staged) await output.check();
      for (const output of staged) await output.commit();
      return { outputs: staged.map(({ path }) => path) };
    } catch (error) {
      if (!isSamError(error) || error.kind === 'interrupted') throw error;
      return { outputs: [], outputError: error };
    }
  }

  async discard(): Promise<void> {
    await this.json?.discard();
    await this.plot?.discard();
  }
}
