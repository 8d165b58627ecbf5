// A condition chosen row by row: every choice is sent, the rows come back with what they then offer, and the text follows.
for (const around of document.querySelectorAll("[data-choosing]")) follow(around);

function follow(around) {
  const rows = around.querySelector("[data-rows-of]");
  const field = document.getElementById(around.dataset.writes);
  let asked = 0;
  let typed = 0;
  let read = field.value;
  around.querySelector("[data-take]").hidden = true;

  const show = async (sent, writes) => {
    const number = ++asked;
    const before = typed;
    sent.append("csrfmiddlewaretoken", field.form.elements.namedItem("csrfmiddlewaretoken").value);
    const response = await fetch(around.dataset.choosing, { method: "POST", body: sent });
    const answer = await response.text();
    // Whoever types on is not interrupted, here or in the text: what is typed is sent in its turn.
    if (!response.ok || number !== asked || typed !== before) return;
    const held = document.activeElement?.id;
    rows.innerHTML = answer;
    if (held) document.getElementById(held)?.focus();
    const written = rows.querySelector("[data-written]");
    if (!writes || !written) return;
    field.value = read = written.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // What was typed meanwhile is what the rows begin from. A browser tells of the opening when it finds time, so
  // rows that say what the text says are left alone: somebody may be typing in them by then.
  around.addEventListener("toggle", () => {
    if (!around.open || field.value === read) return;
    read = field.value;
    const sent = new FormData();
    sent.append("text", read);
    show(sent, false);
  });
  rows.addEventListener("input", () => {
    typed += 1;
  });
  field.addEventListener("input", (event) => {
    if (event.isTrusted) typed += 1;
  });
  rows.addEventListener("change", () => {
    const sent = new FormData();
    for (const each of rows.querySelectorAll("input, select")) {
      if (each.name && (each.type !== "checkbox" || each.checked)) sent.append(each.name, each.value);
    }
    show(sent, true);
  });
}
