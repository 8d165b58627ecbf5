// How long something has lasted: `data-elapsed` holds the seconds when the page was made; the text in it counts on in minutes.
// Quiet at first, then a color: ten minutes are long, twenty are very long.
const LONG = 600;
const VERY_LONG = 1200;
const began = performance.now();

function count() {
  for (const watch of document.querySelectorAll("[data-elapsed]")) {
    const seconds = Number(watch.dataset.elapsed) + (performance.now() - began) / 1000;
    const text = watch.querySelector("[data-watch]");
    text.textContent = text.textContent.replace(/[\d.,\u00a0]+/, String(Math.floor(seconds / 60)));
    watch.classList.toggle("long", seconds >= LONG && seconds < VERY_LONG);
    watch.classList.toggle("very-long", seconds >= VERY_LONG);
  }
}

count();
setInterval(count, 15_000);
