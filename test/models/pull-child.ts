/** A process that pulls (`node pull-child.js ENTRY`, the entry as JSON), to be killed while it does. */
import { pullModel } from '../../src/models/pull.js';
import type { RegistryEntry } from '../../src/models/registry.js';

// the test that starts us wrote it
await pullModel(JSON.parse(process.argv[2] ?? '') as RegistryEntry, { env: process.env });
