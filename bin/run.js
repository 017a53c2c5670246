#!/usr/bin/env node
// Starts the command line, nothing else. Plugins in the home folder are not looked for: another program called sam may have its own there.
import { fileURLToPath } from 'node:url';
import { execute } from '@oclif/core';

await execute({ loadOptions: { root: fileURLToPath(import.meta.url), userPlugins: false, devPlugins: false } });
