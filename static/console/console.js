// Comfort only: every page works without it.
(() => {
  "use strict";
  const said = () => document.getElementById("said");

  const tell = (words) => {
    const box = said();
    if (!box) return;
    const line = document.createElement("p");
    line.textContent = words;
    box.className = "note bad";
    box.replaceChildren(line);
  };

  // htmx swaps nothing for these answers (htmx-config in head.html); say so where it is read out.
  document.addEventListener("htmx:response:error", (event) => {
    const status = event.detail.ctx.response.status;
    if (status === 401 || status === 422) return;
    tell(status === 409
      ? "Somebody else changed this first. Nothing was saved; load the page again."
      : "That did not work, and nothing was saved. Load the page again.");
  });
  document.addEventListener("htmx:error", () => tell("The console cannot be reached. Nothing was saved."));

  // The sentence of the last press is said once: going back or reloading does not say it again.
  const here = new URL(location.href);
  if (here.searchParams.has("said")) {
    here.searchParams.delete("said");
    history.replaceState(history.state, "", here);
  }

  // A second press of the same button sends nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 3000);
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => { delete f.dataset.sent; }));

  // Escape closes what asks for confirmation.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = event.target.closest("details.confirm[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
})();
