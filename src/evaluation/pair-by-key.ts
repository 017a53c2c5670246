/** Two streams joined by a key, each key once in a stream. What waits for its partner is held: nothing where both come in one order. */

export interface Keyed<T> { key: string | number; value: T }
export interface Paired<L, R> { key: string | number; left?: L; right?: R }
/** The keys of a stream, where they are known before it is read: then nothing waits for what never comes. */
export interface KnownKeys { left?: ReadonlySet<string | number> | undefined; right?: ReadonlySet<string | number> | undefined }

/** One of the two streams. */
interface Side { stream: AsyncIterator<Keyed<unknown>>; waiting: Map<string | number, unknown>; keys: ReadonlySet<string | number> | undefined; isDone: boolean }

/** Every key of either stream once. The streams are read in turns, the one first of which less waits; both are closed at the end, also an early one. */
export async function* pairByKey<L, R>(left: AsyncIterable<Keyed<L>>, right: AsyncIterable<Keyed<R>>, known: KnownKeys = {}): AsyncGenerator<Paired<L, R>> {
  const sides = { left: sideOf(left, known.left), right: sideOf(right, known.right) };
  // the values of a side are those of its stream
  const paired = (key: string | number, values: { left?: unknown; right?: unknown }): Paired<L, R> => ({ key, ...values } as Paired<L, R>);
  try {
    while (!sides.left.isDone || !sides.right.isDone) {
      const own = !sides.left.isDone && (sides.right.isDone || sides.left.waiting.size <= sides.right.waiting.size) ? 'left' : 'right';
      const other = own === 'left' ? 'right' : 'left';
      const next = await sides[own].stream.next();
      if (next.done === true) {
        sides[own].isDone = true;
        for (const [key, value] of sides[other].waiting) yield paired(key, { [other]: value });
        sides[other].waiting.clear();
        continue;
      }
      const { key, value } = next.value;
      const { waiting, isDone, keys } = sides[other];
      if (waiting.has(key)) {
        const partner = waiting.get(key);
        waiting.delete(key);
        yield paired(key, { [own]: value, [other]: partner });
      } else if (isDone || keys?.has(key) === false) yield paired(key, { [own]: value });
      else sides[own].waiting.set(key, value);
    }
  } finally {
    await sides.left.stream.return?.();
    await sides.right.stream.return?.();
  }
}

function sideOf(stream: AsyncIterable<Keyed<unknown>>, keys: ReadonlySet<string | number> | undefined): Side {
  return { stream: stream[Symbol.asyncIterator](), waiting: new Map(), keys, isDone: false };
}
