/** Whether a file may be handed on as it is to programs that read JPEG without regard to EXIF, profiles or inks. */
import { sharp } from './sharp.js';

/** True for a JPEG of one or three channels that is not turned. `source`: the file's bytes, which `decodeImage` has taken before. */
export async function isPlainJpeg(source: Uint8Array): Promise<boolean> {
  const { format, channels, space, orientation } = await sharp(source, { limitInputPixels: false, failOn: 'none' }).metadata();
  return format === 'jpeg' && (space === 'srgb' || space === 'b-w') && (channels === 1 || channels === 3) && (orientation ?? 1) === 1;
}
