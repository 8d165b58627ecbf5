// Messages: what was done fades by itself unless the pointer or the focus rests on it; what was refused stays.
const region = document.getElementById("messages");
const SECONDS = 7;

function fade(toast) {
  let timer;
  const start = () => (timer = setTimeout(() => toast.remove(), SECONDS * 1000));
  for (const stop of ["pointerenter", "focusin"]) toast.addEventListener(stop, () => clearTimeout(timer));
  for (const go of ["pointerleave", "focusout"]) toast.addEventListener(go, start);
  start();
}

export function show(templateId) {
  region?.append(document.getElementById(templateId).content.cloneNode(true));
}

if (region) {
  for (const toast of region.querySelectorAll("[data-fades]")) fade(toast);
  new MutationObserver((changes) => {
    for (const toast of changes.flatMap((change) => [...change.addedNodes])) {
      if (toast instanceof Element && toast.matches("[data-fades]")) fade(toast);
    }
  }).observe(region, { childList: true });
}

document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast")?.remove());
document.body.addEventListener("htmx:responseError", () => show("toast-failed"));
document.body.addEventListener("htmx:sendError", () => show("toast-offline"));

// Passkeys fail when the person closes the browser's own dialog; say so instead of nothing.
document.addEventListener("allauth.error", () => show("toast-passkey"));
