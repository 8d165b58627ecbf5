// The palette: Ctrl K or ⌘K, a few letters, Enter. It offers the pages of the sidebar, everything on the page that has a
// key or `data-command`, and, for whatever was typed, a search of the accounts.
import { open } from "./dialogs.js";
import { act, labelOf } from "./elements.js";

const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const list = document.getElementById("palette-list");
const MOST = 12;
let choices = [];
let chosen = 0;

// Letters in order, rewarded at word starts and in a run: null when they are not all there.
export function match(text, query) {
  const low = text.toLocaleLowerCase();
  const places = [];
  let score = 0;
  let from = 0;
  for (const letter of query.toLocaleLowerCase().replace(/\s+/g, "")) {
    const at = low.indexOf(letter, from);
    if (at < 0) return null;
    if (at === 0 || /[\s\-–(/]/.test(low[at - 1])) score += 6;
    if (places.length && at === places.at(-1) + 1) score += 4;
    score -= (at - from) * 0.2;
    places.push(at);
    from = at + 1;
  }
  return { score: score - low.length * 0.02, places };
}

function marked(text, places) {
  const pieces = [];
  for (const [place, letter] of [...text].entries()) {
    if (places.includes(place)) {
      const mark = document.createElement("mark");
      mark.textContent = letter;
      pieces.push(mark);
    } else {
      pieces.push(letter);
    }
  }
  return pieces;
}

function offers() {
  const pages = [...document.querySelectorAll("[data-go]")].map((element) => ({ kind: "page", element }));
  const actions = [...document.querySelectorAll("[data-key], [data-command]")]
    .filter((element) => !element.closest("dialog") && !element.disabled && element.getClientRects().length > 0)
    .map((element) => ({ kind: "action", element }));
  return [...actions, ...pages].map((offer) => ({ ...offer, text: labelOf(offer.element) }));
}

function render() {
  const query = input.value.trim();
  choices = offers()
    .map((offer) => ({ ...offer, found: match(offer.text, query) }))
    .filter((offer) => offer.text && offer.found)
    .sort((one, other) => (query ? other.found.score - one.found.score : 0))
    .slice(0, MOST);
  if (query && palette.dataset.searchUrl) choices.push({ kind: "search", text: query, found: { places: [] } });
  chosen = 0;
  list.replaceChildren(
    ...choices.map((choice, place) => {
      const option = palette.querySelector(`template[data-option="${choice.kind}"]`).content.firstElementChild.cloneNode(true);
      option.id = `palette-${place}`;
      option.querySelector("span").append(...marked(choice.text, choice.found.places));
      return option;
    }),
  );
  palette.querySelector(".none").hidden = choices.length > 0;
  choose(0);
}

function choose(place) {
  chosen = choices.length ? (place + choices.length) % choices.length : 0;
  for (const [at, option] of [...list.children].entries()) {
    option.setAttribute("aria-selected", String(at === chosen));
    if (at === chosen) option.scrollIntoView({ block: "nearest" });
  }
  if (choices.length) input.setAttribute("aria-activedescendant", `palette-${chosen}`);
  else input.removeAttribute("aria-activedescendant");
}

function take() {
  const choice = choices[chosen];
  if (!choice) return;
  palette.close();
  if (choice.kind === "search") location.assign(`${palette.dataset.searchUrl}?q=${encodeURIComponent(choice.text)}`);
  else act(choice.element);
}

export function openPalette() {
  if (!palette || palette.open) return;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  input.value = "";
  render();
  open(palette);
  input.focus();
}

input?.addEventListener("input", render);
input?.addEventListener("keydown", (event) => {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) choose(chosen + steps[event.key]);
  else if (event.key === "Enter") take();
  else return;
  event.preventDefault();
});
list?.addEventListener("pointermove", (event) => {
  const place = [...list.children].indexOf(event.target.closest("[role=option]"));
  if (place >= 0 && place !== chosen) choose(place);
});
list?.addEventListener("click", (event) => {
  const place = [...list.children].indexOf(event.target.closest("[role=option]"));
  if (place < 0) return;
  choose(place);
  take();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-palette]")) return;
  document.getElementById("side")?.matches(":popover-open") && document.getElementById("side").hidePopover();
  openPalette();
});
