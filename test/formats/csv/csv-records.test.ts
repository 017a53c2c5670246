/** The CSV reader and the lines that we write: any text comes back, whatever the chunks are; positions are those of the file. */
import test from 'ava';
import fc from 'fast-check';
import { csvLine, unguarded } from '../../../src/formats/csv/csv-line.js';
import { csvSplitter } from '../../../src/formats/csv/csv-records.js';

function split(text: string | Uint8Array, size = 3) {
  const splitter = csvSplitter('a.csv'), bytes = Buffer.from(text), records = [];
  for (let at = 0; at < bytes.length; at += size) records.push(...splitter.feed(bytes.subarray(at, at + size)));
  return [...records, ...splitter.end()];
}

test('any texts that are written come back, in any chunks', (t) => {
  const texts = fc.array(fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '"', ',', '\n', '\r\n', '\r', '=1', '\'=1', ' ', '\ufeff')), { minLength: 2, maxLength: 5 }), { maxLength: 6 });
  fc.assert(fc.property(texts, fc.integer({ min: 1, max: 9 }), (rows, size) => {
    const all = [['head', 'er'], ...rows];
    t.deepEqual(split(all.map((row) => csvLine(row)).join(''), size).map(({ fields }) => fields?.map(unguarded)), all);
  }), { numRuns: 300 });
});

test('records know their line and their bytes', (t) => {
  const text = 'é,b\r\n\n"x\ny",2\n3,4';
  const records = split(text, 1);
  t.deepEqual(records.map(({ fields, line }) => [fields, line]), [[['é', 'b'], 1], [['x\ny', '2'], 3], [['3', '4'], 5]]);
  t.deepEqual(records.map(({ start, end }) => Buffer.from(text).subarray(start, end).toString()), ['é,b\r\n', '"x\ny",2\n', '3,4']);
  const { start, line } = records[1]!;
  const part = csvSplitter('a.csv', { byte: start, line });
  t.deepEqual(part.feed(Buffer.from(text).subarray(start)).map((record) => [record.line, record.start]), [[3, start]]);
});

test('empty fields, empty records and quotes around nothing', (t) => {
  t.deepEqual(split(',\n\n\r\n""\n"",""\n').map(({ fields }) => fields), [['', ''], [''], ['', '']]);
  t.deepEqual(split('').length, 0);
});

test('bytes that are no UTF-8 spoil their record alone', (t) => {
  t.deepEqual(split(Buffer.from('a,\xff\nb,c\n', 'latin1')).map(({ fields }) => fields), [undefined, ['b', 'c']]);
});

for (const [name, text, line] of [['a quote inside a field', 'a,b\nc"d', 2], ['text behind a quote', '"a"b', 1], ['quotes without end', 'a\n"b\nc', 3], ['a lone carriage return', 'a\rb', 1]] as const) {
  test(`refuses ${name}, naming the line`, (t) => {
    t.throws(() => split(text), { code: 'data/format', message: new RegExp(`line ${line}\\.$`) });
  });
}
