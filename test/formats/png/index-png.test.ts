/** PNGs of labels: every depth, filter and interlacing that can hold indices, with libvips as the judge; and every way to be wrong. */
import { deflateSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { isSamError } from '../../../src/errors.js';
import { encodeIndexPng } from '../../../src/formats/png/index-png-write.js';
import { readIndexPng } from '../../../src/formats/png/index-png.js';
import { sharp } from '../../../src/image/sharp.js';
import { SIGNATURE, encodePlan, planRows, pngChunk, pngHeader, type PngPlan } from '../png-encoder.js';

const MAX = 1 << 20;
const PALETTE = Uint8Array.from({ length: 768 }, (_, i) => (i * 37) % 256);
const seeded = (count: number, below: number): number[] => Array.from({ length: count }, (_, i) => ((i * 2654435761) >>> 7) % below);

const plans = fc.record({
  width: fc.integer({ min: 1, max: 19 }), height: fc.integer({ min: 1, max: 19 }), interlaced: fc.boolean(),
  filters: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 7 }),
  kind: fc.constantFrom<[number, number]>([0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [3, 1], [3, 2], [3, 4], [3, 8]),
  seed: fc.array(fc.integer({ min: 0, max: 65535 }), { minLength: 1, maxLength: 40 }),
}).map(({ width, height, interlaced, filters, kind: [colour, bits], seed }): PngPlan => ({
  width, height, interlaced, filters, colour, bits,
  samples: Array.from({ length: width * height }, (_, i) => ((seed[i % seed.length] ?? 0) * (i + 1)) % 2 ** bits),
  ...(colour === 3 ? { palette: PALETTE.subarray(0, 3 * 2 ** bits) } : {}),
}));

test('indices and grey samples of every depth, filter and interlacing come back as they were', (t) => {
  fc.assert(fc.property(plans, (plan) => {
    const image = readIndexPng(encodePlan(plan), 'labels.png', MAX);
    t.deepEqual([...image.data], [...plan.samples]);
    t.deepEqual([image.width, image.height, image.bits], [plan.width, plan.height, plan.bits]);
    t.deepEqual(image.palette && [...image.palette], plan.palette && [...plan.palette]);
  }), { numRuns: 300 });
});

test('libvips sees the same colours behind the indices, and the same grey', async (t) => {
  await fc.assert(fc.asyncProperty(plans, async (plan) => {
    const bytes = encodePlan(plan);
    const { data, palette } = readIndexPng(bytes, 'labels.png', MAX);
    const decoded = sharp(bytes).raw({ depth: plan.bits === 16 ? 'ushort' : 'uchar' });
    const raw = await (plan.bits === 16 ? decoded.toColourspace('grey16') : plan.colour === 0 ? decoded.toColourspace('b-w') : decoded.removeAlpha()).toBuffer();
    const seen = plan.bits === 16 ? [...new Uint16Array(raw.buffer, raw.byteOffset, raw.length / 2)] : [...raw];
    const scale = plan.bits < 8 ? 255 / (2 ** plan.bits - 1) : 1;
    t.deepEqual(seen, palette === undefined ? [...data].map((value) => value * scale) : [...data].flatMap((value) => [...palette.subarray(3 * value, 3 * value + 3)]));
  }), { numRuns: 60 });
});

for (const progressive of [false, true]) {
  test(`what libvips writes with filters of its choice is read, interlaced: ${progressive}`, async (t) => {
    const [width, height] = [37, 29];
    const grey = Uint8Array.from(seeded(width * height, 256));
    const bytes = await sharp(grey, { raw: { width, height, channels: 1 } }).toColourspace('b-w').png({ progressive, adaptiveFiltering: true }).toBuffer();
    t.deepEqual([...readIndexPng(bytes, 'a.png', MAX).data], [...grey]);
  });
}

test('what is written is read back, by us and by libvips, and is the same each time', async (t) => {
  const [width, height] = [13, 7];
  const bytes = Uint8Array.from(seeded(91, 256)), words = Uint16Array.from(seeded(91, 65536));
  const indices = encodeIndexPng({ width, height, data: bytes }, PALETTE);
  t.deepEqual(readIndexPng(indices, 'a.png', MAX), { width, height, bits: 8, data: bytes, palette: PALETTE });
  t.deepEqual([...await sharp(indices).raw().toBuffer()], [...bytes].flatMap((value) => [...PALETTE.subarray(3 * value, 3 * value + 3)]));
  t.deepEqual(encodeIndexPng({ width, height, data: bytes }, PALETTE), indices);
  t.deepEqual(readIndexPng(encodeIndexPng({ width, height, data: bytes }), 'a.png', MAX), { width, height, bits: 8, data: bytes });
  t.deepEqual(readIndexPng(encodeIndexPng({ width, height, data: words }), 'a.png', MAX), { width, height, bits: 16, data: words });
  t.throws(() => encodeIndexPng({ width, height: 8, data: bytes }), { code: 'internal/unexpected' });
});

