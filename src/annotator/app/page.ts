/** The annotator's page: its HTML and, from `style.ts`, its CSS. No script, style or data stands in it; the server serves it as it is. */
import { KEY_HELP } from './keys.js';

export { PAGE_STYLE } from './style.js';

/** Served at `/app/icon.svg`: a mask with a click in it. */
export const PAGE_ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M6 20C2 10 14 2 22 6s8 16 0 20-14 0-16-6z" fill="#ffb54a"/><circle cx="16" cy="16" r="4" fill="#241700"/></svg>';

const TOOLS: readonly (readonly [string, string, string])[] = [
  ['click', 'Click', 'C'], ['box', 'Box', 'R'], ['brush', 'Brush', 'T'], ['eraser', 'Eraser', 'Y'], ['polygon', 'Outline', 'G'],
];

const tools = TOOLS.map(([id, name, key]) => `<button type="button" data-tool="${id}" aria-pressed="false">${name}<kbd>${key}</kbd></button>`).join('\n      ');

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const help = KEY_HELP.map(({ title, rows }) => `<section><h3>${escaped(title)}</h3><dl>${rows.map(([keys, what]) => `<dt><kbd>${escaped(keys)}</kbd></dt><dd>${escaped(what)}</dd>`).join('')}</dl></section>`).join('\n    ');

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
  <span id="progress" class="muted"></span>
  <span id="saved" class="saved" role="status">Saved</span>
  <button type="button" data-do="help" aria-label="List of keys">?</button>
</header>
<main>
  <div id="stage" class="stage" tabindex="0" role="application" aria-label="Image. Arrow keys move the crosshair, F marks the object, Enter accepts, question mark lists all keys." aria-describedby="said">
    <canvas id="canvas" aria-hidden="true"></canvas>
    <p id="notice" class="notice" role="alert" hidden></p>
    <p id="hint" class="hint"></p>
  </div>
  <aside aria-label="Mask">
    <div class="tools" role="group" aria-label="Tool">
      ${tools}
    </div>
    <label class="slider">Brush size <input id="brush" type="range" min="1" max="120" value="14"></label>
    <label class="slider">Mask opacity <input id="opacity" type="range" min="0" max="100" value="40"></label>
    <section id="choices" hidden><h2>Which one?</h2><div id="candidates" class="candidates" role="radiogroup" aria-label="Masks of the model"></div></section>
    <section id="about" hidden><h2 id="about-title"></h2><p id="about-text" class="muted"></p></section>
    <div class="row"><button type="button" class="main" data-do="accept">Accept</button><button type="button" data-do="cancel">Drop</button><button type="button" data-do="reject">Reject</button></div>
    <h2>Class</h2>
    <div id="classes" class="classes" role="radiogroup" aria-label="Class"></div>
    <span class="gap"></span>
    <p id="masks" class="muted"></p>
    <div class="row"><button type="button" data-do="previous">Previous</button><button type="button" data-do="skip">Skip</button><button type="button" class="main" data-do="next">Next</button></div>
  </aside>
</main>
<p id="said" class="unseen" role="log" aria-live="polite"></p>
<dialog id="help" aria-label="Keys">
  <div class="help">
    ${help}
  </div>
  <button type="button" data-do="help">Close</button>
</dialog>
</body>
</html>
`;
