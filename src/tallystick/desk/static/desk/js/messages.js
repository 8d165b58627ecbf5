// Messages: what was done fades by itself unless the pointer or the focus rests on it; what was refused stays.
const region = document.getElementById("messages");
const SECONDS = 7;
const REFUSED = [403, 404, 409];

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

// A refusal answers instead of the fragment that was asked for: say it, and leave the page as it is.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (!REFUSED.includes(xhr.status)) return;
  event.detail.shouldSwap = false;
  const answer = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const said = answer.querySelector(".notice p");
  if (!said) return show("toast-failed");
  show("toast-refused");
  const code = said.querySelector(".code");
  const text = region.lastElementChild.querySelector("p");
  if (code) code.remove();
  text.firstChild.textContent = said.textContent.trim();
  text.querySelector(".code").textContent = code?.textContent ?? "";
});

document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast")?.remove());
document.body.addEventListener("htmx:responseError", () => show("toast-failed"));
document.body.addEventListener("htmx:sendError", () => show("toast-offline"));

// Passkeys fail when the person closes the browser's own dialog; say so instead of nothing.
document.addEventListener("allauth.error", () => show("toast-passkey"));
