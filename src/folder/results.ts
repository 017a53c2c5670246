/** Writing what a worker made: checked against the image's claims, entered in the ledger, then put in place whole. */
import { dirname, join } from 'node:path';
import { SamError, printableName } from '../errors.js';
import { ensureDirectory, writeDirectoryAtomic, writeFileAtomic } from '../files/atomic.js';
import { sha256Hex, sha256Listing } from '../files/hash.js';
import type { ClaimingImage } from './claims.js';
import type { Ledger } from './ledger.js';
import type { ImageEntry } from './ledger-lines.js';
import type { Claim } from './spec.js';
import type { ImageResult, OutputFile } from './worker-protocol.js';

export interface ResultPlace { output: string; ledger: Ledger; run: string; tag: string | undefined }

/** Writes one image's outputs and returns its ledger entry. `bytes` is the image's size. Throws `storage/...`. */
export async function writeResult(image: ClaimingImage, bytes: number, result: ImageResult, { output, ledger, run, tag }: ResultPlace): Promise<ImageEntry> {
  const filled = image.claims.map((claim) => ({ claim, files: filesOf(claim, result.files) }));
  assertAllClaimed(image, filled, result.files);
  const entry: ImageEntry = {
    run, file_name: image.fileName, sha256: result.sha256, bytes, width: result.width, height: result.height, masks: result.masks,
    outputs: filled.map(({ claim, files }) => ({ path: claim.path, sha256: hashOf(claim, files) })),
  };
  // the entry first: after a kill between the two, the outputs are still known as ours
  await ledger.append(entry);
  for (const { claim, files } of filled) {
    const path = join(output, claim.path);
    await ensureDirectory(dirname(path));
    const [file] = files;
    if (claim.kind === 'directory') await writeDirectoryAtomic(path, files, { tag });
    else if (file !== undefined) await writeFileAtomic(path, file.bytes, { tag });
  }
  return entry;
}

interface NamedBytes { name: string; bytes: Uint8Array }

/** The files that fill a claim; in a folder, by their names in it. */
function filesOf({ kind, path }: Claim, files: readonly OutputFile[]): NamedBytes[] {
  if (kind === 'file') return files.filter((file) => file.path === path).map(({ bytes }) => ({ name: '', bytes }));
  const prefix = `${path}/`;
  return files.filter((file) => file.path.startsWith(prefix)).map((file) => ({ name: file.path.slice(prefix.length), bytes: file.bytes }));
}

function hashOf({ kind }: Claim, files: readonly NamedBytes[]): string {
  const hashed = files.map(({ name, bytes }) => ({ name, sha256: sha256Hex(bytes) }));
  return kind === 'directory' ? sha256Listing(hashed) : (hashed[0]?.sha256 ?? '');
}

function assertAllClaimed({ fileName }: ClaimingImage, filled: readonly { claim: Claim; files: readonly NamedBytes[] }[], files: readonly OutputFile[]): void {
  const taken = filled.reduce((sum, { files: some }) => sum + some.length, 0);
  const isExact = filled.every(({ claim, files: some }) => (claim.kind === 'file' ? some.length === 1 : some.every(({ name }) => !name.includes('/'))));
  if (isExact && taken === files.length) return;
  const made = files.map(({ path }) => printableName(path)).join(', ');
  throw new SamError('internal/worker-protocol', `The worker made other files for ${printableName(fileName)} than it claims: ${made}.`, { file: fileName });
}
