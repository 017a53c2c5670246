/** Work on a stream of things, some at a time, with the results in the stream's order. */

/** How much may be begun and not yet taken: so many things, and a sum of their weights (one thing may weigh more). */
export interface WorkLimit<T> { most: number; weight?: (item: T) => number; heaviest?: number }

/** Nothing is read ahead of the limit but one thing. An error ends it when the results before it have been taken. */
export async function* inOrder<T, R>(items: AsyncIterable<T>, { most, weight = () => 0, heaviest = Infinity }: WorkLimit<T>, act: (item: T) => Promise<R>): AsyncGenerator<R, void> {
  const working: { result: Promise<R>; weighs: number }[] = [];
  let sum = 0;
  const first = (): Promise<R> => {
    const { result, weighs } = working.shift()!;
    sum -= weighs;
    return result;
  };
  try {
    for await (const item of items) {
      const weighs = weight(item);
      while (working.length > 0 && (working.length >= most || sum + weighs > heaviest)) yield await first();
      const result = act(item);
      // it is awaited in its turn; an error that comes before that is no unhandled one
      result.catch(() => undefined);
      working.push({ result, weighs });
      sum += weighs;
    }
    while (working.length > 0) yield await first();
  } finally {
    // whoever gives up must not clean up under work that still writes
    await Promise.allSettled(working.map(({ result }) => result));
  }
}
