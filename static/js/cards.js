// After a card was updated in place, focus stays with it, so that keyboard and screen reader users are not lost.
document.addEventListener("htmx:afterSwap", (event) => {
  const card = event.detail.elt;
  const target = card.matches?.("[tabindex]") ? card : card.querySelector?.("[tabindex]");
  if (target) target.focus({ preventScroll: true });
});
