/** YAML from anyone: texts stay texts, and what is too deep, too often repeated or malformed is refused with its line. */
import test from 'ava';
import fc from 'fast-check';
import { parseYaml } from '../../../src/formats/yaml/yaml-read.js';
import { yamlText } from '../../../src/formats/yaml/yaml-write.js';

const parsed = (text: string) => parseYaml(Buffer.from(text), 'data.yaml');

test('scalars are their texts: no, null, 1.0 and dates are names like any', (t) => {
  t.deepEqual(parsed('names: {0: no, 1: null, 2: ~, 3: 1.0, 4: 2001-01-01, 5: 0x10, 6: }\ntrain:\n'), new Map<string, unknown>([
    ['names', new Map([['0', 'no'], ['1', 'null'], ['2', '~'], ['3', '1.0'], ['4', '2001-01-01'], ['5', '0x10'], ['6', '']])], ['train', ''],
  ]));
  t.is(parsed(''), '');
  t.deepEqual(parsed('\ufeffnames: [a, "b \\u2028", \'c\']'), new Map([['names', ['a', 'b \u2028', 'c']]]));
});

test('a merge key and a prototype are keys like any', (t) => {
  t.deepEqual(parsed('<<: {a: b}\n__proto__: c'), new Map<string, unknown>([['<<', new Map([['a', 'b']])], ['__proto__', 'c']]));
});

test('what is written in quotes is read as it was', (t) => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    t.deepEqual(parsed(`names: [${yamlText(text)}]`), new Map([['names', [text]]]));
  }), { numRuns: 500 });
});

const aliases = `a: &a [x, x]\n${'bcdefgh'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(', ')}]`).join('\n')}\n`;
const REFUSED: Record<string, [string | Uint8Array, RegExp]> = {
  'a flow that is too deep': ['['.repeat(100_000), /Line 1 is nested/],
  'maps that are too deep': ['a: {\n'.repeat(5000), /Line 65 is nested/],
  'blocks that are too deep': [Array.from({ length: 5000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /Line 130 begins/],
  'dashes that are too deep': [`${'- '.repeat(5000)}a`, /begins behind/],
  'aliases of aliases': [aliases, /alias/i],
  'an alias of nothing': ['a: *b', /Unresolved alias/],
  'a key twice': ['a: 1\na: 2', /unique at line 2/],
  'an open list': ['a: [1', /line 1/],
  'two documents': ['a: 1\n---\nb: 2\n', /multiple documents/],
  'a list as a key': ['[a]: b', /key/],
  'bytes that are no UTF-8': [Uint8Array.of(0x61, 0x3a, 0x20, 0xff), /not UTF-8/],
};
for (const [name, [text, message]] of Object.entries(REFUSED)) {
  test(`refuses ${name}`, (t) => {
    t.throws(() => parseYaml(Buffer.from(text), 'data.yaml'), { code: 'data/yaml', message });
  });
}

test('as deep as is allowed is read', (t) => {
  t.notThrows(() => parsed(`${'['.repeat(64)}${']'.repeat(64)}`));
  t.notThrows(() => parsed(Array.from({ length: 128 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')));
});
