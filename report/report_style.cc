#include "report/report_style.h"

namespace attest {
namespace {

constexpr Literal kStyle{R"css(
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --ink: #15181d; --quiet: #545b66; --rule: #d9dce1; --wash: #f3f4f5;
  --good: #17643a; --bad: #ab1220; --careful: #7d4b00; --open: #3c4a96;
  --bad-wash: #fdf0ef; --careful-wash: #fcf5e6; --open-wash: #f0f2fb; --good-wash: #eef7f1;
  --serif: Charter, "Bitstream Charter", "Iowan Old Style", "Source Serif 4", Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", "Noto Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121417; --ink: #e8eaed; --quiet: #a5adb8; --rule: #343a42; --wash: #1b1f24;
    --good: #74d39c; --bad: #ff9488; --careful: #f0bd62; --open: #a9b7ff;
    --bad-wash: #2a1a1a; --careful-wash: #292214; --open-wash: #1b2036; --good-wash: #15251c;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 var(--sans); overflow-wrap: anywhere; }
main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 2rem; }
h1, h2, h3, p, ul, ol, dl, dd, table, figure { margin: 0; padding: 0; }
ul, ol { list-style: none; }
a { color: inherit; text-decoration-color: var(--quiet); text-underline-offset: .2em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--open); outline-offset: 2px; border-radius: 2px; }
bdi { unicode-bidi: isolate; }
code, .mono { font-family: var(--mono); font-size: .875em; font-variant-ligatures: none; }
.quiet { color: var(--quiet); }
.nowrap { white-space: nowrap; overflow-wrap: normal; }
.is-pass { --tone: var(--good); --tone-wash: var(--good-wash); }
.is-fail { --tone: var(--bad); --tone-wash: var(--bad-wash); }
.is-warn { --tone: var(--careful); --tone-wash: var(--careful-wash); }
.is-unknown { --tone: var(--open); --tone-wash: var(--open-wash); }
.is-blocked, .is-skipped { --tone: var(--quiet); --tone-wash: var(--wash); }
section { margin-top: 3rem; }
h2 { font: 600 1.375rem/1.25 var(--serif); margin-bottom: 1rem; }
.lead { color: var(--quiet); max-width: 44rem; margin: -.5rem 0 1rem; }

/* The decision. */
.eyebrow { color: var(--quiet); font-size: .875rem; display: flex; flex-wrap: wrap; gap: 0 1.5rem; padding-bottom: .75rem; border-bottom: 1px solid var(--rule); }
.decision h1 { margin-top: 1.75rem; font-weight: 400; }
.word { display: flex; align-items: center; gap: .35em; color: var(--tone); font: 700 clamp(2.75rem, 9vw, 4.5rem)/1 var(--serif); letter-spacing: -.02em; }
.word svg { width: .72em; height: .72em; flex: none; }
.who { margin-top: .75rem; font: 600 1.25rem/1.35 var(--sans); display: -webkit-box; -webkit-line-clamp: 6; -webkit-box-orient: vertical; overflow: hidden; }
.ids { font-family: var(--mono); font-size: .9375rem; color: var(--quiet); }
.todo { margin-top: 1.75rem; padding: 1.1rem 1.25rem 1.2rem; background: var(--tone-wash); border-left: 5px solid var(--tone); }
.todo .fault { font: 400 1.1875rem/1.45 var(--serif); max-width: 46rem; }
.todo .do { margin-top: .75rem; max-width: 46rem; }
.todo .do span { display: block; }
.todo .do b { display: block; font-size: .75rem; letter-spacing: .08em; text-transform: uppercase; color: var(--tone); }
.todo .by { margin-top: .75rem; font-size: .875rem; color: var(--quiet); }
.first-capital::first-letter { text-transform: uppercase; }
.tally { display: flex; flex-wrap: wrap; gap: .35rem 1.75rem; margin-top: 1.25rem; font-size: .9375rem; color: var(--quiet); }
.tally b { color: var(--tone); font-variant-numeric: tabular-nums; font-size: 1.125rem; }

/* The chain. */
.chain { display: grid; }
.of-chain { font: 600 1.0625rem/1.4 var(--sans); margin: 1.5rem 0 .6rem; }
.of-chain b, .chains b { color: var(--tone); }
.chains { margin-top: 1rem; max-width: 46rem; }
.box { border: 1px solid var(--rule); border-left: 4px solid var(--tone); background: var(--paper); padding: .7rem .9rem .75rem; min-width: 0; }
.box.is-fail { border: 2px solid var(--tone); border-left-width: 6px; background: var(--tone-wash); }
.box.is-warn, .box.is-unknown { background: var(--tone-wash); }
.box.is-absent { border: 1px dashed var(--quiet); }
.box .name { display: flex; flex-wrap: wrap; gap: 0 .6rem; align-items: baseline; }
.box .name b { font: 700 1.0625rem/1.3 var(--serif); }
.box .name span { font-size: .8125rem; color: var(--quiet); }
.box .ids { color: var(--ink); font-weight: 600; margin-top: .2rem; }
.box .text, .box .detail { font-size: .875rem; }
.box .detail { color: var(--quiet); }
.state { margin-top: .35rem; font-size: .875rem; }
.state b, .tie b { color: var(--tone); }
.tie { display: grid; grid-template-columns: 2rem 1fr; gap: 0 .6rem; margin-left: 1.1rem; font-size: .875rem; min-height: 4.25rem; color: var(--quiet); }
.wire { display: flex; flex-direction: column; align-items: center; color: var(--tone); }
.wire i { flex: 1; min-height: .6rem; border-left: 2px solid currentColor; }
.is-unknown > .wire i, .is-blocked > .wire i, .is-skipped > .wire i { border-left-style: dashed; }
.is-fail > .wire i { border-left-width: 3px; }
.wire svg { display: block; width: 1.75rem; height: 1.75rem; flex: none; }
.wire svg.broken { width: 2.5rem; height: 4rem; }
.tie.is-fail { min-height: 6rem; color: var(--ink); }
.tie .what { align-self: center; padding: .3rem 0; }
@media (min-width: 48rem) {
  .chain { grid-template: "ledger ledger ledger" auto "approves . certifies" auto "paa . certifies" auto "issued-pai . certifies" auto "pai . certifies" auto "issued-dac . certifies" auto
           "dac covers cd" auto "proves . describes" auto "device device device" auto "onboards . ." auto "label label label" auto / minmax(0, 1fr) 9.5rem minmax(0, 1fr); }
  .at-ledger { grid-area: ledger; } .at-approves { grid-area: approves; } .at-certifies { grid-area: certifies; } .at-paa { grid-area: paa; }
  .at-issued-pai { grid-area: issued-pai; } .at-pai { grid-area: pai; } .at-issued-dac { grid-area: issued-dac; } .at-dac { grid-area: dac; }
  .at-covers { grid-area: covers; } .at-cd { grid-area: cd; } .at-proves { grid-area: proves; } .at-describes { grid-area: describes; }
  .at-device { grid-area: device; } .at-onboards { grid-area: onboards; } .at-label { grid-area: label; }
  .at-covers { display: flex; flex-direction: column; justify-content: center; margin: 0; text-align: center; }
  .at-covers .wire { flex-direction: row; width: 100%; }
  .at-covers .wire i { min-height: 0; border-left: 0; border-top: 2px solid currentColor; }
  .at-covers.is-unknown > .wire i, .at-covers.is-blocked > .wire i, .at-covers.is-skipped > .wire i { border-top-style: dashed; }
  .at-covers.is-fail > .wire i { border-top-width: 3px; }
  .at-covers .wire svg.broken { transform: rotate(-90deg); margin: -.75rem .75rem; }
  .at-covers .what { align-self: auto; padding: 0 .5rem; }
}

/* Tables. */
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
th { text-align: left; font-size: .8125rem; font-weight: 600; color: var(--quiet); border-bottom: 2px solid var(--ink); padding: .35rem .75rem .35rem 0; }
td, tbody th { padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
tbody th { color: var(--ink); font-size: .9375rem; }
tbody th small { display: block; font-weight: 400; color: var(--quiet); font-size: .8125rem; }
td.id { font-family: var(--mono); font-size: .875rem; min-width: 5.5rem; }
td.odd { color: var(--bad); font-weight: 700; background: var(--bad-wash); padding-left: .5rem; }
td.odd small { display: block; font: 600 .75rem/1.4 var(--sans); }
td.id .quiet { font-family: var(--sans); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }

/* The checks. */
details > summary { cursor: pointer; }
.group { border-top: 1px solid var(--rule); }
.group:last-child { border-bottom: 1px solid var(--rule); }
.group > summary { padding: .7rem 0; display: grid; grid-template-columns: 1.1rem 1fr; gap: 0 .4rem; align-items: baseline; list-style: none; }
.group > summary::-webkit-details-marker, .check > summary::-webkit-details-marker { display: none; }
.group > summary::before { content: "+"; content: "+" / ""; font-family: var(--mono); color: var(--quiet); }
.group[open] > summary::before { content: "\2013"; content: "\2013" / ""; }
.group h3 { font: 600 1rem/1.4 var(--sans); display: flex; flex-wrap: wrap; gap: 0 .75rem; align-items: baseline; }
.group h3 small { font-weight: 400; font-size: .875rem; color: var(--quiet); }
.group h3 small b { color: var(--tone); }
.group > .inside { padding: 0 0 1rem 1.5rem; }
.check { border: 1px solid var(--tone); border-left-width: 5px; background: var(--tone-wash); margin-bottom: .75rem; }
.check > summary { padding: .6rem .9rem; list-style: none; display: grid; grid-template-columns: auto 1fr; gap: 0 .6rem; }
.check > summary .title { grid-column: 2; color: var(--quiet); font-size: .9375rem; }
.check .body { padding: 0 .9rem .9rem; }
.check .message { font: 400 1.0625rem/1.45 var(--serif); margin-bottom: .6rem; }
.tag { font-size: .75rem; font-weight: 700; line-height: 1.5rem; color: var(--tone); border: 1px solid currentColor; padding: 0 .45rem; border-radius: 2px; min-width: 4.25rem; text-align: center; height: 1.6rem; }
.facts { display: grid; grid-template-columns: minmax(5rem, max-content) 1fr; gap: .3rem 1rem; font-size: .9375rem; }
.facts dt { color: var(--quiet); font-size: .875rem; }
.facts dd { min-width: 0; }
.rows li { display: grid; grid-template-columns: 4.6rem minmax(0, 2fr) minmax(0, 3fr); gap: 0 .75rem; padding: .28rem 0; border-top: 1px dotted var(--rule); font-size: .875rem; }
.rows li:first-child { border-top: 0; }
.rows .status { color: var(--tone); font-weight: 600; }
.rows p { color: var(--quiet); }
@media (max-width: 40rem) {
  .rows li { grid-template-columns: 4.6rem 1fr; }
  .rows li p { grid-column: 2; }
  .group > .inside { padding-left: 0; }
}
li:target, details:target, p:target { outline: 3px solid var(--open); outline-offset: 2px; }

/* Evidence and conditions. */
.files li { padding: .6rem 0; border-top: 1px solid var(--rule); }
.files li:first-child { border-top: 0; padding-top: 0; }
.files .path { font-weight: 600; }
.files .hash { font-family: var(--mono); font-size: .8125rem; color: var(--quiet); }
.sign { display: none; }
footer { margin-top: 3rem; padding-top: 1rem; padding-bottom: 2.5rem; color: var(--quiet); font-size: .8125rem; }

/* Lots. */
.chart { width: 100%; height: 2.25rem; display: block; }
.chart g, .bar g { color: var(--tone); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.75rem; margin-top: .75rem; }
.legend b, .cause b { color: var(--tone); font-variant-numeric: tabular-nums; }
.legend svg { width: 1rem; height: 1rem; vertical-align: -.15em; color: var(--tone); }
.bars > li { padding: .85rem 0; border-top: 1px solid var(--rule); }
.bars > li:first-child { border-top: 0; padding-top: 0; }
.bars .bar { width: 100%; height: .5rem; display: block; margin: .3rem 0 .35rem; }
.remedy { font-size: .9375rem; }
.links { font-size: .875rem; color: var(--quiet); }
.links p { columns: 12rem; column-gap: 1.5rem; padding: .5rem 0; }
.links a { display: block; color: var(--ink); break-inside: avoid; }
.device { border-top: 1px dotted var(--rule); padding: .3rem 0; font-size: .9375rem; content-visibility: auto; contain-intrinsic-size: auto 2.1rem; }
.device:first-child { border-top: 0; }
.device b { display: inline-block; min-width: 5.5rem; color: var(--tone); font-weight: 600; }
.device a { font-family: var(--mono); font-size: .875em; }
.device > p { padding: .3rem 0 .5rem; }
.group h3.is-fail, .group h3.is-pass, .group h3.is-unknown { color: var(--tone); }

@page { size: A4; margin: 16mm 15mm 18mm; }
.paper { display: none; }
.waits > summary { cursor: pointer; padding: .3rem 0; }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --quiet: #454b54; --rule: #b9bec6; --wash: #f3f4f5;
          --good: #17643a; --bad: #ab1220; --careful: #7d4b00; --open: #3c4a96;
          --bad-wash: #fdf0ef; --careful-wash: #fcf5e6; --open-wash: #f0f2fb; --good-wash: #eef7f1; }
  html { font-size: 9.5pt; }
  body { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  main { padding-top: 0; }
  section { margin-top: 6mm; }
  h2, .group > summary { break-after: avoid; }
  .box, .check, .files li, tr, .todo, .sign { break-inside: avoid; }
  .chain { break-inside: avoid; }
  .lead { display: none; }
  .tie { min-height: 2.1rem; }
  .tie.is-fail { min-height: 3.6rem; }
  .wire svg { width: 1.2rem; height: 1.2rem; }
  .wire svg.broken { width: 2rem; height: 3rem; }
  .box { padding: .2rem .7rem .25rem; }
  .decision h1 { margin-top: 1rem; }
  .todo { margin-top: 1rem; padding: .7rem 1rem; }
  .paper { display: block; break-inside: avoid; margin-top: 4mm; }
  .paper h2 { font-size: 10.5pt; }
  .paper ul { margin: 1mm 0; padding-left: 4mm; }
  .paper li, .paper p { font-size: 8.5pt; margin: .6mm 0; overflow-wrap: anywhere; }
  .paper + section { break-before: page; margin-top: 0; }
  section:has(> .chain) { display: none; }
  section { margin-top: 4mm; }
  h2 { font-size: 10.5pt; margin-bottom: 1mm; }
  th, td { padding: .5mm 0; font-size: 8.5pt; }
  th small { display: inline; margin-left: 2mm; }
  .paper ~ section:has(> .group) { columns: 2; }
  .paper ~ section:has(> .group) > h2 { column-span: all; }
  .files li { padding: .5mm 0; font-size: 8.5pt; }
  .files p { display: inline; margin: 0 2mm 0 0; font-size: 8pt; }
  .files .hash { display: block; font-size: 7pt; }
  section > .facts { display: grid; grid-template-columns: max-content 1fr max-content 1fr; gap: .5mm 3mm; font-size: 8pt; }
  .paper ~ section > .group > .inside { display: none; }
  .group { margin: 0; padding: 0; border: 0; }
  .group > summary { padding: .4mm 0; }
  .group.is-idle { display: none; }
  .group h3 { font-size: 8.5pt; margin: 0; }
  .group > summary::before { content: ""; }
  .rows li { padding: .1rem 0; break-inside: avoid; font-size: 8.5pt; }
  .rows li.is-skipped { display: none; }
  .links { display: none; }
  .sign { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 8mm; margin-top: 12mm; }
  .sign p { border-top: 1px solid #000; padding-top: 1mm; font-size: 8.5pt; }
  a { text-decoration: none; }
}
)css"};

}  // namespace

Literal report_style() {
  return kStyle;
}

}  // namespace attest
