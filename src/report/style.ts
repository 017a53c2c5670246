/** How the report's page looks: one style sheet, light and dark, no font or picture from elsewhere. */

const LIGHT = `--page: #f5f5f2; --card: #ffffff; --ink: #1b1c1e; --muted: #6b6e76; --line: #e2e2dc; --accent: #3d5afe; --accent-ink: #ffffff; --frame: #e9e9e4; --shade: 0 1px 2px #0000000f, 0 6px 20px #0000000f; color-scheme: light;`;
const DARK = `--page: #101215; --card: #191c21; --ink: #eceef2; --muted: #989eab; --line: #2a2e36; --accent: #8ea2ff; --accent-ink: #0d1020; --frame: #0a0b0d; --shade: 0 1px 2px #0008, 0 8px 24px #0006; color-scheme: dark;`;

export const STYLE = `
:root { ${LIGHT} }
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { ${DARK} } }
:root[data-theme="dark"] { ${DARK} }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; -webkit-font-smoothing: antialiased; }
button, input, select { font: inherit; color: inherit; }
h1, p, dl, dd, figure { margin: 0; }
.muted { color: var(--muted); }
.wrap { max-width: 1680px; margin: 0 auto; padding: 0 28px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

.top { display: flex; flex-wrap: wrap; align-items: end; gap: 20px 48px; padding-top: 36px; padding-bottom: 24px; }
.top .title { flex: 1 1 320px; min-width: 0; }
.eyebrow { color: var(--muted); font-size: 13px; letter-spacing: .02em; }
h1 { font-size: 30px; line-height: 1.2; font-weight: 680; letter-spacing: -.02em; overflow-wrap: anywhere; }
.tiles { display: flex; flex-wrap: wrap; gap: 8px 36px; }
.tiles div { display: flex; flex-direction: column-reverse; }
.tiles dt { color: var(--muted); font-size: 13px; }
.tiles dd { font-size: 26px; font-weight: 640; letter-spacing: -.02em; font-variant-numeric: tabular-nums; line-height: 1.15; }
.button { border: 1px solid var(--line); background: var(--card); border-radius: 9px; padding: 6px 12px; cursor: pointer; line-height: 1.3; }
.button:hover:not(:disabled) { border-color: var(--muted); }
.button[aria-pressed="true"] { border-color: var(--accent); color: var(--accent); }
.button:disabled { opacity: .35; cursor: default; }

.run { margin-bottom: 18px; font-size: 14px; }
.run summary { cursor: pointer; color: var(--muted); width: fit-content; padding: 2px 0; }
.run summary:hover { color: var(--ink); }
.run dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 0 32px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 10px 18px; margin-top: 10px; }
.run dl div { display: flex; justify-content: space-between; gap: 16px; padding: 5px 0; border-bottom: 1px solid var(--line); min-width: 0; }
.run dt { color: var(--muted); white-space: nowrap; }
.run dd { overflow-wrap: anywhere; text-align: right; font-variant-numeric: tabular-nums; }
.problems { color: var(--ink); background: var(--card); border: 1px solid var(--line); border-left: 3px solid #e0533d; border-radius: 8px; padding: 10px 16px; margin-bottom: 18px; font-size: 14px; }

.filters { position: sticky; top: 0; z-index: 5; background: color-mix(in srgb, var(--page) 88%, transparent); backdrop-filter: blur(14px) saturate(1.4); border-bottom: 1px solid var(--line); }
.filters .wrap { display: flex; flex-wrap: wrap; align-items: end; gap: 12px 26px; padding-top: 14px; padding-bottom: 12px; }
.field { display: flex; flex-direction: column; gap: 4px; font-size: 13px; color: var(--muted); }
.field input, .field select { color: var(--ink); font-size: 14px; border: 1px solid var(--line); background: var(--card); border-radius: 9px; padding: 6px 10px; height: 34px; }
.field input { width: 150px; }
.range { width: 190px; font-size: 13px; }
.range-head { display: flex; justify-content: space-between; color: var(--muted); }
.range-head > * { white-space: nowrap; }
.range-label { color: var(--ink); font-variant-numeric: tabular-nums; }
.histogram { display: block; width: 100%; height: 22px; margin-top: 2px; }
.histogram rect { fill: var(--accent); opacity: .75; }
.histogram rect.out { fill: var(--muted); opacity: .25; }
.range-track { position: relative; height: 16px; margin-top: -1px; }
.range-track::before { content: ""; position: absolute; inset: 2px 0 auto; height: 2px; background: var(--line); border-radius: 2px; }
.thumb { position: absolute; inset: -6px -7px auto; width: calc(100% + 14px); margin: 0; height: 18px; background: none; pointer-events: none; appearance: none; -webkit-appearance: none; }
.thumb.above { z-index: 1; }
.thumb::-webkit-slider-runnable-track { background: none; }
.thumb::-moz-range-track { background: none; }
.thumb::-webkit-slider-thumb { -webkit-appearance: none; pointer-events: auto; width: 14px; height: 14px; border-radius: 50%; background: var(--card); border: 3px solid var(--accent); cursor: grab; }
.thumb::-moz-range-thumb { pointer-events: auto; width: 8px; height: 8px; border-radius: 50%; background: var(--card); border: 3px solid var(--accent); cursor: grab; }
.categories { flex: 1 1 100%; }
.chips { display: flex; flex-wrap: wrap; gap: 6px; max-height: 76px; overflow-y: auto; padding: 2px; }
.chip { display: inline-flex; align-items: center; gap: 7px; border: 1px solid var(--line); background: var(--card); border-radius: 99px; padding: 2px 11px 2px 8px; font-size: 13px; cursor: pointer; max-width: 260px; }
.chip span:nth-child(2) { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.chip:hover { border-color: var(--muted); }
.chip[aria-pressed="false"] { opacity: .45; text-decoration: line-through; }
.swatch { flex: none; width: 11px; height: 11px; border-radius: 3px; box-shadow: inset 0 0 0 1px #0003; }
.status { display: flex; align-items: center; gap: 14px; margin-left: auto; font-size: 14px; min-height: 34px; font-variant-numeric: tabular-nums; }

.gallery { display: flex; flex-wrap: wrap; gap: 14px; padding-top: 22px; padding-bottom: 60px; }
.gallery::after { content: ""; flex-grow: 1000000; }
.card { flex: var(--ratio) 1 calc(var(--ratio) * 250px); min-width: 0; max-width: 100%; background: var(--card); border-radius: 12px; overflow: hidden; box-shadow: var(--shade); cursor: zoom-in; transition: box-shadow .15s; content-visibility: auto; contain-intrinsic-size: auto calc(var(--ratio) * 250px) auto 290px; }
.card:hover { box-shadow: 0 0 0 2px var(--accent), var(--shade); }
.frame { position: relative; aspect-ratio: var(--ratio); background: var(--frame); overflow: hidden; }
.frame img, .frame .masks, #content img, #content svg { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
.card figcaption { display: flex; justify-content: space-between; gap: 12px; padding: 8px 13px 9px; font-size: 13px; }
.card .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; direction: rtl; text-align: left; unicode-bidi: plaintext; }
.card .count { color: var(--muted); white-space: nowrap; font-variant-numeric: tabular-nums; }
.problem { position: absolute; inset: 0; display: grid; place-content: center; text-align: center; padding: 20px; color: var(--muted); font-size: 13px; }
.nothing { padding: 80px 0 120px; text-align: center; color: var(--muted); }

.mask path { fill-opacity: .38; stroke-width: 1.6; vector-effect: non-scaling-stroke; stroke-linejoin: round; fill-rule: evenodd; transition: fill-opacity .12s, stroke-opacity .12s; }
.mask .point { display: none; fill: #fff; stroke: #000; stroke-width: 1.5; vector-effect: non-scaling-stroke; pointer-events: none; }
.masks.one .mask:not(.on) path { fill-opacity: .04; stroke-opacity: .14; }
.masks .mask.on path { fill-opacity: .55; stroke-width: 3; }
.masks .mask.on .point { display: block; }
.frame:has(svg) canvas { visibility: hidden; }
.bare svg { opacity: 0; }

.tooltip { position: fixed; left: 0; top: 0; z-index: 20; pointer-events: none; background: var(--card); color: var(--ink); border-radius: 11px; padding: 10px 14px 11px; box-shadow: 0 0 0 1px var(--line), 0 12px 40px #0005; font-size: 13px; max-width: 340px; }
.facts-title { display: flex; align-items: center; gap: 8px; margin-bottom: 5px; overflow-wrap: anywhere; }
.facts-title b { font-weight: 620; }
.facts { display: grid; grid-template-columns: auto 1fr; gap: 1px 16px; font-variant-numeric: tabular-nums; }
.facts dt { color: var(--muted); }
.facts dd { text-align: right; }

#viewer { width: 100vw; height: 100dvh; max-width: none; max-height: none; margin: 0; padding: 0; border: 0; background: var(--page); color: var(--ink); }
#viewer[open] { display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr) 330px; }
.bar { grid-column: 1 / -1; display: flex; align-items: center; gap: 8px; padding: 10px 16px; border-bottom: 1px solid var(--line); min-width: 0; }
.bar .who { flex: 1; min-width: 0; display: flex; align-items: baseline; gap: 12px; }
.bar .who b { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 620; }
.bar .who span { white-space: nowrap; font-size: 13px; }
.bar .level { min-width: 4.2em; text-align: center; font-variant-numeric: tabular-nums; }
.bar .space { width: 10px; }
#stage { position: relative; overflow: hidden; outline: none; background: var(--frame); touch-action: none; cursor: grab; }
#stage:active { cursor: grabbing; }
#content { position: absolute; inset: 0; transform-origin: 0 0; }
.side { display: flex; flex-direction: column; min-height: 0; border-left: 1px solid var(--line); background: var(--card); }
.side .about { padding: 14px 16px; border-bottom: 1px solid var(--line); font-size: 13px; min-height: 168px; }
.hint { color: var(--muted); }
#list { overflow-y: auto; padding: 6px; flex: 1; }
.row { display: grid; grid-template-columns: auto minmax(0, auto) 1fr 4.2em 3em; align-items: center; gap: 8px; width: 100%; border: 0; background: none; text-align: left; padding: 5px 10px; border-radius: 7px; font-size: 13px; cursor: pointer; font-variant-numeric: tabular-nums; content-visibility: auto; contain-intrinsic-size: auto 29px; }
.row.on { background: color-mix(in srgb, var(--accent) 16%, transparent); }
.row-name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row-share, .row-score { text-align: right; }
.row-share { color: var(--muted); }
@media (max-width: 760px) {
  .wrap { padding-left: 16px; padding-right: 16px; }
  .filters { position: static; }
  .status { margin-left: 0; }
  #viewer[open] { grid-template: auto minmax(0, 1fr) minmax(0, 40dvh) / 1fr; }
  .side { border-left: 0; border-top: 1px solid var(--line); }
  .side .about { min-height: 0; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;
