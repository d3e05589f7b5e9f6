// What all of the page uses: its words, elements, and how it asks /api/v1 and shows what it says. It
// keeps nothing, and everything that a device or a file brings goes into the page as text.
export const at = (id) => document.getElementById(id);
const json = async (url) => (await fetch(url)).json();
const [words, offered] = await Promise.all([json("/page/words.json"), json("/api/v1/setting")]);
export const setting = offered; // what the server offers
export const say = (key, values = {}) =>
  (words[key] || key).replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
export const size = (bytes) =>
  bytes < 1e3 ? bytes + " B" : bytes < 1e6 ? (bytes / 1e3).toFixed(1) + " kB" : (bytes / 1e6).toFixed(1) + " MB";
export const time = (s) => (s < 90 ? say("seconds", { n: Math.ceil(s) }) : say("minutes", { n: Math.ceil(s / 60) }));
export const element = (name, text, className) => {
  const out = document.createElement(name);
  if (text !== undefined) out.textContent = text;
  if (className) out.className = className;
  return out;
};

// --- asking ---
let running = null;
// Null: the server cannot be reached. What is asked takes the place of what was asked before.
// `quietly`: the state on the page stays that of what it shows. `more`: further headers.
export const ask = (url, body, accept, type, { quietly = false, more = {} } = {}) =>
  new Promise((done) => {
    if (running) running.abort();
    const request = (running = new XMLHttpRequest());
    request.open("POST", url);
    request.setRequestHeader("Accept", accept);
    if (type) request.setRequestHeader("Content-Type", type);
    for (const [name, value] of Object.entries(more)) request.setRequestHeader(name, value);
    const began = performance.now();
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && !quietly) progress(event.loaded, event.total, (performance.now() - began) / 1e3);
    };
    request.onload = () => done(request);
    request.onerror = () => done(null);
    request.send(body);
  });
const sending = (done, all) => say("sending", { percent: Math.floor((done / all) * 100) });
let told = sending;
export const tell_progress = (how) => (told = how || sending);
export const progress = (done, all, seconds) => {
  at("progress").hidden = false;
  at("progress").value = (done / all) * 100;
  at("state").textContent = done < all ? told(done, all, seconds) : say("working");
};
export const begin = () => {
  for (const id of ["lot", "inspected", "report", "decide", "progress"]) at(id).hidden = true;
  at("problem").replaceChildren();
  at("decided").textContent = "";
  at("state").className = "";
  at("state").textContent = say("working");
  at("result").hidden = false;
  at("result").focus();
};
export const end = (key, className, values) => {
  at("progress").hidden = true;
  at("state").className = className || "";
  at("state").textContent = say(key, values);
};
// What a refusal says; null: nothing that can be read.
const refusal = (request) => {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
};
export const why_not = (request) => {
  const said = refusal(request);
  return said && said.detail ? said.detail : request ? `${request.status} ${request.statusText}` : say("offline");
};
export const problem = (request) => {
  const said = refusal(request);
  end("failed", "reject", { why: why_not(request) });
  const box = [];
  if (said && said.expected) box.push(element("p", `${say("expected")}: ${said.expected}`));
  if (said && said.found) box.push(element("p", `${say("found")}: ${said.found}`));
  at("problem").replaceChildren(...box);
};

// --- files ---
const entries = async (entry, out, path) => {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    out.push({ file, name: path + file.name });
  } else if (entry.isDirectory) {
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) break;
      for (const one of some) await entries(one, out, path + entry.name + "/");
    }
  }
};
// `take` gets [{file, name}] of whatever is dropped there: files, or folders with all in them.
export const on_drop = (drop, take) => {
  for (const name of ["dragenter", "dragover"])
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    const found = [];
    const items = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
    const files = [...event.dataTransfer.files];
    for (const entry of items) if (entry) await entries(entry, found, "");
    take(found.length ? found : named(files));
  });
};
export const named = (files) => [...files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
