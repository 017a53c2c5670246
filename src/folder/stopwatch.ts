/** Seconds by stage, for `--profile`. Stages that wait for the inference thread overlap others: they are times waited, not worked. */
import type { Stopwatch } from '../generator/generate.js';

export function stopwatch(): { seconds: Record<string, number>; time: Stopwatch } {
  const seconds: Record<string, number> = {};
  const time: Stopwatch = (stage, work) => {
    const from = performance.now();
    const add = (): void => { seconds[stage] = (seconds[stage] ?? 0) + (performance.now() - from) / 1000; };
    const result = work();
    if (result instanceof Promise) void result.then(add, add);
    else add();
    return result;
  };
  return { seconds, time };
}
