// Tables marked `data-rows`: j and k move the focus through the rows' first links, so that Enter opens the row as any
// link; x ticks it. A bar marked `data-selection` shows how many rows are ticked and, from `data-minor` and
// `data-currency` of the rows, what they add up to.
const ROW = "[data-rows] tbody tr";
const language = document.documentElement.lang || "en-GB";

function targetOf(row) {
  return row.querySelector(".lead a[href]") ?? row.querySelector("a[href], button, input");
}

function isShown(element) {
  return element.getClientRects().length > 0;
}

export function move(step) {
  const rows = [...document.querySelectorAll(ROW)].filter((row) => isShown(row) && targetOf(row));
  if (!rows.length) return false;
  const here = rows.indexOf(document.activeElement?.closest?.(ROW));
  const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1);
  targetOf(rows[next]).focus();
  rows[next].scrollIntoView({ block: "nearest" });
  return true;
}

export function tick() {
  const box = document.activeElement?.closest?.(ROW)?.querySelector('.tick input[type="checkbox"]');
  if (!box) return false;
  box.click();
  return true;
}

function totals(rows) {
  const sums = new Map();
  for (const row of rows) {
    const { minor, currency } = row.dataset;
    if (minor && currency) sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(minor));
  }
  return [...sums].map(([currency, minor]) => {
    const style = new Intl.NumberFormat(language, { style: "currency", currency });
    const digits = style.resolvedOptions().maximumFractionDigits;
    const sign = minor < 0n ? "-" : "";
    const whole = String(minor < 0n ? -minor : minor).padStart(digits + 1, "0");
    const exact = digits ? `${whole.slice(0, -digits)}.${whole.slice(-digits)}` : whole;
    return style.format(sign + exact);
  });
}

function showSelection(table) {
  const boxes = [...table.querySelectorAll('tbody .tick input[type="checkbox"]')];
  const ticked = boxes.filter((box) => box.checked);
  const all = table.querySelector('thead .tick input[type="checkbox"]');
  if (all) {
    all.checked = ticked.length > 0 && ticked.length === boxes.length;
    all.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
  }
  const bar = (table.closest(".card") ?? document).querySelector("[data-selection]");
  if (!bar) return;
  bar.hidden = ticked.length === 0;
  const count = bar.querySelector("[data-selected-count]");
  if (count) count.textContent = new Intl.NumberFormat(language).format(ticked.length);
  const total = bar.querySelector("[data-selected-total]");
  if (total) total.textContent = totals(ticked.map((box) => box.closest("tr"))).join(" · ");
}

document.addEventListener("change", (event) => {
  const table = event.target.closest("[data-rows]");
  if (!table || !event.target.closest(".tick")) return;
  if (event.target.closest("thead")) {
    for (const box of table.querySelectorAll('tbody .tick input[type="checkbox"]')) box.checked = event.target.checked;
  }
  showSelection(table);
});

for (const table of document.querySelectorAll("[data-rows]:has(tbody .tick)")) showSelection(table);
document.body.addEventListener("htmx:load", (event) => {
  for (const table of event.target.querySelectorAll?.("[data-rows]:has(tbody .tick)") ?? []) showSelection(table);
});
