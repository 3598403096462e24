// When the two missed each other, propose the next working day; the person at the phone can choose otherwise.
(() => {
  let proposed = false;
  const pick = (name, value) => {
    const choice = document.querySelector(`[name="${name}"][value="${value}"]`);
    if (choice) choice.checked = true;
  };
  document.addEventListener("change", ({ target }) => {
    if (target.name === "next_choice" || target.name === "purpose") proposed = false;
    if (target.name !== "status") return;
    const chosen = document.querySelector('[name="next_choice"]:checked');
    if (target.value === "no_show" && !chosen) {
      pick("purpose", "after_missed");
      pick("next_choice", "tomorrow");
      proposed = true;
    } else if (target.value !== "no_show" && proposed) {
      // A slip of the thumb: what was proposed goes with it.
      pick("purpose", "check_in");
      chosen.checked = false;
      proposed = false;
    } else return;
    document.dispatchEvent(new Event("change"));
  });
})();
