// What an element is called, and how it is pressed: for the keys and the palette.
export function labelOf(element) {
  const said = element.dataset.keyLabel || element.getAttribute("aria-label");
  if (said) return said;
  const label = element.id && document.querySelector(`label[for="${CSS.escape(element.id)}"]`);
  const copy = (label || element).cloneNode(true);
  for (const extra of copy.querySelectorAll(".count, kbd, [aria-hidden=true], .optional")) extra.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
}

export function act(element) {
  if (element.matches("input:not([type=checkbox], [type=radio], [type=submit], [type=button]), select, textarea")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}
