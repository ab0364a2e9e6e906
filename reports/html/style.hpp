// How pages look: one column, light and dark, on screens from 400 pixels and on paper.
#pragma once

namespace tailbound::reports::html {

inline constexpr const char* style = R"css(
:root {
  --paper: #fbfaf8; --ink: #1d2026; --soft: #5d6470; --line: #d9d8d3; --card: #ffffff; --code: #f3f2ee;
  --bad: #a3211b; --bad-bg: #fbeae7; --good: #1c6b43; --good-bg: #e6f3ea; --mark: #f7edc8;
  --mono: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  --sans: system-ui, "Segoe UI", "Helvetica Neue", "DejaVu Sans", Arial, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181c; --ink: #e6e4df; --soft: #a0a5ae; --line: #363a42; --card: #1e2126; --code: #23262c;
    --bad: #ff9a8f; --bad-bg: #3a211f; --good: #86d3a4; --good-bg: #1c3126; --mark: #423a1d;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans); }
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 64px; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: .2em 0 .35em; letter-spacing: -.01em; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .6em; }
h3 { font-size: 1rem; margin: 1.4em 0 .4em; }
p { margin: 0 0 .9em; max-width: 68ch; }
a { color: inherit; }
section { margin-top: 40px; padding-top: 22px; border-top: 1px solid var(--line); }
code, pre, .mono { font-family: var(--mono); font-size: .86em; }
pre { background: var(--code); border-radius: 6px; padding: 12px 14px; margin: 0 0 1em; overflow-x: auto; line-height: 1.45; }
code { background: var(--code); border-radius: 4px; padding: .1em .3em; overflow-wrap: anywhere; }
pre code { background: none; padding: 0; overflow-wrap: normal; }
.kicker { color: var(--bad); font-weight: 600; margin: 0; letter-spacing: .02em; }
.kicker.ok { color: var(--good); }
.lead { font-size: 1.08rem; }
.soft { color: var(--soft); }
.note { color: var(--soft); font-size: .9rem; }
.bad { color: var(--bad); font-weight: 600; }
.good { color: var(--good); font-weight: 600; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .25em 1.2em; margin: 1.1em 0 0; }
dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: 0 0 1em; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3em .9em .3em 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--soft); font-size: .85rem; }
td.number, th.number { text-align: right; padding-right: 1.4em; }
tr.differs td { background: var(--bad-bg); }
table.trace td { padding: .22em .8em; border-bottom: 0; } table.trace th { padding: .3em .8em; }
table.trace tr.return td { color: var(--soft); font-size: .88rem; padding-top: .1em; padding-bottom: .35em; }
table.trace tr.restores td.observed { background: var(--bad-bg); color: var(--bad); font-weight: 600; }
table.trace tr.restores td.expected { background: var(--good-bg); color: var(--good); font-weight: 600; }
table.trace tr.parts td { background: var(--mark); font-weight: 600; }
.stacks { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 22px 26px; margin: 1.2em 0 1em; }
.stacks figure { margin: 0; min-width: 0; }
figcaption { font-size: .92rem; margin: 0 0 .6em; line-height: 1.4; } figcaption b { display: block; }
figure.picture { margin: 0 0 1em; }
.drawing { background: #fff; border: 1px solid var(--line); border-radius: 6px; padding: 10px; overflow-x: auto; }
.drawing svg { display: block; max-width: 100%; min-width: 420px; height: auto; margin: 0 auto; }
svg.stack, svg.plot { display: block; width: 100%; height: auto; }
svg text { font-family: var(--sans); }
svg.stack text, svg.plot text { fill: var(--ink); } svg .m { font-family: var(--mono); }
svg.stack .frame { fill: var(--card); stroke: var(--line); } svg.stack .head { fill: var(--code); }
svg.stack text.s, svg.plot text.s { fill: var(--soft); }
svg .wrong { fill: var(--bad-bg); } svg .right { fill: var(--good-bg); }
svg text.wrongtext, svg.plot text.wrongtext { fill: var(--bad); } svg text.righttext, svg.plot text.righttext { fill: var(--good); }
svg .arrow { fill: none; stroke: var(--good); stroke-width: 1.6; } svg .arrowhead { fill: var(--good); }
svg .copy { fill: none; stroke: var(--bad); stroke-width: 1.6; } svg .copyhead { fill: var(--bad); }
svg.plot .axis { stroke: var(--line); fill: none; } svg.plot .seen { stroke: var(--bad); fill: none; stroke-width: 1.8; }
svg.plot .sound { stroke: var(--good); fill: none; stroke-width: 1.8; stroke-dasharray: 5 3; }
svg.plot .bound { stroke: var(--soft); stroke-dasharray: 2 3; fill: none; } svg.plot .parting { stroke: var(--soft); }
.narrow { display: none !important; }
table.code td { border-bottom: 0; padding: .05em .9em .05em 0; white-space: nowrap; font-family: var(--mono); font-size: .8rem; }
table.code td.step { font-family: var(--sans); color: var(--soft); }
table.code tr.first td { padding-top: .5em; } table.code tr.count td { background: var(--mark); }
table.code tr.bpf td { color: var(--soft); padding-top: .7em; } table.code tr.left td { color: var(--soft); font-style: italic; }
table.code tr.name td { font-weight: 600; padding-top: 1.2em; font-size: .86rem; }
details { margin: 0 0 1em; } summary { cursor: pointer; color: var(--soft); }
ul.findings { list-style: none; padding: 0; margin: 0; } ul.findings li { padding: 14px 0; border-bottom: 1px solid var(--line); }
ul.findings .verdict { font-weight: 600; } ul.findings .meta { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
.outcomes { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 22px 34px; align-items: start; }
table.outcome { width: 100%; } table.outcome td { padding: .16em .6em .16em 0; border-bottom: 0; white-space: nowrap; }
table.outcome td.bar { width: 40%; padding-right: 0; } td.bar span { display: block; height: .7em; margin-top: .45em; background: var(--soft); border-radius: 2px; }
footer { margin-top: 48px; color: var(--soft); font-size: .85rem; }
@media (max-width: 760px) {
  main { padding: 18px 14px 48px; } h1 { font-size: 1.4rem; } .stacks { grid-template-columns: minmax(0, 1fr); }
  .narrow { display: block !important; } .broad { display: none !important; }
  dl.facts { grid-template-columns: 1fr; gap: 0; } dl.facts dd { margin-bottom: .5em; }
  table.trace td, table.trace th { padding-left: .4em; padding-right: .4em; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --card: #fff; --code: #f4f4f4; --bad: #8a1c16; --good: #14532d;
    --bad-bg: #f8e6e3; --good-bg: #e3f1e7; --mark: #f5ecca; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
  section { break-inside: auto; margin-top: 20pt; } figure, tr, h2, h3 { break-inside: avoid; } h2, h3 { break-after: avoid; }
  pre { white-space: pre-wrap; } details { display: none; }
}
)css";

}  // namespace tailbound::reports::html
