// The catalogue of facts, narrowed while somebody types. Without this the form asks the server, which finds the same.
const form = document.querySelector("[data-finder]");
const field = form.elements.namedItem("q");
const rows = [...document.querySelectorAll("[data-words]")];
const language = document.documentElement.lang || "en-GB";

function find() {
  const words = field.value.toLocaleLowerCase(language).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const row of rows) {
    row.hidden = !words.every((word) => row.dataset.words.includes(word));
    if (!row.hidden) found += 1;
  }
  document.querySelector("[data-found]").textContent = new Intl.NumberFormat(language).format(found);
  document.querySelector("[data-none]").hidden = found > 0;
}

function remember() {
  const address = new URL(location.href);
  address.hash = "";
  if (field.value.trim()) address.searchParams.set("q", field.value.trim());
  else address.searchParams.delete("q");
  history.replaceState(history.state, "", address);
}

field.addEventListener("input", find);
// Enter goes on to the first that was found.
form.addEventListener("submit", (event) => {
  event.preventDefault();
  remember();
  rows.find((row) => !row.hidden)?.querySelector("a").focus();
});
