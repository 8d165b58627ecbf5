// Dialogs. `data-opens="id"` opens the dialog of that id. htmx content swapped into #dialog opens it; an answer with the
// header `HX-Trigger: dialog:close` closes it. `data-confirm="question"` asks before a button or link does its work.
export function open(dialog) {
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector("form :is(input:not([type=hidden]), select, textarea)");
  first?.focus();
  if (first?.matches("input:not([type=checkbox], [type=radio])")) first.select();
}

const shared = document.getElementById("dialog");
const confirmation = document.getElementById("confirm");
let confirmed = null;

function ask(element) {
  confirmed = null;
  document.getElementById("confirm-question").textContent = element.dataset.confirm;
  const go = confirmation.querySelector("[data-confirms]");
  go.textContent = element.dataset.confirmAction || element.textContent.trim();
  go.classList.toggle("danger", element.classList.contains("danger"));
  go.onclick = () => {
    confirmation.close();
    confirmed = element;
    element.click();
    confirmed = null;
  };
  open(confirmation);
}

// In the capture phase: before htmx and before the form see the click.
document.addEventListener(
  "click",
  (event) => {
    const element = event.target.closest("[data-confirm]");
    if (!element || confirmed === element) return;
    event.preventDefault();
    event.stopPropagation();
    ask(element);
  },
  true,
);

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(document.getElementById(opener.dataset.opens));
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  // A click on the backdrop is a click on the dialog itself, outside its box.
  if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const isOutside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (isOutside && !event.target.querySelector("form[data-guard][data-dirty]")) event.target.close();
  }
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== shared || !shared.innerHTML.trim()) return;
  const heading = shared.querySelector("h1, h2");
  if (heading) shared.setAttribute("aria-label", heading.textContent.trim());
  open(shared);
});
document.body.addEventListener("dialog:close", () => shared?.close());
shared?.addEventListener("close", () => shared.replaceChildren());
