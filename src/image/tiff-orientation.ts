/** Repairs the one fault of a TIFF's header that other readers take lightly: an Orientation tag that is none of 1 to 8. */

const ORIENTATION = 274;
const ENTRY_BYTES = 12;

/** A copy whose first page has orientation 1 (upright), or `undefined` where no such tag is found (or in a BigTIFF). */
export function withUprightOrientation(tiff: Uint8Array): Uint8Array | undefined {
  const copy = new Uint8Array(tiff); // not slice(), which on a Buffer is a view
  const view = new DataView(copy.buffer);
  const little = copy[0] === 0x49;
  if (copy.length < 10 || view.getUint16(2, little) !== 42) return undefined;
  const directory = view.getUint32(4, little);
  if (directory + 2 > copy.length) return undefined;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > copy.length) return undefined;
    if (view.getUint16(entry, little) !== ORIENTATION) continue;
    view.setUint16(entry + 8, 1, little);
    return copy;
  }
  return undefined;
}
