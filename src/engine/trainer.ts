/** A trainer as a command of the user's own: split into words, its placeholders filled in, run without a shell. */
import { SamError, isSamError } from '../errors.js';
import { runChild, type ChildStops } from '../folder/child-group.js';

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

/** Its exit status, undefined where a signal ended it; its words go to our stderr. Throws `usage/option` where it cannot be started, `interrupted/signal` where it was stopped, with all that it had started. */
export async function runTrainer(argv: readonly string[], stops: ChildStops): Promise<number | undefined> {
  try {
    return (await runChild({ argv, stop: stops.stop, kill: stops.kill })).code;
  } catch (error) {
    if (isSamError(error, 'interrupted/signal')) throw new SamError('interrupted/signal', 'Interrupted; the round is closed, the same command trains again.');
    throw error;
  }
}
