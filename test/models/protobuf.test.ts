/** The wire format: fields there and back, the window over a file, and bytes that are no message. */
import test from 'ava';
import fc from 'fast-check';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { isSamError } from '../../src/errors.js';
import { FileSource, MemorySource, bytesField, bytesOf, concat, copyField, fieldsOf, integerField, integersOf, textOf, type ByteSource, type Field } from '../../src/models/protobuf.js';
import { TEST_DECODER } from '../test-model.js';

const fieldsIn = (bytes: Uint8Array): Field[] => [...fieldsOf(new MemorySource(bytes), 0, bytes.length)];

test('fields to the byte', (t) => {
  t.deepEqual([...integerField(1, 1)], [0x08, 0x01]);
  t.deepEqual([...integerField(2, 150)], [0x10, 0x96, 0x01]);
  t.deepEqual([...integerField(20, 7)], [0xa0, 0x01, 0x07]);
  t.deepEqual([...integerField(3, -1)], [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
  t.deepEqual([...bytesField(2, 'hé')], [0x12, 0x03, 0x68, 0xc3, 0xa9]);
  t.deepEqual([...bytesField(1, new Uint8Array(0))], [0x0a, 0x00]);
});

test('every wire type is read', (t) => {
  const bytes = concat([integerField(1, 300), Uint8Array.of(0x11, 1, 2, 3, 4, 5, 6, 7, 8), bytesField(3, 'abc'), Uint8Array.of(0x25, 9, 9, 9, 9)]);
  const source = new MemorySource(bytes);
  t.deepEqual(fieldsIn(bytes), [
    { number: 1, wire: 0, value: 300n, start: 1, end: 3 }, { number: 2, wire: 1, value: 0n, start: 4, end: 12 },
    { number: 3, wire: 2, value: 0n, start: 14, end: 17 }, { number: 4, wire: 5, value: 0n, start: 18, end: 22 },
  ]);
  t.is(textOf(source, fieldsIn(bytes)[2]!), 'abc');
  t.deepEqual(Buffer.concat(fieldsIn(bytes).map((field) => copyField(source, field))), Buffer.from(bytes), 'copied as they stand');
});

test('whole numbers, packed or not, signed', (t) => {
  const packed = bytesField(1, Uint8Array.of(1, 0x96, 0x01, ...integerField(1, -2).subarray(1)));
  t.deepEqual(integersOf(new MemorySource(packed), fieldsIn(packed)[0]!), [1, 150, -2]);
  const single = integerField(1, -7);
  t.deepEqual(integersOf(new MemorySource(single), fieldsIn(single)[0]!), [-7]);
});

const message = fc.array(fc.oneof(
  fc.record({ number: fc.integer({ min: 1, max: 5000 }), value: fc.maxSafeInteger() }),
  fc.record({ number: fc.integer({ min: 1, max: 5000 }), value: fc.uint8Array({ maxLength: 300 }) }),
), { maxLength: 8 });

test('what is written is read, for any message', (t) => {
  fc.assert(fc.property(message, (list) => {
    const bytes = concat(list.map(({ number, value }) => (typeof value === 'number' ? integerField(number, value) : bytesField(number, value))));
    const source = new MemorySource(bytes);
    const found = fieldsIn(bytes).map((field) => ({ number: field.number, value: field.wire === 0 ? integersOf(source, field)[0] : new Uint8Array(bytesOf(source, field)) }));
    t.deepEqual(found, list);
    t.deepEqual(Buffer.concat(fieldsIn(bytes).map((field) => copyField(source, field))), Buffer.from(bytes));
  }), { numRuns: 200, seed: 51 });
});

test('bytes that are no message say where', (t) => {
  const refused: [number[], string][] = [
    [[0x80], 'a number that does not end at byte 0'],
    [[0x08], 'a number that does not end at byte 1'],
    [[0x08, ...Array<number>(11).fill(0x80)], 'a number that does not end at byte 1'],
    [[0x00, 0x01], 'field 0 at byte 0'],
    [[0x08, 0x01, 0x0b], 'wire type 3 at byte 2'],
    [[0x0c], 'wire type 4 at byte 0'],
    [[0x0f], 'wire type 7 at byte 0'],
    [[0x0a, 0x05, 1, 2], 'a field of 5 bytes that goes past the end at byte 0'],
    [[0x09, 1, 2, 3], 'a field of 8 bytes that goes past the end at byte 0'],
    [[0x0d, 1, 2, 3], 'a field of 4 bytes that goes past the end at byte 0'],
  ];
  for (const [bytes, what] of refused) t.throws(() => fieldsIn(Uint8Array.from(bytes)), { code: 'model/format', message: `Not a readable ONNX file: ${what}.` });
});

test('a message ends where it is told to, though more bytes follow', (t) => {
  const bytes = concat([integerField(1, 5), bytesField(2, 'beyond')]);
  t.is([...fieldsOf(new MemorySource(bytes), 0, 2)].length, 1);
  t.throws(() => [...fieldsOf(new MemorySource(bytes), 0, 4)], { code: 'model/format' });
  t.throws(() => [...fieldsOf(new MemorySource(integerField(1, 300)), 0, 2)], { code: 'model/format', message: /a number that does not end/ });
});

test('any bytes give fields or model/format', (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    try {
      t.true(fieldsIn(bytes).every((field) => field.start <= field.end && field.end <= bytes.length));
    } catch (error) {
      if (!isSamError(error, 'model/format')) throw error;
    }
  }), { numRuns: 1000, seed: 52 });
});

test('a file is read through its window as memory is', (t) => {
  const bytes = readFileSync(TEST_DECODER);
  const fd = openSync(TEST_DECODER, 'r');
  t.teardown(() => { closeSync(fd); });
  const file = new FileSource(fd, bytes.length), memory = new MemorySource(bytes);
  const graphOf = (source: ByteSource): Field => [...fieldsOf(source, 0, source.size)].find((field) => field.number === 7)!;
  t.deepEqual([...fieldsOf(file, graphOf(file).start, graphOf(file).end)], [...fieldsOf(memory, graphOf(memory).start, graphOf(memory).end)]);
  for (const [at, length] of [[0, 10], [65530, 10], [65536, 65536], [3, 200_000], [bytes.length - 3, 3], [100, 5]] as const) {
    t.true(Buffer.from(file.read(at, length)).equals(bytes.subarray(at, at + length)), `${length} bytes at ${at}`);
  }
  t.is(file.read(bytes.length, 4).length, 0, 'beyond the end there is nothing');
});
