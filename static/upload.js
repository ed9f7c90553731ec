// Sends files in pieces (tus 1.0) as soon as they are chosen, goes on after a lost connection, and
// says at once what is wrong with a photo. Without it the form sends them whole.
"use strict";
(() => {
  const part = document.getElementById("files");
  if (!part || !window.fetch || !window.sessionStorage) return;
  const form = part.closest("form");
  const field = form.elements.namedItem("uploads");
  const said = document.getElementById("said");
  const insist = document.getElementById("insist");
  const base = "/visit/uploads";
  const piece = 256 * 1024;
  const mostWaits = 8;
  const largeSide = 2800;
  const largeFile = 2.5 * 1024 * 1024;
  const kept = field.value ? field.value.split(" ") : [];
  const items = [];
  let sendWhenDone = false;

  const words = (key, values = {}) =>
    part.dataset[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const percent = (share) =>
    new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(share);
  const pause = (ms) => new Promise((go) => {
    const done = () => { clearTimeout(timer); removeEventListener("online", done); go(); };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });

  class Refused extends Error {}
  class Gone extends Error {}

  const ask = async (method, path, headers = {}, body = undefined) => {
    const answer = await fetch(base + path, {
      method, body, credentials: "same-origin", redirect: "error",
      headers: { "Tus-Resumable": "1.0.0", "X-Form-Token": form.elements.namedItem("csrf").value, ...headers },
    });
    if (answer.status === 403) location.assign(form.action);
    if (answer.status === 404 || answer.status === 410) throw new Gone();
    if (answer.status === 413 || answer.status === 429) {
      const why = await answer.json().catch(() => ({}));
      throw new Refused(why.problem || "");
    }
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  };

  // --- what is sent ---------------------------------------------------------------------------

  // A phone's photo has more pixels than a reader needs, and a bad network carries every one.
  const smaller = async (file) => {
    if (!/^image\/(jpeg|png|hei[cf])$/.test(file.type) || !window.createImageBitmap) return file;
    try {
      const image = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, largeSide / Math.max(image.width, image.height));
      if (scale === 1 && file.size <= largeFile) return file;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      image.close();
      const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.86));
      return made && made.size < file.size ? made : file;
    } catch {
      return file;
    }
  };

  const fingerprint = async (blob) => {
    if (!window.crypto || !crypto.subtle) return "";
    const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
    return "upload:" + btoa(String.fromCharCode(...new Uint8Array(digest)));
  };

  const text64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  const begin = async (item) => {
    const before = item.mark && sessionStorage.getItem(item.mark);
    if (before) {
      try {
        const answer = await ask("HEAD", `/${before}`);
        item.id = before;
        return Number(answer.headers.get("Upload-Offset"));
      } catch (why) {
        if (!(why instanceof Gone)) throw why;
        sessionStorage.removeItem(item.mark);
        item.once = crypto.randomUUID();
      }
    }
    const answer = await ask("POST", "", {
      "Upload-Length": String(item.blob.size), "Idempotency-Key": item.once,
      "Upload-Metadata": [["filename", item.name], ["filetype", item.blob.type], ["action", part.dataset.action]]
        .filter(([, value]) => value).map(([name, value]) => `${name} ${text64(value)}`).join(","),
    });
    item.id = answer.headers.get("Location").split("/").pop();
    if (item.mark) sessionStorage.setItem(item.mark, item.id);
    return Number(answer.headers.get("Upload-Offset"));
  };

  const where = async (item) =>
    item.id ? Number((await ask("HEAD", `/${item.id}`)).headers.get("Upload-Offset")) : begin(item);

  const send = async (item) => {
    let waits = 0;
    let at = null;
    while (at !== item.blob.size) {
      if (item.removed) return;
      try {
        if (at === null) at = await where(item);
        if (at === item.blob.size) break;
        const headers = { "Upload-Offset": String(at), "Content-Type": "application/offset+octet-stream" };
        // Some networks let only GET and POST through.
        const method = waits % 2 ? "POST" : "PATCH";
        if (method === "POST") headers["X-HTTP-Method-Override"] = "PATCH";
        const answer = await ask(method, `/${item.id}`, headers, item.blob.slice(at, at + piece));
        at = Number(answer.headers.get("Upload-Offset"));
        waits = 0;
        progress(item, at / item.blob.size);
      } catch (why) {
        if (why instanceof Refused) throw why;
        if (why instanceof Gone) item.id = "";
        at = null;
        if (++waits > mostWaits) throw why;
        tell(item, words("waiting"));
        await pause(Math.min(15000, 500 * 2 ** waits));
      }
    }
  };

  const look = async (item) => {
    tell(item, words("looking"));
    const rest = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !["csrf", "nonce", "uploads", "anyway"].includes(name) && !name.startsWith("leave-")) rest.set(name, value);
    }
    const answer = await ask("POST", `/${item.id}/look?${rest}`);
    return answer.json();
  };

  const carry = async (item) => {
    item.state = "sending";
    item.again.hidden = true;
    item.row.classList.remove("wrong");
    try {
      item.blob ??= await smaller(item.file);
      item.mark ??= await fingerprint(item.blob);
      await send(item);
      if (item.removed) return;
      const found = await look(item);
      item.state = found.problem ? "refused" : "here";
      if (found.poor && insist) insist.hidden = false;
      const wrong = found.problem || found.poor;
      tell(item, wrong || words("here", item), Boolean(wrong));
    } catch (why) {
      item.state = "refused";
      item.again.hidden = why instanceof Refused && Boolean(why.message);
      tell(item, (why instanceof Refused && why.message) || words("failed", item), true);
    }
    item.bar.hidden = true;
    settle();
  };

  // --- what is seen ---------------------------------------------------------------------------

  const tell = (item, text, wrong = false) => {
    item.words.textContent = text;
    item.words.className = wrong ? "err" : "hint";
    item.row.classList.toggle("wrong", wrong);
    said.textContent = text;
  };

  const progress = (item, share) => {
    item.bar.value = share;
    item.words.textContent = words("sending", { percent: percent(share) });
    // A screen reader hears a quarter at a time.
    if (Math.floor(share * 4) > item.heard) {
      item.heard = Math.floor(share * 4);
      said.textContent = item.words.textContent;
    }
  };

  const element = (tag, className, text = "") => {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  };

  const button = (text, press) => {
    const made = element("button", "plain small", text);
    made.type = "button";
    made.addEventListener("click", press);
    return made;
  };

  const add = (file) => {
    const item = { file, name: file.name, state: "sending", once: crypto.randomUUID?.() ?? String(Math.random()), heard: 0, id: "", blob: null, mark: null };
    item.row = element("div", "tight");
    item.row.tabIndex = -1;
    item.bar = element("progress", "");
    item.bar.max = 1;
    item.bar.setAttribute("aria-label", file.name);
    item.words = element("p", "hint");
    item.again = button(words("again"), () => carry(item));
    item.again.hidden = true;
    const remove = button(words("remove", item), () => drop(item));
    const name = element("p", "");
    name.append(element("b", "", file.name));
    item.row.append(name, item.bar, item.words, item.again, remove);
    part.append(item.row);
    part.hidden = false;
    items.push(item);
    carry(item);
  };

  const drop = (item) => {
    item.removed = true;
    items.splice(items.indexOf(item), 1);
    item.row.remove();
    part.hidden = items.length === 0;
    if (item.mark) sessionStorage.removeItem(item.mark);
    if (item.id) ask("DELETE", `/${item.id}`).catch(() => { /* the server sweeps what is left */ });
    settle();
    document.getElementById("file").focus();
  };

  const settle = () => {
    field.value = [...kept, ...items.filter((i) => i.state === "here").map((i) => i.id)].join(" ");
    if (!sendWhenDone || items.some((i) => i.state === "sending")) return;
    sendWhenDone = false;
    form.requestSubmit();
  };

  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      const chosen = [...input.files];
      input.value = "";
      chosen.forEach(add);
    });
  }

  form.addEventListener("submit", (event) => {
    const bad = items.find((i) => i.state === "refused");
    if (bad) {
      event.preventDefault();
      bad.row.focus();
    } else if (items.some((i) => i.state === "sending")) {
      event.preventDefault();
      sendWhenDone = true;
    }
  });
})();
