#!/usr/bin/env node
// Starts the command line, nothing else.
import { execute } from '@oclif/core';

await execute({ dir: import.meta.url });
