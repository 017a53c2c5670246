/** Which form of a decoder is run: the one with least work of those that can be made of it and give its answers, and its answers are those of the plain graph. */
import test, { type ExecutionContext } from 'ava';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Decoded } from '../../src/models/contract.js';
import { isClose, openF1, type F1Decoder } from '../../src/models/f1.js';
import { readOnnxGraph } from '../../src/models/onnx-graph.js';
import { seededTensor } from '../../src/models/probe.js';
import { SessionThread } from '../../src/models/session.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { TEST_DECODER } from '../test-model.js';

const EMBEDDING = [1, 64, 16, 16], SIDE = 64;

/** Knows which sessions are open. */
class WatchedThread extends SessionThread {
  readonly sessions = new Set<string>();
  /** Sessions that are refused. */
  refused: string[] = [];

  override async open(session: string, model: string | Uint8Array, threads: number): Promise<void> {
    await super.open(session, this.refused.includes(session) ? new Uint8Array(8) : model, threads);
    this.sessions.add(session);
  }

  override async release(session: string): Promise<void> {
    this.sessions.delete(session);
    await super.release(session);
  }
}

async function opened(t: ExecutionContext, path: string, from: number, refused: string[] = []): Promise<{ decoder: F1Decoder; thread: WatchedThread }> {
  const thread = new WatchedThread();
  thread.refused = refused;
  t.teardown(() => thread.close());
  return { decoder: await openF1(thread, path, readOnnxGraph(path), EMBEDDING, SIDE, 1, from), thread };
}

async function answers({ decoder, thread }: { decoder: F1Decoder; thread: WatchedThread }): Promise<Decoded[]> {
  const embedding = await thread.keep(seededTensor(EMBEDDING)), many = { coords: Float32Array.from({ length: 18 }, (_, i) => (i * 53) % 256), labels: new Float32Array(9).fill(1) };
  const maskInput = Float32Array.from(seededTensor([2, 1, SIDE, SIDE]).data, Number);
  return [
    await decoder.decode({ embedding }, { ...many, count: 9, points: 1 }), await decoder.decode({ embedding }, { ...many, count: 3, points: 3 }),
    await decoder.decode({ embedding }, { coords: Float32Array.of(9, 9, 90, 80), labels: Float32Array.of(2, 3), count: 1, points: 2 }),
    await decoder.decode({ embedding }, { coords: Float32Array.of(9, 9, 90, 80), labels: Float32Array.of(1, 1), count: 2, points: 1, maskInput }),
  ];
}

/** A decoder in which the names of some weights are unknown. */
async function without(t: ExecutionContext, name: string): Promise<string> {
  const path = join(await temporaryFolder(t), 'decoder.onnx');
  writeFileSync(path, Buffer.from(readFileSync(TEST_DECODER).toString('latin1').replaceAll(name, name.replace('.', '_')), 'latin1'));
  return path;
}

for (const [title, pathOf, refused, session] of [
  ['all that is known', (): string => TEST_DECODER, [], 'absorbed'],
  ['an absorbed one that is refused', (): string => TEST_DECODER, ['absorbed'], 'rearranged'],
  ['both refused', (): string => TEST_DECODER, ['absorbed', 'rearranged'], 'decoder'],
  ['attention of another form', (t: ExecutionContext): Promise<string> => without(t, 'final_attn_token_to_image.q_proj.bias'), [], 'rearranged'],
  ['upscaling of another form', (t: ExecutionContext): Promise<string> => without(t, 'output_upscaling.3.weight'), [], 'decoder'],
] as const) {
  test(`${title}: ${session} is run`, async (t) => {
    const path = await pathOf(t), plain = await opened(t, path, Infinity), other = await opened(t, path, SIDE, [...refused]);
    t.deepEqual([...plain.thread.sessions], ['decoder']);
    t.deepEqual([...other.thread.sessions], [session]);
    t.deepEqual(other.decoder.spec, plain.decoder.spec);
    const expected = await answers(plain);
    for (const [i, { logits, iou, perPrompt, first }] of (await answers(other)).entries()) {
      t.true(isClose(logits, expected[i]!.logits) && isClose(iou, expected[i]!.iou), `question ${i}`);
      t.deepEqual([perPrompt, first], [expected[i]!.perPrompt, expected[i]!.first]);
    }
  });
}

test('small logits: the graph as it was cut', async (t) => {
  const { thread } = await opened(t, TEST_DECODER, 2 * SIDE);
  t.deepEqual([...thread.sessions], ['decoder']);
});
