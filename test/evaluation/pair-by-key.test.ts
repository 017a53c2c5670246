/** Two streams joined: every key once, nothing held that need not be, both closed. */
import test from 'ava';
import { pairByKey, type Keyed, type KnownKeys, type Paired } from '../../src/evaluation/pair-by-key.js';

interface Log { given: string[]; closed: number }

async function* stream(side: string, keys: string, log: Log): AsyncGenerator<Keyed<string>> {
  try {
    for (const key of keys) {
      log.given.push(side + key);
      yield { key, value: side + key };
    }
  } finally {
    log.closed++;
  }
}

/** Pairs as text, `-` for a missing partner. */
async function joined(left: string, right: string, known: KnownKeys = {}): Promise<{ pairs: string[]; log: Log }> {
  const log: Log = { given: [], closed: 0 };
  const pairs: string[] = [];
  for await (const pair of pairByKey(stream('L', left, log), stream('R', right, log), known)) pairs.push(textOf(pair));
  return { pairs, log };
}

function textOf({ key, left = '-', right = '-' }: Paired<string, string>): string {
  return `${key}:${left}${right}`;
}

test('one order: no stream runs ahead of the other', async (t) => {
  const { pairs, log } = await joined('abc', 'abc');
  t.deepEqual(pairs, ['a:LaRa', 'b:LbRb', 'c:LcRc']);
  t.deepEqual(log, { given: ['La', 'Ra', 'Lb', 'Rb', 'Lc', 'Rc'], closed: 2 });
});

test('other orders and missing partners: every key once', async (t) => {
  for (const [left, right] of [['abcd', 'dcba'], ['abc', ''], ['', 'abc'], ['ace', 'bdf'], ['abcdef', 'fa'], ['fa', 'abcdef']] as const) {
    const keys = [...new Set(left + right)].sort();
    const expected = keys.map((key) => `${key}:${left.includes(key) ? `L${key}` : '-'}${right.includes(key) ? `R${key}` : '-'}`);
    for (const known of [{}, { left: new Set(left) }, { right: new Set(right) }, { left: new Set(left), right: new Set(right) }]) {
      t.deepEqual((await joined(left, right, known)).pairs.sort(), expected, `${left} and ${right}`);
    }
  }
});

test('what is known to have no partner does not wait for one', async (t) => {
  const { pairs, log } = await joined('abcd', 'd', { right: new Set('d') });
  t.deepEqual(pairs, ['a:La-', 'b:Lb-', 'c:Lc-', 'd:LdRd']);
  t.deepEqual(log.given, ['La', 'Lb', 'Lc', 'Ld', 'Rd']);
});

test('whoever stops early closes both', async (t) => {
  const log: Log = { given: [], closed: 0 };
  for await (const pair of pairByKey(stream('L', 'abc', log), stream('R', 'abc', log))) {
    t.is(pair.key, 'a');
    break;
  }
  t.is(log.closed, 2);
});
