/** The annotator's style sheet: a neutral ground that lets the photograph speak, one accent, dark unless the system asks for light. */

export const PAGE_STYLE = `
:root {
  --ground: #16181b; --panel: #1d2024; --raised: #272b30; --line: #33383e; --text: #e8eaed; --muted: #a0a7b0; --accent: #ffb54a; --on-accent: #241700; --bad: #ff8a80; --stage: #101113;
  font: 14px/1.45 system-ui, sans-serif; color-scheme: dark;
}
@media (prefers-color-scheme: light) {
  :root { --ground: #f4f5f6; --panel: #fff; --raised: #eceef0; --line: #d5d9de; --text: #1b1e22; --muted: #59616b; --accent: #b35c00; --on-accent: #fff; --bad: #b3261e; --stage: #dfe2e5; color-scheme: light; }
}
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
html, body { height: 100%; }
body { display: grid; grid-template-rows: auto 1fr; background: var(--ground); color: var(--text); overflow: hidden; }
header { display: flex; align-items: center; gap: 14px; padding: 8px 14px; border-bottom: 1px solid var(--line); background: var(--panel); white-space: nowrap; min-width: 0; }
h1 { font-size: 14px; font-weight: 600; }
h2 { font-size: 12px; font-weight: 600; color: var(--muted); margin: 4px 0; }
h3 { font-size: 13px; margin-bottom: 6px; }
.file { color: var(--muted); overflow: hidden; text-overflow: ellipsis; min-width: 0; unicode-bidi: isolate; }
.gap { flex: 1; }
.muted { color: var(--muted); }
.who { color: var(--muted); }
.who input { font: inherit; color: var(--text); background: none; border: 1px solid transparent; border-radius: 6px; padding: 1px 6px; width: 120px; }
.who input:hover, .who input:focus { border-color: var(--line); }
.timer { color: var(--accent); }
.saved { padding: 1px 10px; border-radius: 99px; background: var(--raised); color: var(--muted); font-size: 13px; }
.saved.busy { color: var(--text); }
.saved.lost { background: var(--bad); color: #2a0603; font-weight: 600; }
main { display: grid; grid-template-columns: 1fr 264px; min-height: 0; }
.stage { position: relative; overflow: hidden; background: var(--stage); touch-action: none; outline: none; cursor: crosshair; }
.stage:focus-visible { box-shadow: inset 0 0 0 2px var(--accent); }
.stage.grab { cursor: grab; }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
.hint, .notice { position: absolute; left: 50%; transform: translateX(-50%); max-width: min(92%, 620px); padding: 6px 14px; border-radius: 8px; background: rgb(16 17 19 / .82); color: #f2f3f5; pointer-events: none; text-align: center; }
.hint { bottom: 14px; }
.hint:empty { display: none; }
.notice { top: 14px; background: var(--accent); color: var(--on-accent); font-weight: 500; }
aside { display: flex; flex-direction: column; gap: 10px; padding: 12px; border-left: 1px solid var(--line); background: var(--panel); overflow: auto; }
button { font: inherit; color: inherit; background: var(--raised); border: 1px solid transparent; border-radius: 7px; padding: 5px 10px; cursor: pointer; }
button:hover { border-color: var(--muted); }
button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
button[aria-pressed=true], button[aria-checked=true] { border-color: var(--accent); }
button.main { background: var(--accent); color: var(--on-accent); font-weight: 600; }
button:disabled { opacity: .45; cursor: default; border-color: transparent; }
.tools { display: grid; grid-template-columns: 1fr 1fr; gap: 6px; }
.tools button, .classes button { display: flex; justify-content: space-between; align-items: center; gap: 8px; min-width: 0; }
kbd { font: 12px ui-monospace, monospace; color: var(--muted); }
.row { display: flex; gap: 6px; }
.row button { flex: 1; padding: 5px 6px; }
.row button.main { flex: 1.4; }
.slider { display: flex; align-items: center; justify-content: space-between; gap: 10px; color: var(--muted); font-size: 13px; }
.slider input { width: 130px; accent-color: var(--accent); }
.candidates { display: flex; gap: 6px; }
.candidates button { flex: 1; text-align: center; }
.candidates b { display: block; font-variant-numeric: tabular-nums; }
.classes { display: flex; flex-direction: column; gap: 4px; overflow: auto; max-height: 40vh; }
.classes .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: 1; text-align: left; unicode-bidi: isolate; }
.swatch { width: 12px; height: 12px; flex: none; border-radius: 3px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
dialog { margin: auto; padding: 22px; border: 1px solid var(--line); border-radius: 12px; background: var(--panel); color: var(--text); max-width: 860px; }
dialog::backdrop { background: rgb(0 0 0 / .55); }
.help { display: grid; grid-template-columns: 1fr 1fr; gap: 20px 36px; margin-bottom: 18px; }
.help dl { display: grid; grid-template-columns: 170px 1fr; gap: 3px 12px; }
.help dd { margin: 0; }
@media (max-width: 760px) { main { grid-template-columns: 1fr 200px; } .help { grid-template-columns: 1fr; } }
@media (prefers-reduced-motion: no-preference) { button { transition: border-color .12s; } }
`;
