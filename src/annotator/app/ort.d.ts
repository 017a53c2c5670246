/** What the worker uses of onnxruntime-web, which the server serves as `/ort/ort.wasm.bundle.min.mjs`. */
export const env: { wasm: { numThreads: number; wasmPaths: { wasm: string } }; logLevel: string };
export class Tensor {
  constructor(type: 'float32', data: Float32Array, dims: readonly number[]);
  readonly data: unknown;
  readonly dims: readonly number[];
}
export class InferenceSession {
  static create(model: Uint8Array, options: { executionProviders: string[]; graphOptimizationLevel: string }): Promise<InferenceSession>;
  readonly inputNames: readonly string[];
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
}
