/** The annotator's style sheet: a neutral ground that lets the photograph speak, one accent, dark unless the system asks for light. */

export const PAGE_STYLE = `
:root {
  --ground: #141619; --panel: #1b1e22; --raised: #262a30; --hover: #30353c; --line: #343a41; --edge: #7c858f; --text: #eceef0; --muted: #a7aeb7; --accent: #ffb54a; --on-accent: #241700; --tint: #3a2f1c; --bad: #ff8a80; --on-bad: #2a0603;
  --stage: #0e0f11; font: 14px/1.45 system-ui, sans-serif; color-scheme: dark;
}
@media (prefers-color-scheme: light) {
  :root {
    --ground: #f4f5f6; --panel: #fff; --raised: #f0f1f3; --hover: #e4e6e9; --line: #d5d9de; --edge: #7d858e; --text: #1b1e22; --muted: #545c66; --accent: #a65400; --on-accent: #fff; --tint: #fdf0e1; --bad: #b3261e; --on-bad: #fff;
    --stage: #dfe2e5; color-scheme: light;
  }
}
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
html, body { height: 100%; }
body { display: grid; grid-template-rows: auto 1fr; background: var(--ground); color: var(--text); overflow: hidden; }
header > * { flex: none; }
header { display: flex; align-items: center; gap: 14px; height: 52px; padding: 0 14px 0 18px; border-bottom: 1px solid var(--line); background: var(--panel); white-space: nowrap; min-width: 0; }
h1 { font-size: 15px; font-weight: 650; letter-spacing: -.01em; overflow: hidden; text-overflow: ellipsis; max-width: 30%; unicode-bidi: isolate; }
h2 { font-size: 12px; font-weight: 600; color: var(--muted); margin-bottom: 6px; }
h3 { font-size: 13px; margin-bottom: 8px; }
.file { flex: 0 1 auto; color: var(--muted); overflow: hidden; text-overflow: ellipsis; min-width: 0; unicode-bidi: isolate; padding-left: 14px; border-left: 1px solid var(--line); }
.file:empty { display: none; }
.gap { flex: 1 1 0; }
.muted { color: var(--muted); }
.who { color: var(--muted); }
.who input { font: inherit; color: var(--text); background: none; border: 1px solid var(--line); border-radius: 7px; padding: 3px 8px; width: 116px; margin-left: 4px; }
.who input:hover { border-color: var(--edge); }
.timer { flex: 0 1 auto; min-width: 0; color: var(--accent); overflow: hidden; text-overflow: ellipsis; }
.done { display: flex; align-items: center; gap: 8px; font-variant-numeric: tabular-nums; }
progress { appearance: none; width: 84px; height: 6px; border: 0; border-radius: 99px; background: var(--raised); overflow: hidden; }
progress::-webkit-progress-bar { background: var(--raised); }
progress::-webkit-progress-value { background: var(--accent); }
progress::-moz-progress-bar { background: var(--accent); }
.saved { padding: 3px 12px; border-radius: 99px; background: var(--raised); color: var(--muted); font-size: 13px; max-width: 60%; overflow: hidden; text-overflow: ellipsis; }
.saved.busy { color: var(--text); }
.saved.lost { background: var(--bad); color: var(--on-bad); font-weight: 600; }
main { display: grid; grid-template-columns: 1fr 300px; min-height: 0; }
/* what is said has a line of its own: it never lies over the image, nor moves it */
.desk { display: grid; grid-template-rows: 1fr 40px; min-width: 0; min-height: 0; }
.stage { position: relative; overflow: hidden; background: var(--stage); touch-action: none; outline: none; cursor: crosshair; }
.stage:focus-visible::after { content: ""; position: absolute; inset: 0; border: 2px solid var(--accent); pointer-events: none; }
.stage.grab { cursor: grab; }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
.hint { display: grid; place-items: center; padding: 0 16px; border-top: 1px solid var(--line); background: var(--panel); font-size: 13px; line-height: 1.3; text-align: center; overflow: hidden; }
.hint span { max-height: 34px; overflow: hidden; overflow-wrap: anywhere; }
.notice { position: absolute; left: 50%; top: 16px; transform: translateX(-50%); width: max-content; max-width: min(92%, 640px); padding: 8px 16px; border-radius: 10px; background: var(--accent); color: var(--on-accent); font-weight: 550; pointer-events: none; text-align: center; overflow-wrap: anywhere; box-shadow: 0 4px 18px rgb(0 0 0 / .25); }
aside { display: flex; flex-direction: column; gap: 14px; padding: 14px; border-left: 1px solid var(--line); background: var(--panel); overflow: auto; }
button { font: inherit; color: inherit; background: var(--raised); border: 1px solid transparent; border-radius: 8px; padding: 6px 10px; cursor: pointer; }
button:hover:not(:disabled) { background: var(--hover); }
button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
button[aria-pressed=true], button[aria-checked=true] { border-color: var(--accent); background: var(--tint); }
button.plain { background: none; display: grid; place-items: center; padding: 6px; min-width: 34px; }
button.plain:hover:not(:disabled) { background: var(--raised); }
button.main, button.main:hover:not(:disabled) { background: var(--accent); color: var(--on-accent); font-weight: 600; }
button.main:hover:not(:disabled) { filter: brightness(1.08); }
button:disabled { opacity: .45; cursor: default; }
/* one thing at a time is the next step: accept, while there is something to accept */
aside:has([data-do=accept]:not(:disabled)) [data-do=next] { background: var(--raised); color: var(--text); }
svg { width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
.tools { display: grid; grid-template-columns: repeat(5, 1fr); gap: 6px; }
.tools button { display: flex; flex-direction: column; align-items: center; gap: 3px; padding: 9px 0 7px; font-size: 12px; }
.tools button[aria-pressed=true] svg { color: var(--accent); }
.acts { display: flex; justify-content: space-between; margin: -4px 0; }
kbd { font: 11px/1.3 ui-monospace, monospace; color: var(--muted); padding: 1px 5px; border: 1px solid var(--line); border-radius: 5px; background: var(--panel); white-space: nowrap; }
.row { display: flex; gap: 6px; }
.row button { flex: 1; padding: 8px 6px; }
.row button.main { flex: 1.5; }
.sliders { display: grid; gap: 8px; }
.slider { display: flex; align-items: center; justify-content: space-between; gap: 10px; color: var(--muted); font-size: 13px; }
.slider input { flex: 0 1 150px; min-width: 0; accent-color: var(--accent); }
/* always of one height, so that nothing below it moves while masks are looked at and made */
.detail { flex: none; min-height: 84px; }
.candidates { display: flex; gap: 6px; }
.candidates button { flex: 1; text-align: center; padding: 7px 0; }
.candidates b { display: block; font-variant-numeric: tabular-nums; margin-bottom: 2px; }
#about-title { font-size: 14px; color: var(--text); margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: isolate; }
.pick { display: flex; flex-direction: column; min-height: 84px; }
.find { display: flex; align-items: center; gap: 8px; flex: none; margin-bottom: 8px; color: var(--muted); font-size: 13px; }
.find input { font: inherit; flex: 1; min-width: 0; color: var(--text); background: none; border: 1px solid var(--line); border-radius: 7px; padding: 4px 8px; }
.classes { display: flex; flex-direction: column; gap: 4px; overflow: auto; padding: 2px; margin: -2px; }
.classes button { display: flex; justify-content: space-between; align-items: center; gap: 10px; min-width: 0; flex: none; }
.classes .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: 1; text-align: left; unicode-bidi: isolate; }
.swatch { width: 12px; height: 12px; flex: none; border-radius: 4px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
dialog { margin: auto; padding: 20px 26px 28px; border: 1px solid var(--line); border-radius: 14px; background: var(--panel); color: var(--text); width: min(920px, 94vw); box-shadow: 0 18px 60px rgb(0 0 0 / .4); }
dialog::backdrop { background: rgb(0 0 0 / .5); }
.title { display: flex; justify-content: space-between; align-items: center; margin: 0 -8px 14px 0; }
.title h2 { font-size: 18px; font-weight: 650; color: var(--text); margin: 0; }
.help { columns: 2; column-gap: 44px; }
.help section { break-inside: avoid; margin-bottom: 22px; }
.help dl { display: grid; grid-template-columns: auto 1fr; gap: 7px 14px; align-items: baseline; }
.help dt { min-width: 150px; }
.help dd { margin: 0; }
@media (max-width: 980px) { .who, progress { display: none; } }
@media (max-width: 760px) { main { grid-template-columns: 1fr 220px; } .help { columns: 1; } .tools span { display: none; } aside { padding: 10px; gap: 10px; } }
@media (prefers-reduced-motion: no-preference) { button { transition: border-color .12s; } }
`;
