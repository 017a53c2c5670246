/** What the report's page carries as JSON, and its script reads: plain data, written by `page.ts` and `image-data.ts`. */

/** Once a page: what filters and counts need of every mask. */
export interface PageIndex {
  /** In the dataset's order; `colour`: rrggbb. */
  categories: { name: string; colour: string }[];
  images: PageImage[];
}

/**
 * Masks are the largest first, and run in parallel in all lists. `categories`: indices into those of the page, -1 for one that the dataset does
 * not know. `areas`: pixels of the image itself. `scores`: what ranks a mask, null where nothing does. `colours`: rrggbb.
 */
export interface PageImage {
  name: string;
  width: number;
  height: number;
  /** Why there is no picture. */
  problem?: string;
  ids: number[];
  categories: number[];
  areas: number[];
  scores: (number | null)[];
  colours: string[];
}

/** Once an image, read when it comes into sight. */
export interface ImageDetails {
  /** A data: URL, or a path relative to the page; empty where there is no picture. */
  picture: string;
  /** The frame of `shapes`. */
  viewBox: [width: number, height: number];
  /** A path of SVG for each mask, to be filled by the even-odd rule; empty for one without pixels. */
  shapes: string[];
  masks: MaskDetails[];
}

/** What is known of one mask, in pixels of the image. */
export interface MaskDetails {
  /** x, y, width, height. */
  box?: [number, number, number, number];
  score?: number;
  predictedIou?: number;
  stability?: number;
  crowd?: true;
  /** Points that prompted it. */
  points?: [number, number][];
}
