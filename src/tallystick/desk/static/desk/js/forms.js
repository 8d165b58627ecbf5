// Forms: sent once however often Enter is pressed; `data-guard` asks before leaving with something unsaved;
// `data-submits` sends the form when a field changes; `data-enter` makes Enter walk through it, and Ctrl Enter send it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  delete form.dataset.dirty;
  if (form.method === "dialog" || event.defaultPrevented || form.hasAttribute("data-many")) return;
  if (form.getAttribute("aria-busy") === "true") event.preventDefault();
  else if (form.method === "post") form.setAttribute("aria-busy", "true");
});

// `data-enter`: Enter goes on to the next field that has to be filled and is empty; when none is left, it sends.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.target.matches("form[data-enter] textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (!event.target.matches("form[data-enter] input")) return;
  const fields = [...event.target.form.elements];
  const later = fields.slice(fields.indexOf(event.target) + 1);
  const next = later.find((field) => field.required && !field.value && field.getClientRects().length > 0);
  if (!next) return;
  event.preventDefault();
  next.focus();
});

// Back from the next page, by the browser's cache: the form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll('form[aria-busy="true"]')) form.removeAttribute("aria-busy");
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) form.dataset.dirty = "";
});

window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-dirty]")) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-submits]")) event.target.form?.requestSubmit();
});

// A file dropped on a drop zone lands in its input.
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.(".drop");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", kind === "dragover");
    const input = zone.querySelector('input[type="file"]');
    if (kind === "drop" && input && event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
