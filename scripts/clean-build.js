// Removes what the compiler wrote of the package, and its memory of that: a packed tarball holds no output of a source that is gone.
import { rmSync } from 'node:fs';

for (const path of ['dist/src', 'dist/commands', 'dist/.tsbuildinfo']) rmSync(new URL(`../${path}`, import.meta.url), { recursive: true, force: true });
