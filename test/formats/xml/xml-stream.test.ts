/** The XML reader: what it gives, and every way to be refused; and texts that must come back as they were. */
import test from 'ava';
import fc from 'fast-check';
import { isSamError } from '../../../src/errors.js';
import { childrenOfRoot, type XmlElement } from '../../../src/formats/xml/xml-stream.js';
import { xmlText } from '../../../src/formats/xml/xml-text.js';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Uint8Array, size = 7): Promise<XmlElement[]> {
  const elements: XmlElement[] = [];
  for await (const element of childrenOfRoot(inChunks(Buffer.from(text), size), 'a', 'f.xml')) elements.push(element);
  return elements;
}

test('children of the root, whole, whatever the chunks', async (t) => {
  const text = '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<a>\n  <b x="1 &lt; 2" é="ü">one<c/>two<![CDATA[<&>]]></b><!-- no --><d/>text</a>\n';
  for (const size of [1, 2, 3, 1000]) {
    const [b, d, ...rest] = await read(text, size);
    t.deepEqual(b && { ...b, attributes: [...b.attributes] }, { name: 'b', attributes: [['x', '1 < 2'], ['é', 'ü']], text: 'onetwo<&>', line: 3, column: 24, children: [{ name: 'c', attributes: new Map(), children: [], text: '', line: 3, column: 31 }] });
    t.deepEqual([d?.name, rest.length], ['d', 0]);
  }
});

const REFUSED: Record<string, [string | Uint8Array, string, RegExp]> = {
  'a DOCTYPE': ['<!DOCTYPE a><a/>', 'data/xml', /DOCTYPE/],
  'entities that double themselves': [`<!DOCTYPE a [<!ENTITY x "xxxxxxxx">${Array.from({ length: 9 }, (_, i) => `<!ENTITY x${i} "&x;&x;">`).join('')}]><a>&x8;</a>`, 'data/xml', /DOCTYPE/],
  'an external entity': ['<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 'data/xml', /DOCTYPE/],
  'an entity that nobody names': ['<a>&x;</a>', 'data/xml', /undefined entity/],
  'an entity of JavaScript\'s': ['<a>&constructor;</a>', 'data/xml', /undefined entity/],
  'too much depth': [`<a>${'<b>'.repeat(32)}`, 'data/xml', /More than 32/],
  'too many elements': [`<a><b>${'<c/>'.repeat(2 ** 18 + 1)}</b></a>`, 'data/xml', /more than 262144/],
  'a tag not closed': ['<a><b></a>', 'data/xml', /close tag/],
  'an end that is missing': ['<a><b/>', 'data/xml', /unclosed tag/],
  'an attribute twice': ['<a x="1" x="2"/>', 'data/xml', /duplicate attribute/],
  'text behind the root': ['<a/>x', 'data/xml', /outside/],
  'nothing': ['', 'data/xml', /root element/],
  'another root': ['<b/>', 'data/format', /root element a, found b/],
  'another encoding': ['<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'data/xml', /UTF-8 is read/],
  'bytes that are no UTF-8': [Buffer.from('<a>\xff</a>', 'latin1'), 'data/xml', /no UTF-8/],
  'UTF-16': [Buffer.from('\ufeff<a/>', 'utf16le'), 'data/xml', /no UTF-8/],
};
for (const [name, [text, code, message]] of Object.entries(REFUSED)) {
  test(`refuses ${name}`, async (t) => {
    const error = await t.throwsAsync(read(text, 1 << 16), { code, message });
    t.true(isSamError(error) && error.file === 'f.xml');
  });
}

test('an attribute without end is refused before it fills the memory', async (t) => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('<a x="');
    for (const piece = Buffer.alloc(1 << 20, 'x'); ;) yield piece;
  }
  await t.throwsAsync(async () => { for await (const element of childrenOfRoot(endless(), 'a', 'f.xml')) t.fail(element.name); }, { code: 'data/xml', message: /more than 67108864 bytes/ });
});

test('any text comes back, or XML cannot say it', async (t) => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), async (one, two) => {
    for (const text of [one, two]) {
      let written: string;
      try {
        written = xmlText(text);
      } catch (error) {
        t.true(isSamError(error, 'data/limit'));
        continue;
      }
      const [b] = await read(`<a><b x="${written}">${written}</b></a>`, 5);
      t.is(b?.attributes.get('x'), text);
      t.is(b?.text, text);
    }
  }), { numRuns: 200 });
  t.throws(() => xmlText('a\ud800'), { code: 'data/limit' });
  t.throws(() => xmlText('\u0000'), { code: 'data/limit' });
});
