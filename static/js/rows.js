/* Rows that grow and questions that appear when they matter. The page works without it. */
(() => {
  "use strict";

  const rows = document.querySelector("[data-rows]");
  const template = document.querySelector("[data-row-template]");
  const total = rows && document.querySelector(`[name=${rows.dataset.rows}-TOTAL_FORMS]`);
  document.querySelector("[data-add-row]")?.addEventListener("click", (event) => {
    const most = Number(document.querySelector(`[name=${rows.dataset.rows}-MAX_NUM_FORMS]`).value);
    const number = Number(total.value);
    if (number >= most) return;
    event.preventDefault();
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", String(number));
    const row = holder.content.querySelector("[data-row]");
    row.querySelector("[data-row-number]").textContent = String(number + 1);
    rows.append(row);
    total.value = String(number + 1);
    row.querySelector("input")?.focus();
  });

  const asks = document.querySelector("[data-asks]");
  const show = () => {
    const chosen = new Set([
      asks.querySelector("[name=service]:checked")?.value,
      ...[...document.querySelectorAll("[data-row] [name$=-service]")].map((field) => field.value),
    ]);
    for (const field of asks.querySelectorAll("[data-asked-with]")) {
      field.closest(".field").hidden = !field.dataset.askedWith.split(" ").some((service) => chosen.has(service));
    }
  };
  if (asks) {
    document.addEventListener("change", show);
    show();
  }
})();
