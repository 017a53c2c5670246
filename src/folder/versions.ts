/** What a run's bytes depend on besides images, options and model: this version and the two libraries that compute. */
import { readFileSync } from 'node:fs';

/** The dependencies are pinned exactly, so the manifest's versions are those that run. */
export function versions(): Record<string, string> {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string; dependencies: Record<string, string> };
  return { sam: manifest.version, 'onnxruntime-node': manifest.dependencies['onnxruntime-node'] ?? '', sharp: manifest.dependencies['sharp'] ?? '' };
}
