// Keeps what is typed as a draft on the server: form[data-autosave-url], words into [data-autosave-status].
// Nothing is ever kept in the browser itself.
(() => {
  const form = document.querySelector("form[data-autosave-url]");
  if (!form) return;
  const status = document.querySelector("[data-autosave-status]");
  const say = (name, time) => {
    if (status) status.textContent = status.dataset[name].replace("%s", time || "");
  };
  let timer = null;
  let changed = false;
  let submitted = false;

  const send = async (leaving) => {
    clearTimeout(timer);
    timer = null;
    if (!changed || submitted) return;
    changed = false;
    try {
      const response = await fetch(form.dataset.autosaveUrl, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        credentials: "same-origin",
        redirect: "error",
        keepalive: leaving,
      });
      if (response.status === 204) {
        say("kept", new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
        return;
      }
      changed = true;
      say(response.status === 401 || response.status === 403 ? "signedOut" : "notKept");
    } catch {
      changed = true;
      say("notKept");
    }
    if (!leaving && !timer) timer = setTimeout(send, 10000);
  };

  const note = () => {
    changed = true;
    if (!timer) timer = setTimeout(send, 3000);
  };
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  form.addEventListener("submit", () => { submitted = true; });
  window.addEventListener("pageshow", () => { submitted = false; });
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(true); });
  window.addEventListener("pagehide", () => send(true));
})();
