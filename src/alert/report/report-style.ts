/** The page's only style sheet: light and dark by the reader's choice, and fit to print. */
export const reportStyle = `
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --ink: #16202c; --soft: #5b6878; --line: #d9dfe7;
  --low: #6b7a8d; --medium: #b7791f; --high: #c2410c; --critical: #a3123f; --calm: #8fa1b5; --mark: #1f5fbf; --code: #eef1f5; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f141b; --card: #171e28; --ink: #e6ebf2; --soft: #98a6b8;
  --line: #2b3644; --low: #8696a9; --medium: #e0a83c; --high: #f0814a; --critical: #f2638e; --calm: #5d6f85;
  --mark: #77a9f5; --code: #202938; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 0; line-height: 1.35; }
h3 { font-size: 13px; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); margin: 26px 0 8px; }
p { margin: 4px 0; } .soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 20px 22px; margin: 18px 0;
  overflow-wrap: anywhere; }
.head { display: flex; gap: 14px; align-items: flex-start; }
.badge { flex: none; display: inline-block; white-space: nowrap; min-width: 84px; text-align: center; border-radius: 6px; padding: 3px 10px; font-weight: 650;
  font-size: 13px; color: #fff; background: var(--low); }
.badge.medium { background: #b7791f; } .badge.high { background: #c2410c; } .badge.critical { background: #a3123f; }
.badge.low { background: #5f6e80; }
.facts { display: flex; flex-wrap: wrap; gap: 6px 26px; margin: 12px 0 0; padding: 0; }
.facts div { min-width: 110px; } .facts dt { font-size: 12px; color: var(--soft); } .facts dd { margin: 0; font-weight: 600; }
.tags { display: flex; flex-wrap: wrap; gap: 6px; margin: 8px 0 0; padding: 0; list-style: none; }
.tags li { border: 1px solid var(--line); border-radius: 20px; padding: 1px 11px; font-size: 13px; }
code, .mono { font: 12.5px/1.45 ui-monospace, "Cascadia Mono", Consolas, monospace; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; font-size: 12px; color: var(--soft); font-weight: 600; }
th, td { padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { white-space: nowrap; } td.account { min-width: 150px; }
td.num { white-space: nowrap; font-variant-numeric: tabular-nums; } td code { word-break: break-all; }
.drawing { overflow-x: auto; } svg { display: block; max-width: none; } .chart svg { width: 100%; height: auto; }
svg text { fill: var(--ink); font: 12px ui-monospace, "Cascadia Mono", Consolas, monospace; }
svg .soft { fill: var(--soft); } svg .axis { font: 11px system-ui, sans-serif; fill: var(--soft); }
svg .link { stroke: var(--line); stroke-width: 1.5; fill: none; } svg .grid { stroke: var(--line); stroke-width: 1; }
svg .cut { stroke: var(--high); stroke-dasharray: 4 4; stroke-width: 1; }
.dot { fill: var(--calm); } .dot.flagged { fill: var(--high); } .dot.severe { fill: var(--critical); }
.dot.known { fill: var(--card); stroke: var(--calm); stroke-width: 1.5; }
.tick { stroke: var(--mark); stroke-width: 2; }
.legend { font-size: 12px; color: var(--soft); } details summary { cursor: pointer; color: var(--mark); margin: 8px 0; }
ul.plain { margin: 6px 0; padding-left: 20px; }
@media print { :root { color-scheme: light; --bg: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; }
  main { max-width: none; padding: 0; } .card { break-inside: auto; border: 0; border-top: 2px solid #000; border-radius: 0; }
  .badge { color: #000; background: none !important; border: 1px solid #000; } tr, svg { break-inside: avoid; }
  .drawing { overflow: visible; } svg { max-width: 100%; height: auto; } }
`;
