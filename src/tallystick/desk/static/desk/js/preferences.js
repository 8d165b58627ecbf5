// What a person chose for the frame: theme, narrow sidebar, single keys. Kept in cookies, so that the server draws the
// next page right at once and nothing flickers.
const root = document.documentElement;
const YEAR = 365 * 24 * 60 * 60;

export function remember(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${value ? YEAR : 0}; samesite=lax${secure}`;
}

export function keysAreOn() {
  return root.dataset.keys !== "off";
}

function showTheme() {
  const chosen = root.dataset.theme ?? "system";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
  }
}

document.addEventListener("click", (event) => {
  const theme = event.target.closest("[data-theme-choice]")?.dataset.themeChoice;
  if (theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    remember("theme", theme === "system" ? "" : theme);
    showTheme();
  }
  if (event.target.closest("[data-rail-switch]")) {
    const isNarrow = root.toggleAttribute("data-rail");
    remember("rail", isNarrow ? "1" : "");
  }
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-switch]")) return;
  if (event.target.checked) delete root.dataset.keys;
  else root.dataset.keys = "off";
  remember("keys", event.target.checked ? "" : "off");
});

for (const box of document.querySelectorAll("[data-keys-switch]")) box.checked = keysAreOn();
showTheme();
