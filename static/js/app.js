/* Progressive enhancement only: every page works without it. */
(() => {
  "use strict";

  const closest = (event, selector) => event.target instanceof Element ? event.target.closest(selector) : null;

  document.addEventListener("click", (event) => {
    // A button with data-confirm asks in a dialog first; without script it acts at once.
    const asks = closest(event, "[data-confirm]");
    if (asks) {
      const dialog = document.getElementById(asks.dataset.confirm);
      if (dialog && dialog.showModal) {
        event.preventDefault();
        dialog.showModal();
      }
      return;
    }
    const opens = closest(event, "[data-dialog-open]");
    if (opens) {
      const dialog = document.getElementById(opens.dataset.dialogOpen);
      if (dialog) dialog.showModal();
      return;
    }
    const closes = closest(event, "[data-dialog-close]");
    if (closes) {
      closes.closest("dialog")?.close();
      return;
    }
    const dismisses = closest(event, "[data-dismiss]");
    if (dismisses) {
      const region = dismisses.closest(".messages");
      dismisses.closest(".notice")?.remove();
      // Focus must not fall to the top of the page when the button that held it is gone.
      region?.closest("main")?.focus();
      return;
    }
    // A click outside closes open menus.
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // Files can be dropped anywhere on the field.
  for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(type, (event) => {
      const area = closest(event, ".drop");
      if (area) area.toggleAttribute("data-over", type === "dragenter" || type === "dragover");
    });
  }

  // A table that is wider than its place scrolls sideways: by keyboard too, under the table's name.
  const reach = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const name = target.querySelector("caption")?.textContent.trim() || document.title;
      for (const [attribute, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", name]]) {
        if (target.scrollWidth > target.clientWidth) target.setAttribute(attribute, value);
        else target.removeAttribute(attribute);
      }
    }
  });
  for (const place of document.querySelectorAll(".table-wrap")) reach.observe(place);

  // What needs script shows itself only where script runs.
  for (const hidden of document.querySelectorAll("[data-needs-script]")) hidden.hidden = false;

  // After a form was sent back with errors, the summary is read first.
  document.querySelector("[data-error-summary]")?.focus();
})();
