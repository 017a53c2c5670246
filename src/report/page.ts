/**
 * The report as one HTML page: opened from disk, it asks nothing of any network, and what stands in annotations is text in it and never
 * markup. Written in one pass: each image's part is let go when it has been written.
 */
import { createHash } from 'node:crypto';
import { htmlText, scriptJson } from './escape.js';
import type { ImageDetails, PageImage, PageIndex } from './page-data.js';
import { pageScript } from './script.js';
import { SHELL } from './shell.js';
import { STYLE } from './style.js';

/** What is known before the first image is looked at. */
export interface PageHead {
  title: string;
  /** Of the annotations, for a reader. */
  format: string;
  /** Name and value, in order. */
  counts: readonly (readonly [string, string])[];
  /** What the masks were made with, as rows of a name and a value; empty where nobody knows. */
  run: readonly (readonly [string, string])[];
  categories: PageIndex['categories'];
  /** Whether pictures lie beside the page. */
  hasFiles: boolean;
}

export interface PagePart { image: PageImage; details: ImageDetails }

/** The page in pieces. The images' facts, about 30 bytes a mask, are held until the end. */
export async function* pageOf(head: PageHead, parts: AsyncIterable<PagePart>): AsyncGenerator<string> {
  const script = await pageScript();
  yield headOf(head, script);
  const images: PageImage[] = [];
  for await (const { image, details } of parts) {
    yield `<script type="application/json" id="image-${images.length}">${scriptJson(details)}</script>\n`;
    images.push(image);
  }
  const index: PageIndex = { categories: head.categories, images };
  yield `<script type="application/json" id="index">${scriptJson(index)}</script>\n<script>${script}</script>\n</body>\n</html>\n`;
}

function headOf({ title, format, counts, run, hasFiles }: PageHead, script: string): string {
  const policy = [
    'default-src \'none\'', `script-src '${hashOf(script)}'`, `style-src '${hashOf(STYLE)}'`,
    // a file is its own origin in some browsers
    `img-src data:${hasFiles ? ' \'self\' file:' : ''}`, 'base-uri \'none\'', 'form-action \'none\'',
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(title)} · sam report</title>
<style>${STYLE}</style>
</head>
<body>
<header class="top wrap">
<div class="title"><p class="eyebrow">Segmentation report · ${htmlText(format)}</p><h1>${htmlText(title)}</h1></div>
<dl class="tiles">${counts.map(([name, value]) => `<div><dt>${htmlText(name)}</dt><dd>${htmlText(value)}</dd></div>`).join('')}</dl>
<button type="button" class="button" id="theme">Light / dark</button>
</header>
<div class="wrap">
${run.length === 0 ? '' : `<details class="run"><summary>How the masks were made</summary><dl>${run.map(([name, value]) => `<div><dt>${htmlText(name)}</dt><dd>${htmlText(value)}</dd></div>`).join('')}</dl></details>`}
<noscript><p class="problems">The gallery needs JavaScript, which is off for this page.</p></noscript>
</div>
${SHELL}`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
