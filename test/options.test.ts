/** Option tables: defaults, ranges, and what a person is told about a value that does not fit. */
import test from 'ava';
import { checkOption, defaultsOf, flagName, resolveOptions, type Option, type OptionTable } from '../src/options.js';

const TABLE = {
  pointsPerSide: { kind: 'integer', default: 32, min: 1, max: 512, summary: 'Points.' },
  batch: { kind: 'integer', default: undefined, min: 1, summary: 'Prompts a run.' },
  thresh: { kind: 'number', default: 0.88, min: 0, max: 1, summary: 'Threshold.' },
  offset: { kind: 'number', default: 1, max: 10, summary: 'Offset.' },
  any: { kind: 'number', default: 0, summary: 'Any number.' },
  category: { kind: 'text', default: 'object', summary: 'A name.' },
  only: { kind: 'text', default: undefined, summary: 'A name that may be absent.' },
  format: { kind: 'choice', default: 'sa1b', choices: ['sa1b', 'coco'], summary: 'Format.' },
  resume: { kind: 'switch', default: true, summary: 'Go on.' },
} as const satisfies OptionTable;

const DEFAULTS = { pointsPerSide: 32, batch: undefined, thresh: 0.88, offset: 1, any: 0, category: 'object', only: undefined, format: 'sa1b', resume: true };

test('flags are named as options, in kebab-case', (t) => {
  t.is(flagName('pointsPerSide'), 'points-per-side');
  t.is(flagName('cropNLayers'), 'crop-n-layers');
  t.is(flagName('format'), 'format');
});

test('defaults stand where nothing is given, also where undefined is', (t) => {
  t.deepEqual(defaultsOf(TABLE), DEFAULTS);
  t.deepEqual(resolveOptions(TABLE, {}), DEFAULTS);
  t.deepEqual(resolveOptions(TABLE, { pointsPerSide: undefined, only: undefined }), DEFAULTS);
});

test('given values replace defaults', (t) => {
  t.deepEqual(resolveOptions(TABLE, { pointsPerSide: 8, only: 'cat', format: 'coco', resume: false }), { ...DEFAULTS, pointsPerSide: 8, only: 'cat', format: 'coco', resume: false });
});

test('an option that does not exist is refused, also one that every object has', (t) => {
  for (const key of ['pointPerSide', 'toString', 'constructor', '__proto__']) {
    // a program in JavaScript may pass any key
    const values = Object.fromEntries([[key, 8]]) as Parameters<typeof resolveOptions<typeof TABLE>>[1];
    t.throws(() => resolveOptions(TABLE, values), { code: 'usage/option', message: `Unknown option "${key}".` });
  }
});

test('resolving checks every value', (t) => {
  t.throws(() => resolveOptions(TABLE, { pointsPerSide: 0 }), { code: 'usage/option', message: '--points-per-side expects a whole number from 1 to 512, got 0.' });
});

const REFUSED: [keyof typeof TABLE, unknown, string][] = [
  ['pointsPerSide', 0, 'a whole number from 1 to 512, got 0'],
  ['pointsPerSide', 513, 'a whole number from 1 to 512, got 513'],
  ['pointsPerSide', 1.5, 'a whole number from 1 to 512, got 1.5'],
  ['pointsPerSide', '8', 'a whole number from 1 to 512, got "8"'],
  ['pointsPerSide', Number.NaN, 'a whole number from 1 to 512, got NaN'],
  ['pointsPerSide', 8n, 'a whole number from 1 to 512, got 8'],
  ['pointsPerSide', null, 'a whole number from 1 to 512, got null'],
  ['batch', 0, 'a whole number of at least 1, got 0'],
  ['batch', 2 ** 53, 'a whole number of at least 1, got 9007199254740992'],
  ['thresh', -0.001, 'a number from 0 to 1, got -0.001'],
  ['thresh', 1.001, 'a number from 0 to 1, got 1.001'],
  ['thresh', [0.5], 'a number from 0 to 1, got [0.5]'],
  ['offset', 11, 'a number of at most 10, got 11'],
  ['any', Infinity, 'a number, got Infinity'],
  ['any', -Infinity, 'a number, got -Infinity'],
  ['category', '', 'a text that is not empty, got ""'],
  ['category', 7, 'a text that is not empty, got 7'],
  ['format', 'SA1B', 'one of sa1b, coco, got "SA1B"'],
  ['format', undefined, 'one of sa1b, coco, got undefined'],
  ['resume', 'false', 'true or false, got "false"'],
  ['resume', 0, 'true or false, got 0'],
];

for (const [key, value, expected] of REFUSED) {
  test(`refused: ${key} = ${typeof value} ${String(value)}`, (t) => {
    t.throws(() => { checkOption(flagName(key), TABLE[key], value); }, { code: 'usage/option', message: `--${flagName(key)} expects ${expected}.` });
  });
}

test('the ends of a range belong to it', (t) => {
  const taken: [Option, unknown][] = [
    [TABLE.pointsPerSide, 1], [TABLE.pointsPerSide, 512], [TABLE.thresh, 0], [TABLE.thresh, 1], [TABLE.batch, Number.MAX_SAFE_INTEGER], [TABLE.offset, -1e9],
    [TABLE.offset, 10], [TABLE.any, -1e300], [TABLE.category, ' '], [TABLE.format, 'coco'], [TABLE.resume, false],
  ];
  for (const [option, value] of taken) t.notThrows(() => { checkOption('x', option, value); }, String(value));
});
