// Asks every second what changed and changes only that. Without it the page has a Refresh link.
"use strict";
(() => {
  const live = document.getElementById("live");
  const said = document.getElementById("said");
  const regions = ["people", "handset", "case", "office", "trouble"];
  let have = "";
  let on = true;

  live.hidden = false;
  document.getElementById("refresh").hidden = true;
  live.addEventListener("click", () => {
    on = !on;
    live.setAttribute("aria-pressed", String(on));
    live.lastElementChild.textContent = on ? "Live" : "Paused";
  });

  // A link on the phone opens in a window of a phone's size; if that is not allowed, in a tab.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.tap");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (window.open(link.href, "_blank", "popup,width=400,height=860")) event.preventDefault();
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

  const show = (answer) => {
    const thread = () => document.getElementById("thread");
    const low = thread().scrollHeight - thread().scrollTop - thread().clientHeight < 40;
    const first = document.querySelector("#log li")?.id;
    for (const name of regions) {
      const made = document.createElement("template");
      made.innerHTML = answer.regions[name];
      children(document.getElementById(name), made.content);
    }
    if (low) thread().scrollTop = thread().scrollHeight;
    const latest = document.querySelector("#log li");
    if (have && latest && latest.id !== first) said.textContent = latest.querySelector("p").textContent;
    have = answer.version;
  };

  const ask = async () => {
    if (on && !document.hidden) {
      const query = new URLSearchParams(location.search);
      query.set("have", have);
      try {
        const answer = await fetch(`/state?${query}`);
        if (answer.status === 200) show(await answer.json());
      } catch {
        live.lastElementChild.textContent = "No answer";
        setTimeout(ask, 3000);
        return;
      }
      live.lastElementChild.textContent = "Live";
    }
    setTimeout(ask, 1000);
  };
  const thread = document.getElementById("thread");
  thread.scrollTop = thread.scrollHeight;
  ask();
})();
