// When the two missed each other, propose the next working day; the person at the phone can choose otherwise.
document.addEventListener("change", (event) => {
  if (event.target.name !== "status" || event.target.value !== "no_show") return;
  if (document.querySelector('[name="next_choice"]:checked')) return;
  const pick = (name, value) => {
    const choice = document.querySelector(`[name="${name}"][value="${value}"]`);
    if (choice) choice.checked = true;
  };
  pick("purpose", "after_missed");
  pick("next_choice", "tomorrow");
  document.dispatchEvent(new Event("change"));
});
