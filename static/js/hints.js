// While staff type a word that labels people, suggest another beside the field. Never blocks, never in quotations.
"use strict";

(() => {
  const fields = document.querySelectorAll("[data-hints]");
  if (!fields.length) return;
  const put_away = new Set();

  // A word of its own: no letter or digit of any script before or behind it.
  const pattern = (words) => {
    const safe = words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
    return new RegExp(`(?<![\\p{L}\\p{N}])${safe}(?![\\p{L}\\p{N}])`, "iu");
  };

  // What stands between quotation marks is somebody's own words. The marks stay, so that nothing grows together.
  const without_quotes = (text) => text.replace(/“[^“”]*”|"[^"\n]*"|«[^«»]*»/gu, " “” ");

  const watch = (field, hints) => {
    const place = document.createElement("div");
    place.className = "word-hints small";
    place.setAttribute("role", "status");
    field.insertAdjacentElement("afterend", place);

    const show = () => {
      const own = without_quotes(field.value);
      const found = hints.filter((hint) => !put_away.has(hint.avoid) && hint.pattern.test(own));
      // The longest phrase says it; its parts need not be said too. Of two that are the same here the first says it.
      const says = (other, one) => one.pattern.test(other.avoid);
      const told = found.filter(
        (one, place) => !found.some((other, at) => at !== place && says(other, one) && (at < place || !says(one, other))),
      );
      place.replaceChildren(...told.map((hint) => line(hint)));
    };
    const line = (hint) => {
      const row = document.createElement("p");
      row.className = "status-note mb-1 mt-1";
      row.textContent = `“${hint.avoid}”: ${field.dataset.hints} “${hint.prefer}” `;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-link btn-sm";
      button.textContent = field.dataset.hintsAway;
      button.addEventListener("click", () => {
        hints.filter((one) => one.pattern.test(hint.avoid)).forEach((one) => put_away.add(one.avoid));
        show();
        field.focus();
      });
      row.append(button);
      return row;
    };

    let waiting = 0;
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(show, 400);
    });
    show();
  };

  fetch(fields[0].dataset.hintsUrl, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : { hints: [] }))
    .then((given) => {
      const hints = given.hints.map((hint) => ({ ...hint, pattern: pattern(hint.avoid) }));
      fields.forEach((field) => watch(field, hints));
    })
    .catch(() => {});
})();
