// SPDX-License-Identifier: MIT
#include "report/html_report.h"

namespace screenalytics {

// NOLINTNEXTLINE(readability-function-size): one text
std::string_view report_style() {
  return R"css(
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#17202b;--soft:#566270;--line:#d5dae1;--band:#e8ebf0;--accent:#1d5fbf;
--c0:#1d5fbf;--c1:#b3470b;--c2:#1b7a43;--c3:#8a3ab0;--c4:#a8234d;--c5:#0b7480;--cu:#707b87;--mean:#1d5fbf;--most:#a9c6ee;--cap:#b3261e;--rgb:29,95,191}
@media(prefers-color-scheme:dark){:root{--bg:#12161b;--card:#1b2129;--ink:#e6ebf1;--soft:#a3afbd;--line:#343d49;--band:#252d37;--accent:#8ab8ff;
--c0:#7fb0ff;--c1:#ff9d63;--c2:#66d495;--c3:#d29bf2;--c4:#ff8fae;--c5:#5fd3df;--cu:#98a3b0;--mean:#7fb0ff;--most:#35527c;--cap:#ff8a80;--rgb:127,176,255}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;max-width:82rem;padding:0 1.25rem 3rem;background:var(--bg);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:1.75rem;line-height:1.2;margin:1.5rem 0 .25rem;overflow-wrap:anywhere}
h1 small{color:var(--soft);font-weight:400}
h2{font-size:1.3rem;margin:0 0 .5rem}
h3{font-size:1.05rem;margin:1.25rem 0 .5rem}
h4{font-size:1rem;margin:.75rem 0 .25rem}
p{margin:.25rem 0 .75rem;max-width:70ch}
small{font-size:.8rem}
a{color:var(--accent)}
bdi{overflow-wrap:anywhere}
section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1.1rem 1.25rem;margin:1rem 0;scroll-margin-top:3rem}
.skip{position:absolute;left:-99rem;top:0;background:var(--card);padding:.6rem 1rem;z-index:3}
.skip:focus{left:.5rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
main:focus{outline:0}
nav{position:sticky;top:0;background:var(--bg);z-index:2;border-bottom:1px solid var(--line)}
nav ul{display:flex;gap:.25rem 1.1rem;overflow-x:auto;list-style:none;margin:0;padding:.6rem .2rem}
nav li{white-space:nowrap}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:1rem 0;padding:0;list-style:none}
.figures li{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.6rem .9rem;color:var(--soft);font-size:.85rem}
.figures b{display:block;font-size:1.2rem;font-weight:650;color:var(--ink)}
.scroll{overflow-x:auto;max-width:100%;position:relative}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:start;white-space:nowrap;font-weight:600;padding:.25rem 0 .5rem}
th,td{padding:.35rem .6rem;text-align:end;border-bottom:1px solid var(--line);white-space:nowrap;font-weight:400}
th[scope=row],.text{text-align:start}
thead th{font-weight:600;font-size:.875rem;vertical-align:bottom}
.people,.plain,.facts{width:100%}
.people thead th:first-child{text-align:start}
.people b{font-weight:650}
.people button{font:inherit;color:inherit;background:none;border:0;padding:.2rem 0;cursor:pointer;text-decoration:underline dotted;text-underline-offset:3px}
[aria-sort] button{color:var(--accent);text-decoration-style:solid}
[aria-sort=descending] button::after{content:" ▼";font-size:.7em}
[aria-sort=ascending] button::after{content:" ▲";font-size:.7em}
.who{display:flex;align-items:center;gap:.75rem;min-width:13rem;white-space:normal;font-weight:600}
.who small{display:block;color:var(--soft);font-weight:400}
.who strong{color:var(--cap)}
.face{width:64px;height:64px;border-radius:.5rem;object-fit:cover;flex:none;background:var(--band)}
.face.none{display:grid;place-items:center;color:var(--soft);font-size:1.5rem}
.bar{display:inline-block;width:4.5rem;height:.55rem;margin-inline-end:.5rem;background:var(--band);border-radius:.2rem;vertical-align:middle}
.bar rect{fill:var(--accent)}
.note{color:var(--soft);font-size:.9rem;min-height:1.4em}
.tl{display:grid;grid-template-columns:minmax(5.5rem,11rem) minmax(0,1fr);border:1px solid var(--line);border-radius:.4rem;overflow:hidden}
.names{list-style:none;margin:0;padding:24px 0 0;border-inline-end:1px solid var(--line);font-size:.85rem}
.names li{height:28px;line-height:28px;padding:0 .5rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.timeline{display:block;min-width:100%}
.shots{fill:var(--band)}
.hue0{fill:var(--c0)}.hue1{fill:var(--c1)}.hue2{fill:var(--c2)}.hue3{fill:var(--c3)}.hue4{fill:var(--c4)}.hue5{fill:var(--c5)}.unknown{fill:var(--cu)}
.timeline rect:hover,.timeline rect.on{fill:var(--ink)}
.axis text{fill:var(--soft);font-size:12px}
.axis line{stroke:var(--soft);stroke-opacity:.3}
.times{columns:14rem;font-variant-numeric:tabular-nums;font-size:.9rem;margin:.5rem 0}
details{border-top:1px solid var(--line);padding:.35rem 0}
summary{cursor:pointer;padding:.3rem 0}
.matrix{border-collapse:separate;border-spacing:2px}
.matrix th,.matrix td{border:0;padding:.3rem .5rem}
.matrix td{min-width:3rem;border-radius:.25rem}
.matrix th[scope=row]{position:sticky;left:0;background:var(--card);max-width:12rem;overflow:hidden;text-overflow:ellipsis}
.matrix abbr{text-decoration:none}
.self{background:var(--band);color:var(--soft)}
.h0{color:var(--soft)}
.h1{background:rgba(var(--rgb),.06)}.h2{background:rgba(var(--rgb),.1)}.h3{background:rgba(var(--rgb),.14)}
.h4{background:rgba(var(--rgb),.18)}.h5{background:rgba(var(--rgb),.22)}.h6{background:rgba(var(--rgb),.26)}
.h7{background:rgba(var(--rgb),.3)}.h8{background:rgba(var(--rgb),.34)}.h9{background:rgba(var(--rgb),.38)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:1rem 2rem}
.bars{width:100%}
.bars th,.bars td{border:0;padding:.15rem .4rem .15rem 0}
.bars caption{white-space:normal}
.bars .wide{width:60%}
.bars .bar{width:100%;margin:0}
.bars th{font-size:.9rem}
.cpu{display:block;margin:.5rem 0}
.most{fill:var(--most)}.mean{fill:var(--mean)}
line.cap{stroke:var(--cap);stroke-width:2;stroke-dasharray:7 4}
text.cap{fill:var(--cap);font-size:12px;font-weight:600}
.key{color:var(--soft);font-size:.9rem}
.swatch{display:inline-block;width:1rem;height:.7rem;margin-inline-start:.5rem}
.swatch.mean{background:var(--mean)}.swatch.most{background:var(--most)}
.facts td{text-align:start;white-space:normal;overflow-wrap:anywhere}
.facts th{width:16rem;color:var(--soft)}
.warnings{margin:.25rem 0;padding-inline-start:1.2rem}
.warnings li{margin:.3rem 0;overflow-wrap:anywhere}
.model{border-top:1px solid var(--line)}
.model small{color:var(--soft);font-weight:400}
.model dl{display:grid;grid-template-columns:6rem minmax(0,1fr);gap:.15rem .75rem;margin:0 0 .75rem}
.model dt{color:var(--soft)}
.model dd{margin:0;overflow-wrap:anywhere}
.sum{font-family:ui-monospace,monospace;font-size:.8rem}
footer{color:var(--soft);font-size:.9rem;margin-top:1.5rem}
@media(max-width:76rem){.people .bar{width:1.5rem}.people th,.people td{padding-inline:.35rem}.people th button{font-size:.8rem}}
@media(max-width:44rem){
body{padding:0 .75rem 2rem}
section{padding:.9rem .8rem}
.figures{grid-template-columns:repeat(2,1fr);gap:.5rem}
.people,.people tbody{display:block}
.people thead,.people caption{display:block}
.people thead tr{display:flex;flex-wrap:wrap;gap:.2rem .9rem;padding-bottom:.5rem}
.people thead tr::before{content:"Sort by";color:var(--soft)}
.people:not(.sortable) thead{display:none}
.people thead th{padding:0;border:0}
.people tbody tr{display:grid;grid-template-columns:1fr 1fr;gap:.1rem 1rem;padding:.8rem 0;border-top:1px solid var(--line)}
.people tbody th{grid-column:1/-1;padding:0 0 .4rem;border:0}
.people tbody td{border:0;padding:0;display:flex;justify-content:space-between;gap:.4rem;white-space:normal}
.people tbody td::before{white-space:nowrap;content:attr(data-l);color:var(--soft)}
.people .bar{display:none}
.facts th{width:auto;white-space:normal;overflow-wrap:anywhere;max-width:9rem}
.facts th,.facts td{vertical-align:top}
.model dl{grid-template-columns:4.5rem minmax(0,1fr)}
}
@media(max-width:22rem){.people tbody tr{grid-template-columns:1fr}}
@media print{nav,.skip{display:none}section{break-inside:avoid}}
)css";
}

}  // namespace screenalytics
