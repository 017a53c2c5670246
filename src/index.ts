/** The public library: a table of contents, named exports only. Everything a command does, a program can do with these. */

// models: the registry, the cache, what a name or folder stands for
export { cacheFolder, type Environment } from './models/cache-dir.js';
export { describeModel, describeModels, type DescribedFile, type ModelDescription } from './models/describe.js';
export type { DownloadProgress, DownloadSettings } from './models/download-job.js';
export { locateModel } from './models/locate.js';
export { modelSha256, type LocatedModel, type ModelFile } from './models/located-model.js';
export type { ModelJson } from './models/model-json.js';
export { pullModels, type PulledFile, type PullOptions, type PullReport } from './models/pull.js';
export { EMBEDDED_MODEL, REGISTRY, type RegistryEntry, type RegistryFile } from './models/registry.js';
export { verifyModels, type VerifiedFile, type VerifyOptions } from './models/verify.js';
