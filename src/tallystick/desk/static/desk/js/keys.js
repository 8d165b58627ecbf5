// Keys. An element with `data-key="p"` is pressed (or focused, if it is a field) when that key is pressed outside a
// field; one with `data-go="w"` when g and then w are. `?` lists them all, from the page as it stands.
// Single keys can be switched off in that list (WCAG 2.1.4); Ctrl K, Esc and Tab always work.
import { open } from "./dialogs.js";
import { act, labelOf } from "./elements.js";
import { keysAreOn } from "./preferences.js";
import { move, tick } from "./rows.js";
import { openPalette } from "./palette.js";

const CHORD_MILLISECONDS = 1200;
const overlay = document.getElementById("keys");
let chordUntil = 0;

function isTyping(element) {
  return element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
}

function openDialog() {
  return [...document.querySelectorAll("dialog[open]")].pop();
}

// Keys of an open dialog are its own; those of the page wait behind it.
function find(attribute, key) {
  const scope = openDialog() ?? document;
  return [...scope.querySelectorAll(`[${attribute}]`)].find(
    (element) => element.getAttribute(attribute) === key && element.getClientRects().length > 0 && !element.disabled,
  );
}

function entry(element, keys) {
  const line = document.createElement("li");
  line.append(labelOf(element), " ");
  const shown = document.createElement("span");
  shown.className = "keys";
  for (const key of keys) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    shown.append(cap, " ");
  }
  line.append(shown);
  return line;
}

function showOverlay() {
  const lists = { page: ["data-key", (key) => [key]], go: ["data-go", (key) => ["g", key]] };
  for (const [name, [attribute, keys]] of Object.entries(lists)) {
    const seen = new Map();
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      const key = element.getAttribute(attribute);
      const isThere = attribute === "data-go" || (element.getClientRects().length > 0 && !element.closest("#side, .pager"));
      if (isThere && !seen.has(key)) seen.set(key, entry(element, keys(key)));
    }
    const list = overlay.querySelector(`[data-list="${name}"]`);
    list.replaceChildren(...seen.values());
    list.parentElement.hidden = seen.size === 0;
  }
  for (const line of overlay.querySelectorAll("[data-needs]")) line.hidden = !document.querySelector(line.dataset.needs);
  open(overlay);
}

function focusSearch() {
  const field = document.querySelector("[data-search]");
  if (!field) return false;
  field.focus();
  field.select();
  return true;
}

// Gives true when the key was taken.
function single(key) {
  if (chordUntil > Date.now()) {
    chordUntil = 0;
    const link = find("data-go", key);
    if (link) {
      link.click();
      return true;
    }
  }
  const element = find("data-key", key);
  if (element) {
    act(element);
    return true;
  }
  if (openDialog()) return false;
  switch (key) {
    case "g":
      chordUntil = Date.now() + CHORD_MILLISECONDS;
      return document.querySelector("[data-go]") !== null;
    case "?":
      showOverlay();
      return true;
    case "/":
      return focusSearch();
    case "j":
      return move(1);
    case "k":
      return move(-1);
    case "x":
      return tick();
    default:
      return false;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && isTyping(event.target) && !openDialog()) {
    event.target.blur();
    return;
  }
  if (!keysAreOn() || isTyping(event.target) || event.repeat && !"jk".includes(event.key)) return;
  if (event.key.length === 1 && event.key !== " " && single(event.key)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-keys-open]")) return;
  document.getElementById("who-menu")?.hidePopover?.();
  showOverlay();
});

// Say the keys to assistive technology, also for what htmx brings later.
function announce(scope) {
  for (const element of scope.querySelectorAll?.("[data-key], [data-go]") ?? []) {
    element.setAttribute("aria-keyshortcuts", element.dataset.key ?? `g ${element.dataset.go}`);
  }
}

announce(document);
document.body.addEventListener("htmx:load", (event) => announce(event.target.parentElement ?? document));
