/**
 * The thread that owns the runtime (the only door to onnxruntime-node): its `run` is synchronous native work, so it must never
 * happen where an event loop is needed. Requests are done in the order in which they come.
 */
import { parentPort } from 'node:worker_threads';
import type * as Ort from 'onnxruntime-node';
import { SamError, messageOf, plainError } from '../errors.js';
import { runtimeError, thisPlace } from './runtime-advice.js';
import type { Feed, OpenRequest, PlainTensor, RunRequest, SessionAnswer, SessionRequest, TensorData } from './session-protocol.js';

const port = parentPort;
if (port === null) throw new SamError('internal/unexpected', 'session-thread.js is a thread, not a program.');

const sessions = new Map<string, Ort.InferenceSession>();
const kept = new Map<number, Ort.Tensor>();

/** Loaded at the first request, which is told if there is no loading it; to whom a failed import of the thread would tell nothing. */
let runtime: Promise<typeof Ort> | undefined;

async function loadRuntime(): Promise<typeof Ort> {
  try {
    const ort = await import('onnxruntime-node');
    // its remarks about the machine would go to stderr, past every flag
    ort.env.logLevel = 'error';
    return ort;
  } catch (error) {
    throw runtimeError(error, thisPlace());
  }
}

async function open(ort: typeof Ort, request: OpenRequest): Promise<SessionAnswer> {
  const options: Ort.InferenceSession.SessionOptions = {
    executionProviders: ['cpu'], intraOpNumThreads: request.threads, interOpNumThreads: 1, executionMode: 'sequential',
    graphOptimizationLevel: 'all', logSeverityLevel: 4,
    // spinning pools of several sessions would eat the cores that the other work needs
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
  const session = typeof request.model === 'string'
    ? await ort.InferenceSession.create(request.model, options)
    : await ort.InferenceSession.create(request.model, options);
  sessions.set(request.session, session);
  return { id: request.id, inputs: [...session.inputNames], outputNames: [...session.outputNames] };
}

function tensorOf(ort: typeof Ort, tensor: PlainTensor): Ort.Tensor {
  const { data, shape } = tensor;
  if (data instanceof Float32Array) return new ort.Tensor('float32', data, shape);
  if (data instanceof BigInt64Array) return new ort.Tensor('int64', data, shape);
  return new ort.Tensor('uint8', data, shape);
}

function feedOf(ort: typeof Ort, feed: Feed): Ort.Tensor {
  if (!('kept' in feed)) return tensorOf(ort, feed);
  const tensor = kept.get(feed.kept);
  if (tensor === undefined) throw new SamError('internal/unexpected', `No tensor ${feed.kept} is kept.`);
  return tensor;
}

async function run(ort: typeof Ort, request: RunRequest): Promise<SessionAnswer> {
  const session = sessions.get(request.session);
  if (session === undefined) throw new SamError('internal/unexpected', `No session "${request.session}" is open.`);
  const feeds = Object.fromEntries(Object.entries(request.feeds).map(([name, feed]) => [name, feedOf(ort, feed)]));
  const results = await session.run(feeds, request.outputs);
  const outputs: Record<string, PlainTensor> = {};
  for (const name of request.outputs) {
    const tensor = results[name];
    if (tensor === undefined) throw new SamError('model/run', `The graph gave no output "${name}".`);
    // outputs are checked by the contract to be float32 before a session is opened
    outputs[name] = { data: tensor.data as TensorData, shape: [...tensor.dims] };
  }
  return { id: request.id, outputs };
}

async function answer(request: SessionRequest): Promise<SessionAnswer> {
  const ort = await (runtime ??= loadRuntime());
  switch (request.kind) {
    case 'open': return open(ort, request);
    case 'run': return run(ort, request);
    case 'keep':
      kept.set(request.number, tensorOf(ort, request.tensor));
      return { id: request.id };
    case 'release':
      await sessions.get(request.session)?.release();
      sessions.delete(request.session);
      return { id: request.id };
    case 'forget':
      kept.delete(request.number);
      return { id: request.id };
  }
}

let queue: Promise<void> = Promise.resolve();
port.on('message', (request: SessionRequest) => {
  queue = queue.then(async () => {
    let reply: SessionAnswer;
    try {
      reply = await answer(request);
    } catch (error) {
      const known = error instanceof SamError ? error : new SamError('model/run', `onnxruntime: ${messageOf(error)}`, { cause: error });
      reply = { id: request.id, error: plainError(known) };
    }
    const buffers = 'outputs' in reply ? Object.values(reply.outputs).map((tensor) => tensor.data.buffer as ArrayBuffer) : [];
    port.postMessage(reply, [...new Set(buffers)]);
  });
});
