// Asks every second what changed and changes only that; sends forms without leaving the page.
// Without it the page has a link to look again, and its forms work as forms do.
"use strict";
(() => {
  const live = document.getElementById("live");
  const said = document.getElementById("said");
  const regions = ["people", "time", "threads", "case", "office", "trouble"];
  let have = "";
  let on = true;
  let playing = false;
  let turn = 0;

  document.documentElement.classList.add("scripts");
  live.hidden = false;
  document.getElementById("refresh").hidden = true;
  live.addEventListener("click", () => {
    on = !on;
    live.setAttribute("aria-pressed", String(on));
    live.lastElementChild.textContent = on ? "Live" : "Paused";
    if (on) ask();
  });

  // A link on the phone opens in a window of a phone's size; if that is not allowed, in a tab.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.tap");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (window.open(link.href, "_blank", "popup,width=400,height=860")) event.preventDefault();
  });

  let fading = 0;
  const tell = (text, trouble) => {
    const told = document.getElementById("told");
    told.replaceChildren();
    clearTimeout(fading);
    if (!trouble) fading = setTimeout(() => told.replaceChildren(), 5000);
    if (!text) return;
    const note = document.createElement("p");
    note.className = trouble ? "note warn" : "note";
    note.setAttribute("role", "status");
    note.textContent = text;
    told.append(note);
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-quiet]");
    if (!form) return;
    event.preventDefault();
    const given = new FormData(form, event.submitter);
    const action = event.submitter?.getAttribute("formaction") || form.getAttribute("action");
    if ("clear" in form.dataset) form.reset();
    try {
      const answer = await fetch(action, {
        method: "POST", body: new URLSearchParams(given), headers: { Accept: "application/json" },
      });
      const { notice, trouble, detail } = await answer.json();
      tell(trouble || detail || notice, !answer.ok);
    } catch {
      tell("The simulator does not answer. Nothing was sent.", true);
    }
    ask();
  });

  const attributes = (from, to) => {
    for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
    for (const { name, value } of to.attributes) {
      if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    }
  };

  // Make the children of `from` those of `to`. What has an id keeps its element, so focus and
  // scrolling stay; what is new is marked fresh.
  const children = (from, to) => {
    const named = new Map([...from.children].filter((e) => e.id).map((e) => [e.id, e]));
    let at = from.firstChild;
    for (const wanted of [...to.childNodes]) {
      const kept = wanted.id ? named.get(wanted.id) : at && !at.id && same(at, wanted) ? at : null;
      if (kept) {
        if (kept !== at) from.insertBefore(kept, at);
        else at = at.nextSibling;
        morph(kept, wanted);
      } else {
        if (wanted.id) wanted.classList.add("fresh");
        from.insertBefore(wanted, at);
      }
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  };
  const same = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName;
  const morph = (from, to) => {
    if (from.nodeType !== Node.ELEMENT_NODE) {
      if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
      return;
    }
    const fresh = from.classList.contains("fresh");
    attributes(from, to);
    if (fresh) from.classList.add("fresh");
    children(from, to);
  };

  const threads = () => [...document.querySelectorAll(".thread")];
  const bottom = (each) => { each.scrollTop = each.scrollHeight; };
  const show = (answer) => {
    const low = new Set(threads().filter((e) => e.scrollHeight - e.scrollTop - e.clientHeight < 40)
      .map((e) => e.id));
    const first = document.querySelector("#log li")?.id;
    for (const name of regions) {
      const made = document.createElement("template");
      made.innerHTML = answer.regions[name];
      children(document.getElementById(name), made.content);
    }
    for (const each of threads()) if (low.has(each.id)) bottom(each);
    const stage = document.querySelector(".stage");
    stage.className = `stage n${Math.min(4, document.querySelectorAll(".device").length)}`;
    const latest = document.querySelector("#log li");
    if (have && latest && latest.id !== first) said.textContent = latest.querySelector("p").textContent;
    have = answer.version;
    playing = Boolean(answer.clock.playing);
  };

  // One chain of questions at a time: who asks now ends the chain before.
  const ask = async () => {
    const mine = ++turn;
    if (on && !document.hidden) {
      const query = new URLSearchParams(location.search);
      query.set("have", have);
      query.delete("notice");
      try {
        const answer = await fetch(`/state?${query}`);
        if (mine !== turn) return;
        if (answer.status === 200) show(await answer.json());
      } catch {
        if (mine !== turn) return;
        live.lastElementChild.textContent = "No answer";
        setTimeout(() => mine === turn && ask(), 3000);
        return;
      }
      if (on) live.lastElementChild.textContent = "Live";
    }
    setTimeout(() => mine === turn && ask(), playing ? 250 : 1000);
  };
  threads().forEach(bottom);
  fading = setTimeout(() => document.getElementById("told").replaceChildren(), 5000);
  ask();
})();
