// The page of waiting lines: arrows go where j and k go, the chosen line stays in sight, and a split says what is left.
const language = document.documentElement.lang || "en-GB";
const TYPED = "textarea, select, input, [contenteditable]";

document.addEventListener("keydown", (event) => {
  const key = { ArrowDown: "j", ArrowUp: "k" }[event.key];
  if (!key || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
  if (document.documentElement.dataset.keys === "off" || event.target.matches(TYPED) || document.querySelector("dialog[open]")) return;
  const link = document.querySelector(`#waiting [data-key="${key}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

function keepInSight() {
  document.querySelector(".line-list [aria-current='true']")?.scrollIntoView({ block: "nearest" });
}

// Amounts are read as the server reads them: the last mark is the decimal one, unless three digits follow it.
function minorOf(text, digits) {
  const bare = text.replace(/[^\d.,]/g, "");
  const last = Math.max(bare.lastIndexOf("."), bare.lastIndexOf(","));
  const behind = last < 0 ? 0 : bare.length - last - 1;
  const isDecimal = last >= 0 && behind !== 3 && behind <= digits;
  const whole = (isDecimal ? bare.slice(0, last) : bare).replace(/[.,]/g, "");
  const fraction = (isDecimal ? bare.slice(last + 1) : "").padEnd(digits, "0");
  return BigInt(whole + fraction || "0");
}

function styleOf(form) {
  return new Intl.NumberFormat(language, { style: "currency", currency: form.dataset.currency });
}

function plain(minor, digits) {
  const text = String(minor).padStart(digits + 1, "0");
  return digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
}

function rest(form) {
  const digits = styleOf(form).resolvedOptions().maximumFractionDigits;
  const fields = [...form.querySelectorAll(".pays input")];
  return { digits, left: fields.reduce((sum, field) => sum - minorOf(field.value, digits), BigInt(form.dataset.left)) };
}

function showRest(form) {
  const { digits, left } = rest(form);
  const cell = form.querySelector("[data-rest]");
  if (!cell) return;
  cell.textContent = styleOf(form).format((left < 0n ? "-" : "") + plain(left < 0n ? -left : left, digits));
  cell.classList.toggle("late", left < 0n);
}

// A tick pays an item as far as the line reaches; without it the item is not paid.
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-split]");
  if (!form || !event.target.matches("[data-fills]")) return;
  const row = event.target.closest("tr");
  const field = row.querySelector(".pays input");
  field.value = "";
  if (event.target.checked) {
    const { digits, left } = rest(form);
    const open = BigInt(row.dataset.open);
    const part = left < open ? left : open;
    if (part > 0n) field.value = plain(part, digits);
    else event.target.checked = false;
  }
  showRest(form);
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-split]");
  if (!form || !event.target.matches(".pays input")) return;
  event.target.closest("tr").querySelector("[data-fills]").checked = event.target.value.trim() !== "";
  showRest(form);
});

// What is typed takes the place of what was offered.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-split] .pays input")) event.target.select();
});

document.body.addEventListener("htmx:load", () => {
  keepInSight();
  for (const form of document.querySelectorAll("[data-split]")) showRest(form);
});
keepInSight();
if (document.activeElement.matches("[data-split] .pays input")) document.activeElement.select();
for (const form of document.querySelectorAll("[data-split]")) showRest(form);
