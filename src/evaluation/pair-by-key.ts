/** Two streams joined by a key, each key once in a stream. What waits for its partner is put aside: nothing where both come in one order. */

type Key = string | number;
export interface Keyed<T> { key: Key; value: T }
export interface Paired<L, R> { key: Key; left?: L; right?: R }
/** The keys of a stream, where they are known before it is read: then nothing waits for what never comes. */
export interface KnownKeys { left?: ReadonlySet<Key> | undefined; right?: ReadonlySet<Key> | undefined }

/** Where values wait, by their keys; each is taken at most once. */
export interface Shelf<T> { put(key: Key, value: T): Promise<void>; take(key: Key): Promise<T> }
export interface Shelves<L, R> { left: Shelf<L>; right: Shelf<R> }

/** A shelf in memory. */
export function memoryShelf<T>(): Shelf<T> {
  const values = new Map<Key, T>();
  return {
    async put(key, value) { values.set(key, value); },
    async take(key) {
      // whoever takes has put
      const value = values.get(key) as T;
      values.delete(key);
      return value;
    },
  };
}

/** One of the two streams. */
interface Side { name: 'left' | 'right'; stream: AsyncIterator<Keyed<unknown>>; shelf: Shelf<unknown>; waiting: Set<Key>; keys: ReadonlySet<Key> | undefined; isDone: boolean }

/** Every key of either stream once. The streams are read in turns, the one first of which less waits; both are closed at the end, also an early one. */
export async function* pairByKey<L, R>(
  left: AsyncIterable<Keyed<L>>, right: AsyncIterable<Keyed<R>>, known: KnownKeys = {}, shelves: Shelves<L, R> = { left: memoryShelf(), right: memoryShelf() },
): AsyncGenerator<Paired<L, R>> {
  const sides = [sideOf('left', left, shelves.left, known.left), sideOf('right', right, shelves.right, known.right)] as const;
  try {
    while (!sides[0].isDone || !sides[1].isDone) {
      const isLeft = !sides[0].isDone && (sides[1].isDone || sides[0].waiting.size <= sides[1].waiting.size);
      // the values of a side are those of its stream
      for await (const pair of isLeft ? advance(sides[0], sides[1]) : advance(sides[1], sides[0])) yield pair as Paired<L, R>;
    }
  } finally {
    for (const { stream } of sides) await stream.return?.();
  }
}

/** One step of a stream: the pair that it completes, or at its end all that waited for it. */
async function* advance(own: Side, other: Side): AsyncGenerator<Paired<unknown, unknown>> {
  const next = await own.stream.next();
  if (next.done === true) {
    own.isDone = true;
    for (const key of other.waiting) yield { key, [other.name]: await other.shelf.take(key) };
    other.waiting.clear();
    return;
  }
  const { key, value } = next.value;
  if (other.waiting.delete(key)) yield { key, [own.name]: value, [other.name]: await other.shelf.take(key) };
  else if (other.isDone || other.keys?.has(key) === false) yield { key, [own.name]: value };
  else {
    own.waiting.add(key);
    await own.shelf.put(key, value);
  }
}

function sideOf<T>(name: Side['name'], stream: AsyncIterable<Keyed<T>>, shelf: Shelf<T>, keys: ReadonlySet<Key> | undefined): Side {
  return { name, stream: stream[Symbol.asyncIterator](), shelf, waiting: new Set(), keys, isDone: false };
}
