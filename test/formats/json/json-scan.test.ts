/** The scanner of large JSON files: the same values as JSON.parse at the right bytes, wherever chunks end, and faults to the byte. */
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSamError } from '../../../src/errors.js';
import { JsonFile } from '../../../src/formats/json/json-file.js';
import { jsonFault } from '../../../src/formats/json/json-fault.js';
import { scanJson, type JsonEvent } from '../../../src/formats/json/json-scan.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

async function fileOf(t: ExecutionContext, content: string | Uint8Array): Promise<JsonFile> {
  const path = join(await temporaryFolder(t), 'x.json');
  writeFileSync(path, content);
  const file = JsonFile.open(path, 'x.json');
  t.teardown(() => { file.close(); });
  return file;
}

/** The document put together again from the events, each value parsed from its own bytes. */
function assembled(events: Iterable<JsonEvent>, content: Buffer): unknown {
  const members: [string, unknown][] = [];
  for (const event of events) {
    if (event.kind === 'list') members.push([event.key, []]);
    if (event.kind !== 'element' && event.kind !== 'value') continue;
    if (!event.bytes.equals(content.subarray(event.start, event.end))) throw new Error(`bytes of ${event.key} are not those at ${event.start}`);
    const value: unknown = JSON.parse(event.bytes.toString());
    if (event.kind === 'value') members.push([event.key, value]);
    else (members.at(-1)?.[1] as unknown[]).push(value); // begun by `list`
  }
  return members.length === 1 && members[0]?.[0] === '' ? members[0][1] : Object.fromEntries(members);
}

test('any document comes out as JSON.parse has it', async (t) => {
  const key = fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => name !== '__proto__');
  const documents = fc.dictionary(key, fc.oneof(fc.array(fc.jsonValue({ maxDepth: 4 })), fc.jsonValue({ maxDepth: 4 })));
  const path = join(await temporaryFolder(t), 'x.json');
  fc.assert(fc.property(documents, fc.constantFrom(undefined, 1, '\t'), (document, indent) => {
    const content = Buffer.from(JSON.stringify(document, undefined, indent));
    writeFileSync(path, content);
    const file = JsonFile.open(path);
    try {
      t.deepEqual(assembled(scanJson(file), content), JSON.parse(content.toString()));
    } finally {
      file.close();
    }
  }), { numRuns: 300 });
});

test('records that cross the ends of chunks, escapes and brackets in texts at every place', async (t) => {
  const list: unknown[] = [];
  for (let i = 0; i < 4000; i++) list.push({ i, text: `${'\\"]}{['.repeat(i % 90)}é`, deep: [[{ a: [i] }]] }, i, i % 7 === 0 ? 'x\\' : null);
  list.push({ long: 'a"\\'.repeat(800_000) });
  const content = Buffer.from(JSON.stringify({ first: list, n: 1.5e300, second: list.slice(0, 2), last: [] }));
  t.true(content.length > 5 * 2 ** 20);
  t.deepEqual(assembled(scanJson(await fileOf(t, content)), content), JSON.parse(content.toString()));
});

test('lines and columns of faults far into the file', async (t) => {
  const lines = Array.from({ length: 50_000 }, (_, i) => `{"i":${i}, "text":"line"}`);
  const file = await fileOf(t, `{"list":[\n${lines.join(',\n')}\n] "x"}`);
  const error = t.throws(() => [...scanJson(file)]);
  t.true(isSamError(error, 'data/json'));
  t.regex(error?.message ?? '', /"," or "}" after list was expected, not '"' \(line 50002, column 3, byte \d+\)/);
  t.deepEqual(file.positionOf(0), { line: 1, column: 1, byte: 0 });
  t.deepEqual(file.positionOf(9), { line: 1, column: 10, byte: 9 }, 'a newline stands at the end of its line');
  t.deepEqual(file.positionOf(10), { line: 2, column: 1, byte: 10 });
});

const FAULTS: [text: string | Uint8Array, offset: number, reason: RegExp][] = [
  ['{"a":1,}', 7, /comma before "}"/], ['[1,2,]', 5, /comma before "]"/], ['{"a":NaN}', 5, /NaN is not JSON/], ['[-Infinity]', 1, /-Infinity is not JSON/], ['[1 2]', 3, /"," or "]" was expected, not '2'/],
  ['{"a" 1}', 5, /":" after a key/], ['// x\n1', 0, /comment/], ['[1,#]', 3, /comment/], ['["b', 1, /text that does not end/], ['{}{}', 2, /document has ended/], ['[01]', 2, /number that JSON does not know/],
  ['[1.]', 2, /number that JSON/], ['["\\x"]', 2, /escape that JSON does not know/], ['["\\u12"]', 2, /four hexadecimal/], ['', 0, /text ends here/], ['{a:1}', 1, /key in double quotes/], ["{'a':1}", 1, /key in double quotes/],
  ['[tru]', 1, /a value was expected, not 't'/], ['\ufeff{}', 0, /byte order mark/], ['[+1]', 1, /a value was expected, not '\+'/], ['["a\nb"]', 3, /control character/], ['[1,2', 4, /text ends here/],
  [`${'['.repeat(65)}`, 64, /more than 64/], [Buffer.from([0x5b, 0x22, 0xc3, 0xa9, 0xff, 0x22, 0x5d]), 4, /not valid UTF-8/], [Buffer.from('{"a":1}', 'utf16le'), 0, /UTF-16/],
];

test('every fault at its byte', (t) => {
  for (const [text, offset, reason] of FAULTS) {
    const fault = jsonFault(Buffer.from(text));
    t.is(fault?.offset, offset, `${String(text)}: ${fault?.reason}`);
    t.regex(fault?.reason ?? '', reason);
  }
});

test('a fault is found exactly where JSON.parse refuses', (t) => {
  fc.assert(fc.property(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom('"', ',', ']', '}', '1', 'x', '\\', '\n', ''), (text, at, put) => {
    const place = at % (text.length + 1);
    const changed = text.slice(0, place) + put + text.slice(place + 1);
    let isJson = true;
    try {
      JSON.parse(changed);
    } catch {
      isJson = false;
    }
    t.is(jsonFault(Buffer.from(changed)) === undefined, isJson, changed);
  }), { numRuns: 2000 });
});

test('a pipe, a folder and a missing file are not opened', async (t) => {
  const folder = await temporaryFolder(t);
  t.true(isSamError(t.throws(() => JsonFile.open(folder)), 'data/unreadable'));
  t.true(isSamError(t.throws(() => JsonFile.open(join(folder, 'none.json'))), 'usage/input-missing'));
});
