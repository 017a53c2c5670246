/** The one form of pixels that crosses rooms: 8-bit RGB, upright. */

/** `data`: `Uint8Array`, height x width x 3, row-major, RGB, 0..255, in the upright (EXIF applied) frame. */
export interface RgbImage { data: Uint8Array; width: number; height: number }
