// A condition while it is typed: words that may come next, how it reads, and what is wrong with it. The server says all three.
const WAIT_MILLISECONDS = 120;

for (const field of document.querySelectorAll("textarea[data-condition]")) attend(field, field.form.dataset.complete);

function attend(field, address) {
  const list = document.createElement("ul");
  const said = document.createElement("div");
  const around = document.createElement("div");
  let found = null;
  let chosen = -1;
  let asked = 0;
  let timer = 0;
  // Somebody may have come to the field, and typed, before this was loaded.
  const isHeld = document.activeElement === field;

  around.className = "completing";
  list.id = `${field.id}_words`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels[0].textContent);
  said.className = "said";
  said.setAttribute("aria-live", "polite");
  field.replaceWith(around);
  around.append(field, list);
  around.after(said);
  if (isHeld) field.focus();
  // A field of several lines may not be called a combo box; it may have all that makes one.
  for (const [name, value] of Object.entries({ "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": list.id })) {
    field.setAttribute(name, value);
  }

  const close = () => {
    list.hidden = true;
    chosen = -1;
    field.removeAttribute("aria-activedescendant");
  };

  const mark = (place) => {
    chosen = place;
    for (const [number, line] of [...list.children].entries()) line.setAttribute("aria-selected", String(number === place));
    if (place < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", list.children[place].id);
      list.children[place].scrollIntoView({ block: "nearest" });
    }
  };

  const take = (place) => {
    const word = found.words[place].word;
    // Whoever is quicker than the answer has typed on at the word: all of it is what the word takes the place of.
    const to = Math.max(found.from, found.to + field.value.length - found.text.length);
    const after = field.value.slice(to);
    const space = /^[\s),}]/.test(after) || word.endsWith("(") ? "" : " ";
    field.setRangeText(word + space, found.from, to, "end");
    close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const show = (answer, isTyping) => {
    say(said, answer);
    // The server counts characters, the field counts halves of some.
    const halves = (count) => [...field.value].slice(0, count).join("").length;
    found = { ...answer, text: field.value, from: halves(answer.from), to: halves(answer.to) };
    const begun = field.value.slice(found.from, field.selectionStart);
    const isThere = answer.words.some((each) => each.word === begun);
    if (!isTyping || answer.words.length === 0 || isThere || document.activeElement !== field) return close();
    list.replaceChildren(...answer.words.map((each, place) => line(each, `${list.id}_${place}`)));
    list.hidden = false;
    // What is begun is finished by Enter; where nothing is, Enter means the form.
    return mark(begun ? 0 : -1);
  };

  const ask = async (isTyping) => {
    const number = ++asked;
    const text = field.value;
    const query = new URLSearchParams({ text, cursor: [...field.value.slice(0, field.selectionStart)].length });
    const response = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const answer = await response.json();
    // What was typed meanwhile is asked about in its turn.
    if (number === asked && field.value === text) show(answer, isTyping);
  };

  const askSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(true), WAIT_MILLISECONDS);
  };

  field.addEventListener("input", askSoon);
  field.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const line = event.target.closest("li");
    if (line) take([...list.children].indexOf(line));
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (list.hidden && event.key === "ArrowDown") ask(true);
    else if (event.key === "Enter" && (list.hidden || chosen < 0)) field.form.requestSubmit();
    else if (list.hidden) return;
    else if (event.key === "ArrowDown") mark((chosen + 1) % list.children.length);
    else if (event.key === "ArrowUp") mark((Math.max(chosen, 0) + list.children.length - 1) % list.children.length);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) take(chosen);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  if (field.value.trim()) ask(field.value !== field.defaultValue);
}

function line(suggestion, id) {
  const made = document.createElement("li");
  const word = document.createElement("code");
  const meaning = document.createElement("span");
  made.id = id;
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", "false");
  word.textContent = suggestion.word;
  meaning.textContent = suggestion.meaning || suggestion.kind;
  made.append(word, meaning);
  return made;
}

function say(said, answer) {
  said.replaceChildren(
    ...["aloud", "mistake", "count"]
      .filter((name) => answer[name])
      .map((name) => {
        const made = document.createElement("span");
        made.className = name === "count" ? "on-book" : name;
        made.textContent = answer[name];
        return made;
      }),
  );
}
