/** Work on a stream of things, some at a time, with the results in the stream's order. */

/** At most `width` are begun and not yet taken; nothing is read ahead of that. An error ends it when the results before it have been taken. */
export async function* inOrder<T, R>(items: AsyncIterable<T>, width: number, act: (item: T) => Promise<R>): AsyncGenerator<R, void> {
  const working: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const work = act(item);
      // it is awaited in its turn; an error that comes before that is no unhandled one
      work.catch(() => undefined);
      working.push(work);
      if (working.length >= width) yield await working.shift()!;
    }
    while (working.length > 0) yield await working.shift()!;
  } finally {
    // whoever gives up must not clean up under work that still writes
    await Promise.allSettled(working);
  }
}
