/** A trainer as a command of the user's own: split into words, its placeholders filled in, run without a shell. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SamError, messageOf } from '../errors.js';

/** What a template may name, each as one word whatever it holds: `{dataset}`, `{images}`, `{model}`, `{out}`, `{minutes}`. */
export interface TrainerPlaces { dataset: string; images: string; model: string; out: string; minutes: string }

/** The words of a command: blanks part them, quotes hold them together. Throws `usage/option` for none, for an open quote, for a command that does not name `{dataset}` and `{out}`. */
export function trainerArgv(template: string, places: TrainerPlaces): string[] {
  const refuse = (reason: string): SamError => new SamError('usage/option', `--trainer ${reason}, got ${JSON.stringify(template)}.`);
  const words = [...template.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double: string | undefined, single: string | undefined) => double ?? single ?? ''));
  if (words.length === 0) throw refuse('expects a command');
  if (/["']/.test(template.replace(/"[^"]*"|'[^']*'/g, ''))) throw refuse('has a quote that is never closed');
  for (const needed of ['{dataset}', '{out}']) if (!words.some((word) => word.includes(needed))) throw refuse(`must say where ${needed} goes`);
  // the keys of the pattern are those of the type
  return words.map((word) => word.replace(/\{(dataset|images|model|out|minutes)\}/g, (_, name: keyof TrainerPlaces) => places[name]));
}

/** Its exit status; its words go to our stderr. Throws `usage/option` where it cannot be started, `interrupted/signal` where it was stopped. */
export async function runTrainer(argv: readonly string[], stop: AbortSignal | undefined): Promise<number> {
  const [command = '', ...rest] = argv;
  const child = spawn(command, rest, { stdio: ['ignore', 2, 2], signal: stop });
  try {
    const [code] = await once(child, 'close') as [number | null]; // what `close` gives
    if (stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted; the round is closed, the same command trains again.');
    return code ?? 1;
  } catch (error) {
    if (stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted; the round is closed, the same command trains again.');
    throw new SamError('usage/option', `The trainer cannot be started: ${messageOf(error)}`, { cause: error });
  }
}
