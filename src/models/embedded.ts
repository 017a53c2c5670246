/** Where the model that comes with the package is. */
import { fileURLToPath } from 'node:url';

/** The package's `models/` folder, absolute; this module runs from `dist/src/models/`. */
export function embeddedFolder(): string {
  return fileURLToPath(new URL('../../../models', import.meta.url));
}
