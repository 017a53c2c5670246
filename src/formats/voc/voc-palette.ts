/** The colours of Pascal VOC's label pictures: the bits of the index, lowest first, spread over red, green and blue from the highest down. */

/** RGB, 256 entries of three bytes: 0 is black, 1 is 128,0,0, 255 (void) is 224,224,192. */
export const VOC_PALETTE: Uint8Array = Uint8Array.from({ length: 256 * 3 }, (_, i) => {
  const channel = i % 3;
  let bits = Math.floor(i / 3), value = 0;
  for (let shift = 7; shift >= 0; shift--, bits >>= 3) value |= ((bits >> channel) & 1) << shift;
  return value;
});

/** The label of pixels that belong to no object and no background: borders that nobody is scored on. */
export const VOID = 255;
