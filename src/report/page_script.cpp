// SPDX-License-Identifier: MIT
#include "report/html_report.h"

namespace screenalytics {

std::string_view report_script() {
  return R"js(
"use strict";
for (const table of document.querySelectorAll("table[data-sort]")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const key = (row, i) => { const v = row.cells[i].dataset.v; return i === 0 ? v : Number(v); };
  const less = (a, b) => typeof a === "number" ? a - b : a.localeCompare(b);
  table.classList.add("sortable");
  heads.forEach((head, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const up = now ? now === "descending" : i === 0;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows].sort((a, b) => (up ? 1 : -1) * less(key(a, i), key(b, i)));
      body.append(...rows);
    });
  });
}
const line = document.getElementById("tl"), says = document.getElementById("tl-says");
if (line) {
  const rows = [...line.querySelectorAll("svg g")].map(g => [...g.querySelectorAll("rect")]).filter(r => r.length);
  let row = 0, at = -1, on = null;
  const show = rect => {
    if (on) on.classList.remove("on");
    on = rect;
    if (!rect) return;
    rect.classList.add("on");
    says.textContent = rect.querySelector("title").textContent;
  };
  line.addEventListener("pointerover", e => { const rect = e.target.closest("rect"); if (rect) show(rect); });
  line.addEventListener("click", e => { const rect = e.target.closest("rect"); if (rect) show(rect); });
  line.addEventListener("keydown", e => {
    if (!rows.length) return;
    const move = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0]}[e.key];
    if (!move) return;
    e.preventDefault();
    row = Math.min(rows.length - 1, Math.max(0, row + (at < 0 ? 0 : move[0])));
    at = Math.min(rows[row].length - 1, Math.max(0, at + move[1]));
    show(rows[row][at]);
    const box = on.getBoundingClientRect(), view = line.getBoundingClientRect();
    if (box.left < view.left || box.right > view.right) line.scrollLeft += box.left - view.left - 60;
  });
}
)js";
}

}  // namespace screenalytics
