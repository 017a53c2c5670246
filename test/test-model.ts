/**
 * The model that tests run where the model itself is not what is tested: a true Segment Anything architecture that is small, quick and never replaced
 * (`fixtures/README.md`). What the embedded model in `models/` answers is for the tests that name it.
 */
import { resolve } from 'node:path';
import type { ModelFiles } from '../src/models/predictor.js';

/** Its folder, as `--model` and `SAM_MODEL` take it. */
export const TEST_MODEL = resolve('fixtures/model');
export const TEST_ENCODER = 'fixtures/model/encoder.onnx', TEST_DECODER = 'fixtures/model/decoder.onnx';
/** An environment in which it is the model that is taken when none is named. */
export const TEST_ENV = { SAM_MODEL: TEST_MODEL, SAM_CACHE_DIR: '/nonexistent/sam-cache' };
/** What a predictor opens of it. */
export const TEST_FILES: ModelFiles = { name: 'tiny', sha256: 'tiny', encoder: TEST_ENCODER, decoder: TEST_DECODER };
