/** The annotator's page: its HTML and, from `style.ts`, its CSS. No script, style or data stands in it; the server serves it as it is. */
import { KEY_HELP } from './keys.js';

export { PAGE_STYLE } from './style.js';

/** Served at `/app/icon.svg`: a mask with a click in it. */
export const PAGE_ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M6 20C2 10 14 2 22 6s8 16 0 20-14 0-16-6z" fill="#ffb54a"/><circle cx="16" cy="16" r="4" fill="#241700"/></svg>';

/** Lines of 24 x 24 pictures. */
const icon = (path: string): string => `<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="${path}"/></svg>`;

/** Id, name, key, picture. */
const TOOLS: readonly (readonly [string, string, string, string])[] = [
  ['click', 'Click', 'C', 'M5 3l6 16 2.5-6.5L20 10z'], ['box', 'Box', 'R', 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4'], ['brush', 'Brush', 'T', 'M20 4l-9 9M9 12c-3 0-4 2-4 4s-1 3-2 3c4 2 9 1 9-4z'],
  ['eraser', 'Eraser', 'Y', 'M9 20h11M5 15L14 6l5 5-8 8H9z'], ['polygon', 'Outline', 'G', 'M6 6l12 2-3 10-9-3zM6 6v.01M18 8v.01M15 18v.01M6 15v.01'],
];
/** Command, name and key, picture. */
const ACTS: readonly (readonly [string, string, string])[] = [
  ['undo', 'Undo (Ctrl Z)', 'M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6'], ['redo', 'Redo (Ctrl Y)', 'M15 7l5 5-5 5M20 12H10a6 6 0 0 0-6 6'], ['zoom-out', 'Zoom out (-)', 'M5 12h14'], ['zoom-in', 'Zoom in (+)', 'M5 12h14M12 5v14'],
  ['fit', 'Whole image (0)', 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 9h6v6H9z'], ['hide', 'Hide or show masks (H)', 'M2 12s4-6 10-6 10 6 10 6-4 6-10 6-10-6-10-6zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z'],
];

const tools = TOOLS.map(([id, name, key, path]) => `<button type="button" data-tool="${id}" aria-pressed="false" aria-keyshortcuts="${key}" title="${name} (${key})">${icon(path)}<span>${name}</span><kbd aria-hidden="true">${key}</kbd></button>`).join('\n      ');
const acts = ACTS.map(([command, name, path]) => `<button type="button" class="plain" data-do="${command}" aria-label="${name}" title="${name}">${icon(path)}</button>`).join('\n      ');

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const keycaps = (keys: string): string => keys.split(/ {2}· {2}| {2}/).map((key) => `<kbd>${escaped(key)}</kbd>`).join(' ');
const help = KEY_HELP.map(({ title, rows }) => `<section><h3>${escaped(title)}</h3><dl>${rows.map(([keys, what]) => `<dt>${keycaps(keys)}</dt><dd>${escaped(what)}</dd>`).join('')}</dl></section>`).join('\n    ');

/** Served at `/`. Its script is `/app/annotator/app/main.js`, its style `/app/style.css`. */
export const PAGE_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>sam annotator</title>
<link rel="stylesheet" href="/app/style.css">
<link rel="icon" type="image/svg+xml" href="/app/icon.svg">
<script type="module" src="/app/annotator/app/main.js"></script>
</head>
<body>
<header>
  <h1 id="project"></h1>
  <span id="file" class="file"></span>
  <span class="gap"></span>
  <span id="timer" class="timer" hidden></span>
  <label class="who">You are <input id="annotator" type="text" maxlength="100" autocomplete="off" spellcheck="false"></label>
  <span class="done"><progress id="share" max="1" value="0" aria-labelledby="progress"></progress><span id="progress" class="muted"></span></span>
  <span id="saved" class="saved">Saved</span>
  <button type="button" class="plain" data-do="help" aria-label="List of keys (question mark)" title="Keys (?)" aria-keyshortcuts="?">?</button>
</header>
<main>
  <div class="desk">
  <div id="stage" class="stage" tabindex="0" role="application" aria-label="Image. Arrow keys move the crosshair, F marks the object, Enter accepts, question mark lists all keys." aria-describedby="said">
    <canvas id="canvas" aria-hidden="true"></canvas>
    <p id="notice" class="notice" role="alert" hidden></p>
  </div>
  <p class="hint" aria-hidden="true"><span id="hint"></span></p>
  </div>
  <aside aria-label="Mask">
    <div class="tools" role="group" aria-label="Tool">
      ${tools}
    </div>
    <div class="acts" role="group" aria-label="View and steps">
      ${acts}
    </div>
    <div class="sliders">
    <label class="slider">Brush size <input id="brush" type="range" min="1" max="120" value="14"></label>
    <label class="slider">Mask opacity <input id="opacity" type="range" min="0" max="100" value="40"></label>
    </div>
    <div class="detail">
    <section id="choices" hidden><h2>Which one?</h2><div id="candidates" class="candidates" role="radiogroup" aria-label="Masks of the model"></div></section>
    <section id="about" hidden><h2 id="about-title"></h2><p id="about-text" class="muted"></p></section>
    </div>
    <div class="row"><button type="button" class="main" data-do="accept" title="Accept (Enter)">Accept</button><button type="button" data-do="cancel" title="Drop (Esc)">Drop</button><button type="button" data-do="reject" title="Reject (X)">Reject</button></div>
    <section class="pick"><h2 id="class-title">Class</h2><label id="finding" class="find" hidden>Find <input id="find" type="text" maxlength="100" aria-keyshortcuts="/" autocomplete="off" spellcheck="false"><kbd aria-hidden="true">/</kbd></label><div id="classes" class="classes" role="radiogroup" aria-labelledby="class-title"></div></section>
    <span class="gap"></span>
    <p id="masks" class="muted"></p>
    <div class="row"><button type="button" data-do="previous" title="Image before (P)">Previous</button><button type="button" data-do="skip" title="Skip this image (S)">Skip</button><button type="button" class="main" data-do="next" title="Done, next image (N)">Next</button></div>
  </aside>
</main>
<p id="said" class="unseen" role="status" aria-live="polite"></p>
<dialog id="help" aria-labelledby="help-title">
  <div class="title"><h2 id="help-title">Keys</h2><button type="button" class="plain" data-do="help" aria-label="Close" title="Close (Esc)">${icon('M6 6l12 12M18 6L6 18')}</button></div>
  <div class="help">
    ${help}
  </div>
</dialog>
</body>
</html>
`;
