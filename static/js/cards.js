// After a card was updated in place, focus stays with it, so that keyboard and screen reader users are not lost.
document.addEventListener("htmx:afterSwap", (event) => {
  const card = event.detail.elt;
  const target = card.matches?.("[tabindex]") ? card : card.querySelector?.("[tabindex]");
  if (target) target.focus({ preventScroll: true });
});

// A tap that did not get through is said on its card: nobody may think it was saved.
(() => {
  const words = document.querySelector("[data-cards]")?.dataset;
  const say = (event) => {
    const card = event.detail.elt.closest("article");
    if (!words || !card) return;
    let line = card.querySelector("[data-trouble]");
    if (!line) {
      line = document.createElement("p");
      line.className = "alert alert-warning mt-2 mb-0";
      line.setAttribute("role", "alert");
      line.dataset.trouble = "";
      // Above the buttons, where the thumb and the eyes are.
      (card.querySelector(".outcomes") ?? card.lastElementChild).before(line);
    }
    line.textContent = [401, 403].includes(event.detail.xhr?.status) ? words.signedOut : words.notSaved;
  };
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, say));
})();
