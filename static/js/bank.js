/* The day's list by keyboard: J/K or arrows move between payments, Enter matches, O opens. The page works without it. */
(() => {
  "use strict";

  const list = document.querySelector("[data-day]");
  if (!list) return;
  const lines = () => [...list.querySelectorAll("[data-line]")];
  const current = () => document.activeElement?.closest("[data-line]");

  const move = (step) => {
    const all = lines();
    const at = all.indexOf(current());
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "arrowdown") { event.preventDefault(); move(1); return; }
    if (key === "k" || key === "arrowup") { event.preventDefault(); move(-1); return; }
    const line = current();
    if (!line) return;
    if (key === "o") line.querySelector("[data-open]")?.click();
    // Enter on a button or link does what that says; on the line itself it takes the first proposal.
    if (key === "enter" && event.target === line) { event.preventDefault(); line.querySelector("[data-first]")?.click(); }
  });

  // The line that was matched is replaced: go on with the next one.
  document.addEventListener("htmx:afterSwap", (event) => {
    const done = event.target instanceof Element ? document.getElementById(event.target.id) : null;
    (done?.nextElementSibling ?? done)?.focus();
  });

  lines()[0]?.focus({ preventScroll: true });
})();
