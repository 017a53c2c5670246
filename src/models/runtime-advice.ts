/** What to tell a person whose machine cannot load the inference runtime: a bare loader error says nothing of what would help. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SamError, messageOf } from '../errors.js';

/** Where onnxruntime-node has a binary for. */
const BUILDS = ['linux x64', 'linux arm64', 'darwin arm64', 'win32 x64', 'win32 arm64'];

/** This machine, for `runtimeError`: `libc` is `glibc 2.36`, `musl` or, elsewhere than on Linux, nothing. */
export interface RuntimePlace { platform: string; arch: string; libc: string | undefined }

export function thisPlace(): RuntimePlace {
  return { platform: process.platform, arch: process.arch, libc: process.platform === 'linux' ? libcName() : undefined };
}

/** The installed version, whether it can be loaded or not. */
export function runtimeVersion(): string | undefined {
  try {
    // a package's manifest has a version
    return (JSON.parse(readFileSync(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'), 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** A `model/run` error for a runtime that cannot be loaded, with what to do about it. */
export function runtimeError(error: unknown, { platform, arch, libc }: RuntimePlace): SamError {
  const reason = messageOf(error).split('\n')[0] ?? '';
  const place = `${platform} ${arch}${libc === undefined ? '' : ` with ${libc}`}`;
  return new SamError('model/run', `onnxruntime-node cannot be loaded on ${place}: ${reason}. ${adviceFor(platform, arch, libc)}`, { cause: error });
}

function adviceFor(platform: string, arch: string, libc: string | undefined): string {
  if (platform === 'darwin' && arch === 'x64') return 'It has no build for Macs with an Intel processor; run sam in a Linux container there.';
  if (!BUILDS.includes(`${platform} ${arch}`)) return `It has builds for ${BUILDS.join(', ')} only.`;
  if (libc === 'musl') return 'Its builds need glibc, which Alpine Linux does not have; use an image such as node:22-slim (Debian).';
  return 'Its files are missing, damaged, or those of another system; install the package again on this machine.';
}

function libcName(): string {
  // Node's report names glibc's version where it runs on it; the type of the report is not declared
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime === undefined ? 'musl' : `glibc ${header.glibcVersionRuntime}`;
}
