/** Just enough of PNG's chunks for what the decoder does not tell: the size before any pixel is there, and whether the file ends. */
import type { ImageSize } from '../geometry/size.js';

const SIGNATURE_BYTES = 8;
/** Length, type and checksum around a chunk's data. */
const FRAME_BYTES = 12;

/** The size that the first chunk promises; `undefined` where the file ends before it. */
export function pngSize(source: Uint8Array): ImageSize | undefined {
  if (source.length < SIGNATURE_BYTES + 16) return undefined;
  const view = viewOf(source);
  return { width: view.getUint32(SIGNATURE_BYTES + 8), height: view.getUint32(SIGNATURE_BYTES + 12) };
}

/** True where the chunks go on to the end chunk: the decoder is content without it once it has its pixels. */
export function pngIsWhole(source: Uint8Array): boolean {
  const view = viewOf(source);
  let at = SIGNATURE_BYTES;
  while (at + FRAME_BYTES <= source.length) {
    if (view.getUint32(at + 4) === 0x49454e44) return true; // "IEND"
    at += FRAME_BYTES + view.getUint32(at);
  }
  return false;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
