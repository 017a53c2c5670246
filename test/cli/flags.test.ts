/** Flags made from option tables: what may be typed, what is said of the rest, and what help shows. */
import { Parser, type Interfaces } from '@oclif/core';
import test from 'ava';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import type { OptionTable } from '../../src/options.js';

const TABLE = {
  pointsPerSide: { kind: 'integer', default: 32, min: 1, max: 512, summary: 'Points along one side.' },
  predIouThresh: { kind: 'number', default: 0.88, min: 0, max: 1, summary: 'Keep masks above this.' },
  minArea: { kind: 'number', default: undefined, summary: 'Smallest mask.', unit: 'pixels' },
  category: { kind: 'text', default: 'object', summary: 'Name of the category.' },
  format: { kind: 'choice', default: 'sa1b', choices: ['sa1b', 'coco'], summary: 'Output format.' },
  resume: { kind: 'switch', default: true, summary: 'Go on.' },
  profile: { kind: 'switch', default: false, summary: 'Tell the times.' },
} as const satisfies OptionTable;

async function parsed(...argv: string[]): Promise<Partial<Record<keyof typeof TABLE, unknown>>> {
  // the type that a command's static flags have
  const input: Interfaces.FlagInput = flagsOf(TABLE);
  const { flags } = await Parser.parse(argv, { flags: input, strict: true });
  return optionsFromFlags(TABLE, flags);
}

test('what was typed, and no defaults', async (t) => {
  t.deepEqual(await parsed(), {});
  t.deepEqual(await parsed('--points-per-side', '8', '--pred-iou-thresh=0.5', '--category', 'a cat', '--format', 'coco', '--profile'), {
    pointsPerSide: 8, predIouThresh: 0.5, category: 'a cat', format: 'coco', profile: true,
  });
});

test('a switch that is on can be turned off, others not', async (t) => {
  t.deepEqual(await parsed('--no-resume'), { resume: false });
  t.deepEqual(await parsed('--resume'), { resume: true });
  await t.throwsAsync(() => parsed('--no-profile'), { message: /--no-profile/ });
});

test('numbers as programs write them', async (t) => {
  for (const [typed, value] of [['1e-3', 0.001], ['0', 0], ['1', 1], ['.5', 0.5], ['1.0', 1]] as const) {
    t.deepEqual(await parsed('--pred-iou-thresh', typed), { predIouThresh: value }, typed);
  }
  t.deepEqual(await parsed('--min-area', '-3.5'), { minArea: -3.5 });
});

const REFUSED: [string[], string][] = [
  [['--points-per-side', 'abc'], '--points-per-side expects a whole number from 1 to 512, got "abc".'],
  [['--points-per-side', ''], '--points-per-side expects a whole number from 1 to 512, got "".'],
  [['--points-per-side', ' '], '--points-per-side expects a whole number from 1 to 512, got " ".'],
  [['--points-per-side', '0'], '--points-per-side expects a whole number from 1 to 512, got 0.'],
  [['--points-per-side', '513'], '--points-per-side expects a whole number from 1 to 512, got 513.'],
  [['--points-per-side', '2.5'], '--points-per-side expects a whole number from 1 to 512, got 2.5.'],
  [['--points-per-side', '8,5'], '--points-per-side expects a whole number from 1 to 512, got "8,5".'],
  [['--pred-iou-thresh', '1.01'], '--pred-iou-thresh expects a number from 0 to 1, got 1.01.'],
  [['--pred-iou-thresh', 'NaN'], '--pred-iou-thresh expects a number from 0 to 1, got "NaN".'],
  [['--min-area', 'Infinity'], '--min-area expects a number, got "Infinity".'],
  [['--category', ''], '--category expects a text that is not empty, got "".'],
  [['--format', 'png'], '--format expects one of sa1b, coco, got "png".'],
];

for (const [argv, message] of REFUSED) {
  test(`refused: ${JSON.stringify(argv)}`, async (t) => {
    const error = await t.throwsAsync(() => parsed(...argv), { code: 'usage/option' });
    t.true(error.message.includes(message), error.message);
  });
}

test('a flag without its value is refused', async (t) => {
  await t.throwsAsync(() => parsed('--points-per-side'), { message: /points-per-side/ });
});

test('help tells summary, unit, default and values', (t) => {
  const flags = flagsOf(TABLE, 'MASKS');
  t.deepEqual(Object.keys(flags), ['points-per-side', 'pred-iou-thresh', 'min-area', 'category', 'format', 'resume', 'profile']);
  t.is(flags['points-per-side']!.summary, 'Points along one side. [default: 32]');
  t.is(flags['min-area']!.summary, 'Smallest mask. (pixels)');
  t.is(flags['resume']!.summary, 'Go on.');
  t.deepEqual(['min-area', 'category', 'format'].map((name) => 'helpValue' in flags[name]! && flags[name].helpValue), ['N', 'TEXT', 'sa1b|coco']);
  t.true(Object.values(flags).every((flag) => flag.helpGroup === 'MASKS'));
});