const PLAN: PngPlan = { width: 5, height: 3, bits: 8, colour: 3, samples: seeded(15, 16), interlaced: false, filters: [1], palette: PALETTE };
const end = pngChunk('IEND', Buffer.alloc(0));
const built = (...pieces: Uint8Array[]): Buffer => Buffer.concat([SIGNATURE, ...pieces]);
const header = pngChunk('IHDR', pngHeader(PLAN)), palette = pngChunk('PLTE', PALETTE), pixels = pngChunk('IDAT', deflateSync(planRows(PLAN)));
const changed = (plan: Partial<PngPlan>): Buffer => encodePlan({ ...PLAN, ...plan });
const flipped = (bytes: Buffer, at: number): Buffer => Buffer.concat([bytes.subarray(0, at), Buffer.from([(bytes[at] ?? 0) ^ 1]), bytes.subarray(at + 1)]);

const WRONG: Record<string, [Buffer, RegExp]> = {
  'no PNG': [Buffer.from('GIF89a'), /does not begin/],
  'an empty file': [Buffer.alloc(0), /does not begin/],
  'a signature alone': [SIGNATURE, /ends before/],
  'colours': [changed({ colour: 2 }), /holds colours; labels are/],
  'grey and alpha': [changed({ colour: 4 }), /grey and alpha/],
  'colours and alpha': [changed({ colour: 6 }), /colours and alpha/],
  'a depth of 3 bits': [built(pngChunk('IHDR', pngHeader({ ...PLAN, bits: 3 })), end), /3 bits/],
  'indices of 16 bits': [built(pngChunk('IHDR', pngHeader({ ...PLAN, bits: 16 })), end), /16 bits/],
  'no width': [built(pngChunk('IHDR', pngHeader({ ...PLAN, width: 0 })), end), /0 x 3/],
  'more pixels than allowed': [built(pngChunk('IHDR', pngHeader({ ...PLAN, width: 2 ** 31 - 1, height: 2 ** 31 - 1 })), end), /more than the 1048576 allowed/],
  'another first chunk': [built(palette, header, pixels, end), /first chunk is PLTE/],
  'indices without a palette': [built(header, pixels, end), /no palette/],
  'a palette of 5 bytes': [built(header, pngChunk('PLTE', Buffer.alloc(5)), pixels, end), /palette at byte/],
  'an unknown critical chunk': [built(header, pngChunk('ABCD', Buffer.alloc(0)), palette, pixels, end), /chunk ABCD/],
  'a damaged checksum': [flipped(changed({}), 20), /checksum of the chunk IHDR/],
  'a damaged pixel': [flipped(changed({}), SIGNATURE.length + header.length + palette.length + 14), /checksum of the chunk IDAT/],
  'a cut chunk': [changed({}).subarray(0, -20), /ends inside/],
  'no end': [built(header, palette, pixels), /ends before/],
  'pixels that are no zlib stream': [built(header, palette, pngChunk('IDAT', Buffer.from('nonsense')), end), /cannot be decompressed/],
  'too few rows': [built(header, palette, pngChunk('IDAT', deflateSync(planRows(PLAN).subarray(0, 12))), end), /12 bytes of pixels/],
  'too many rows': [built(header, palette, pngChunk('IDAT', deflateSync(Buffer.alloc(1 << 22))), end), /cannot be decompressed/],
  'a filter 5': [built(header, palette, pngChunk('IDAT', deflateSync(Buffer.concat([Buffer.from([5]), Buffer.alloc(17)]))), end), /filter 5/],
};

for (const [name, [bytes, message]] of Object.entries(WRONG)) {
  test(`refuses ${name}`, (t) => {
    const error = t.throws(() => readIndexPng(bytes, 'labels.png', MAX), { code: 'data/png', message });
    t.true(isSamError(error) && error.file === 'labels.png');
  });
}

test('a damaged file is refused or read, never anything else', (t) => {
  const whole = encodePlan({ ...PLAN, interlaced: true });
  fc.assert(fc.property(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
    const bytes = Buffer.from(whole);
    bytes[at] = value;
    try {
      t.is(readIndexPng(bytes, 'a.png', MAX).data.length, 15);
    } catch (error) {
      t.true(isSamError(error, 'data/png'), String(error));
    }
  }), { numRuns: 500 });
});
