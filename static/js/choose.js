// Shows what belongs to a choice: <div data-shown-by="field" data-shown-for="a b">. Without this script all is visible.
(() => {
  const parts = document.querySelectorAll("[data-shown-by]");
  const refresh = () => {
    parts.forEach((part) => {
      const field = `[name="${part.dataset.shownBy}"]`;
      const chosen = document.querySelector(`${field}:checked, select${field}`);
      part.hidden = !part.dataset.shownFor.split(" ").includes(chosen ? chosen.value : "");
    });
  };
  document.addEventListener("change", refresh);
  window.addEventListener("pageshow", refresh);
  refresh();
})();
