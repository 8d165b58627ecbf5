// The document of a strategy while it is written: lines have numbers, and a mistake leads to its line.
for (const editor of document.querySelectorAll("[data-editor]")) number(editor);

function number(editor) {
  const field = editor.querySelector("textarea");
  const gutter = editor.querySelector("[data-gutter]");
  const links = [...document.querySelectorAll("[data-line]")];
  const wrong = new Set(links.map((link) => Number(link.dataset.line)));

  const draw = () => {
    const lines = field.value.split("\n").length;
    if (lines === gutter.childElementCount) return;
    gutter.replaceChildren(...Array.from({ length: lines }, (_, place) => numbered(place + 1, wrong)));
  };
  const follow = () => {
    gutter.scrollTop = field.scrollTop;
  };
  field.addEventListener("input", draw);
  field.addEventListener("scroll", follow);
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      select(field, Number(link.dataset.line));
      follow();
    });
  }
  draw();
}

function numbered(line, wrong) {
  const drawn = document.createElement("span");
  drawn.textContent = line;
  if (wrong.has(line)) drawn.className = "wrong";
  return drawn;
}

// Mark a line of a field, and have it in the middle of what is seen.
function select(field, line) {
  const lines = field.value.split("\n");
  const from = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  field.focus();
  field.setSelectionRange(from, from + (lines[line - 1] ?? "").length);
  field.scrollTop = (field.scrollHeight / lines.length) * (line - 1) - field.clientHeight / 2;
  field.scrollLeft = 0;
}
