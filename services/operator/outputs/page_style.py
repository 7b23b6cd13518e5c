"""How the page looks, on a wide screen, on a phone, by night and on paper; it fetches nothing."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#5b6570;--edge:#d5dae0;--shade:#f3f5f7;--strong:#e6eaee;
--link:#0b57a4;--received:#1f6fb5;--resolved:#5aa469;--in-hand:#8fa6bd;--overdue:#c8401f;--share:#1f6fb5;
--warn:#fff4e0;--warn-edge:#d99a2b;--h1:#fdeee6;--h2:#fad4c0;--h3:#f4ad8c;--h4:#e57c55;--h5:#c8401f;--on-dark:#fff}
@media(prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e6e9ec;--soft:#9aa5b1;--edge:#333b45;--shade:#1c2229;
--strong:#28303a;--link:#7db7ee;--received:#4f9bdd;--resolved:#6fbf80;--in-hand:#5f7891;--overdue:#ee6a48;
--share:#4f9bdd;
--warn:#33270f;--warn-edge:#d99a2b;--h1:#2b221f;--h2:#48291f;--h3:#6e3522;--h4:#9a4326;--h5:#c9512c}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.45 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:84rem;margin:0 auto;padding:1.2rem 1rem 3rem}
h1{font-size:1.45rem;line-height:1.25;margin:.6rem 0 .2rem}
h2{font-size:1.1rem;margin:2rem 0 .6rem}
h3{font-size:1rem;margin:0 0 .2rem}
p{margin:.3rem 0}
a{color:var(--link)}
[lang=en]{color:var(--soft);font-size:.85em;font-weight:400}
[lang=en]::before{content:"· "}
th [lang=en],dt [lang=en],h3 [lang=en]{display:block}
th [lang=en]::before,dt [lang=en]::before,h3 [lang=en]::before,p>[lang=en]:only-child::before{content:none}
.form{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.2rem 2rem;font-size:.9rem}
.warnings{background:var(--warn);border-left:4px solid var(--warn-edge);
padding:.5rem .9rem;margin:1rem 0;list-style:none}
.warnings li{margin:.2rem 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.7rem;margin:1.2rem 0}
.tiles div{background:var(--shade);border-radius:.5rem;padding:.6rem .8rem}
.tiles dt{font-size:.85rem;line-height:1.3}
.tiles dd{margin:.15rem 0 0;font-size:1.6rem;font-weight:600;font-variant-numeric:tabular-nums}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1.2rem}
figure{margin:0;max-width:40rem;border:1px solid var(--edge);border-radius:.5rem;padding:.8rem;min-width:0}
figcaption{margin-bottom:.4rem}
svg{display:block;width:100%;max-width:34rem;height:auto}
svg text{fill:var(--soft);font-size:11px}
svg .background{fill:none}
svg .axis path{stroke:var(--edge);fill:none}
svg .vertical .axis.x path,svg .axis.y>path{display:none}
svg .axis.x text,svg .no_data{text-anchor:middle}
svg .axis.y text{text-anchor:end}
svg .no_data{transform:translateY(-8px)}
svg .value{fill:var(--ink);font-weight:600;text-anchor:start;transform:translate(6px,4px)}
.ages .label{fill:var(--ink);font-weight:600;transform:translate(6px,-1px)}
.ages .value{fill:var(--soft);font-weight:400;font-size:10px;transform:translate(6px,9px)}
.shares .label{transform:translateY(3px)}
.trend .value{text-anchor:middle;transform:translate(-1px,-10px)}
.shares .label,.trend .value{paint-order:stroke;stroke:var(--paper);stroke-width:3px}
.trend .nofill{stroke:var(--received);stroke-width:2;fill:none}
.trend .dot{fill:var(--received)}
.received{fill:var(--received)}.resolved{fill:var(--resolved)}.in-hand{fill:var(--in-hand)}
.overdue{fill:var(--overdue)}.share{fill:var(--share)}
.ages .overdue rect{stroke:var(--overdue)}
.key{font-size:.85rem;margin:.2rem 0;display:flex;flex-wrap:wrap;gap:.1rem 1rem}
.key svg{display:inline-block;width:.8rem;height:.8rem;margin-right:.35rem;vertical-align:-.05rem}
.scroll{overflow-x:auto;border:1px solid var(--edge);border-radius:.3rem;max-width:100%}
table{border-collapse:separate;border-spacing:0;font-size:.9rem;font-variant-numeric:tabular-nums;width:100%}
th,td{padding:.3rem .5rem;border-right:1px solid var(--edge);
border-bottom:1px solid var(--edge);background:var(--paper)}
td{text-align:right;white-space:nowrap}
thead th{background:var(--shade);font-weight:600;line-height:1.25;min-width:4.6rem}
thead .number th{font-weight:400;font-style:italic;font-size:.8rem;color:var(--soft)}
tbody th{text-align:left;font-weight:400;min-width:12rem;position:sticky;left:0}
td.order{text-align:center}
.consolidated th,.consolidated td{background:var(--shade);font-weight:600}
.total th,.total td{background:var(--strong);font-weight:700}
td a{text-decoration:none;border-bottom:1px dotted var(--link)}
.heat td{min-width:3.4rem;text-align:center}
.heat .h1{background:var(--h1)}.heat .h2{background:var(--h2)}.heat .h3{background:var(--h3)}
.heat .h4{background:var(--h4)}.heat .h5{background:var(--h5);color:var(--on-dark)}
.key .h0,.key .h1,.key .h2,.key .h3,.key .h4,.key .h5{display:inline-block;width:.9rem;height:.9rem;margin-right:.3rem;
border:1px solid var(--edge);vertical-align:-.1rem}
.key .h1{background:var(--h1)}.key .h2{background:var(--h2)}.key .h3{background:var(--h3)}
.key .h4{background:var(--h4)}.key .h5{background:var(--h5)}
.beneath{display:grid;grid-template-columns:minmax(0,34rem) auto;gap:.2rem 1rem;justify-content:start;font-size:.9rem}
.beneath [lang=en]{display:inline}
.beneath dt [lang=en]::before{content:"· "}
.beneath dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
details{border-bottom:1px solid var(--edge);padding:.35rem 0}
summary{cursor:pointer}
.list{margin:.5rem 0 .5rem 1rem;font-size:.9rem;scroll-margin-top:1rem}
.list:target{background:var(--warn);outline:6px solid var(--warn)}
.codes{overflow-wrap:anywhere}
.codes code{display:inline-block;margin-right:1em;font-size:.95em}
footer{margin-top:2rem;font-size:.85rem;color:var(--soft)}
footer .hash{overflow-wrap:anywhere;font-family:ui-monospace,monospace;font-size:.8rem}
@media(max-width:40rem){main{padding:.8rem .7rem 2rem}h1{font-size:1.2rem}tbody th{min-width:8.5rem;max-width:9.5rem}
.number-first,td.order{display:none}.tiles dd{font-size:1.3rem}table{font-size:.85rem}}
@media print{.scroll{overflow:visible;border:0}figure,tr{break-inside:avoid}.lists{display:none}body{font-size:11px}}
"""
