/** Other samples to 8-bit RGB, as OpenCV's `imread` and the libraries under it convert them. */

/** How the inks of a file become light: libjpeg's users and libtiff round differently. */
export type InkRule = 'jpeg' | 'tiff';

/** CMYK (4 bytes a pixel, 0 = no ink) to RGB (3 bytes a pixel). No colour profile is looked at. */
export function cmykToRgb(inks: Uint8Array, rule: InkRule): Uint8Array {
  const rgb = new Uint8Array((inks.length / 4) * 3);
  for (let i = 0, o = 0; i < inks.length; i += 4) {
    const light = 255 - inks[i + 3]!;
    for (let c = 0; c < 3; c++) {
      const ink = inks[i + c]!;
      rgb[o++] = rule === 'jpeg' ? light - ((ink * light) >> 8) : Math.trunc((light * (255 - ink)) / 255);
    }
  }
  return rgb;
}

/** 16-bit samples to the nearest 8-bit ones, as libtiff scales colour (PNG and grey TIFF keep the high byte instead). */
export function nearestBytes(samples: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) bytes[i] = Math.trunc((samples[i]! + 128) / 257);
  return bytes;
}
