"use strict";
// The page: asks /api/v1 and shows what it says. It keeps nothing, and everything that a device or a
// file brings goes into the page as text.
(async () => {
  const at = (id) => document.getElementById(id);
  let words = {};
  let setting = { decisions: false, read_only: true, most_upload: 1e12 }; // what the server offers
  const say = (key, values = {}) =>
    (words[key] || key).replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
  const size = (bytes) =>
    bytes < 1e3 ? bytes + " B" : bytes < 1e6 ? (bytes / 1e3).toFixed(1) + " kB" : (bytes / 1e6).toFixed(1) + " MB";
  const time = (s) => (s < 90 ? say("seconds", { n: Math.ceil(s) }) : say("minutes", { n: Math.ceil(s / 60) }));
  const element = (name, text, className) => {
    const out = document.createElement(name);
    if (text !== undefined) out.textContent = text;
    if (className) out.className = className;
    return out;
  };

  // --- files ---
  let chosen = []; // {file, name}
  const list = () => {
    at("list").replaceChildren(
      ...chosen.slice(0, 200).map((one) => {
        const row = element("li");
        row.append(element("span", `${one.name} (${size(one.file.size)})`));
        const remove = element("button", say("remove"));
        remove.type = "button";
        remove.setAttribute("aria-label", `${say("remove")}: ${one.name}`);
        remove.onclick = () => {
          chosen = chosen.filter((other) => other !== one);
          list();
          at("evidence").focus();
        };
        row.append(remove);
        return row;
      }),
    );
    const all = chosen.reduce((sum, one) => sum + one.file.size, 0);
    at("chosen").textContent = chosen.length
      ? say("chosen", { n: chosen.length, size: size(all) })
      : say("chosen_none");
  };
  const add = (files) => {
    for (const file of files) chosen.push({ file, name: file.webkitRelativePath || file.name });
    list();
  };
  for (const id of ["evidence", "folder", "camera"]) {
    at(id).addEventListener("change", () => {
      add(at(id).files);
      at(id).value = "";
    });
  }
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
  const drop = at("drop");
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
    for (const entry of items) if (entry) await entries(entry, found, "");
    if (found.length) chosen.push(...found);
    else add(event.dataTransfer.files);
    list();
  });
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());

  // --- tabs ---
  const tabs = [at("tab-one"), at("tab-many")];
  const select = (tab) => {
    for (const one of tabs) {
      const on = one === tab;
      one.setAttribute("aria-selected", String(on));
      one.tabIndex = on ? 0 : -1;
      at(one.getAttribute("aria-controls")).hidden = !on;
    }
  };
  tabs.forEach((tab, i) => {
    tab.onclick = () => select(tab);
    tab.onkeydown = (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = tabs[(i + 1) % tabs.length];
      select(other);
      other.focus();
    };
  });

  // --- asking ---
  let running = null;
  const ask = (url, body, accept, type) =>
    new Promise((done) => {
      if (running) running.abort();
      const request = (running = new XMLHttpRequest());
      request.open("POST", url);
      request.setRequestHeader("Accept", accept);
      if (type) request.setRequestHeader("Content-Type", type);
      const began = performance.now();
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) progress(event.loaded, event.total, (performance.now() - began) / 1e3);
      };
      request.onload = () => done(request);
      request.onerror = () => done(null);
      request.send(body);
    });
  let told = (done, all) => say("sending", { percent: Math.floor((done / all) * 100) });
  const progress = (done, all, seconds) => {
    at("progress").hidden = false;
    at("progress").value = (done / all) * 100;
    at("state").textContent = done < all ? told(done, all, seconds) : say("working");
  };
  const begin = () => {
    for (const id of ["lot", "inspected", "report", "decide", "progress"]) at(id).hidden = true;
    at("problem").replaceChildren();
    at("decided").textContent = "";
    at("state").className = "";
    at("state").textContent = say("working");
    at("result").hidden = false;
    at("result").focus();
  };
  const end = (key, className, values) => {
    at("progress").hidden = true;
    at("state").className = className || "";
    at("state").textContent = say(key, values);
  };
  const problem = (request) => {
    let said = null;
    try {
      said = JSON.parse(request.responseText);
    } catch {
      said = null;
    }
    const why = said && said.detail ? said.detail : request ? `${request.status} ${request.statusText}` : say("offline");
    end("failed", "reject", { why });
    const box = [];
    if (said && said.expected) box.push(element("p", `${say("expected")}: ${said.expected}`));
    if (said && said.found) box.push(element("p", `${say("found")}: ${said.found}`));
    at("problem").replaceChildren(...box);
  };
  const form = () => {
    const data = new FormData();
    for (const one of chosen) data.append("evidence", one.file, one.name);
    const code = at("code").value.trim();
    if (code) data.append("code", code);
    return data;
  };
  const enough = () => {
    const all = chosen.reduce((sum, one) => sum + one.file.size, 0);
    const some = chosen.length || at("code").value.trim();
    if (some && all <= setting.most_upload) return true;
    begin();
    end(some ? "too_large" : "nothing", "reject", { most: size(setting.most_upload) });
    return false;
  };

  // --- one device ---
  const kReport = "text/html, application/problem+json"; // what is wrong is shown by this page
  let report = null; // the id under which the server keeps it
  let saved = null;
  const show = (request) => {
    if (!request || request.status !== 200) return problem(request);
    const verdict = request.getResponseHeader("Verdict") || "undecided";
    at("frame").srcdoc = request.responseText;
    if (saved) URL.revokeObjectURL(saved);
    saved = URL.createObjectURL(new Blob([request.responseText], { type: "text/html" }));
    at("save").href = saved;
    at("report").hidden = false;
    report = request.getResponseHeader("Report-Id");
    at("decide").hidden = !(report && setting.decisions);
    end("done_" + verdict, verdict);
    const notes = ["Ledger-Note", "Decision-Note"].map((name) => request.getResponseHeader(name));
    at("problem").replaceChildren(...notes.filter((note) => note).map((note) => element("p", note)));
  };
  at("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!enough()) return;
    const data = form();
    for (const id of ["network", "stage"]) if (at(id).value) data.append(id, at(id).value);
    for (const file of at("order").files) data.append("order", file, file.name);
    begin();
    show(await ask("/api/v1/verify", data, kReport));
  });
  at("inspect").onclick = async () => {
    if (!enough()) return;
    begin();
    const request = await ask("/api/v1/inspect", form(), "application/json");
    if (!request || request.status !== 200) return problem(request);
    at("inspected").textContent = request.responseText;
    at("inspected").hidden = false;
    end("done_inspect");
  };
  at("form").addEventListener("reset", () => {
    chosen = [];
    list();
    at("result").hidden = true;
  });

  // --- a lot ---
  const kMostRows = 500;
  let lines = [], records = null;
  const rows = () => {
    const verdict = at("lot-filter").value, wanted = at("lot-search").value.toLowerCase();
    const fitting = lines.filter(
      (line) => (!verdict || line.verdict === verdict) && (!wanted || String(line.id).toLowerCase().includes(wanted)),
    );
    at("lot-rows").replaceChildren(
      ...fitting.slice(0, kMostRows).map((line) => {
        const row = element("tr");
        const name = element("td");
        const open = element("button", String(line.id));
        open.type = "button";
        open.setAttribute("aria-label", say("lot_open", { id: line.id }));
        open.onclick = () => device(line);
        name.append(open);
        const why = (line.failed || []).concat(line.open || []);
        row.append(name, element("td", say(line.verdict), line.verdict));
        row.append(element("td", why.length ? why.join(", ") : line.error || ""));
        return row;
      }),
    );
    at("lot-more").textContent = fitting.length > kMostRows ? say("lot_more", { n: kMostRows }) : "";
  };
  const device = async (line) => {
    const record = records[line.at];
    if (record === undefined) return;
    const data = new FormData();
    data.append("evidence", new Blob([record], { type: "application/json" }), String(line.id) + ".json");
    for (const [id, name] of [["lot-network", "network"], ["lot-stage", "stage"]])
      if (at(id).value) data.append(name, at(id).value);
    at("report").hidden = true;
    at("problem").replaceChildren();
    const request = await ask("/api/v1/verify", data, kReport);
    show(request);
    at("state").textContent = `${line.id}: ${at("state").textContent}`;
    at("report").scrollIntoView();
    at("frame").focus();
  };
  at("lot-filter").onchange = rows;
  at("lot-search").oninput = rows;
  at("lot-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = at("lot-file").files[0];
    if (!file) {
      begin();
      return end("nothing", "reject");
    }
    begin();
    // How many devices a byte is, for the rate: of the first piece.
    const first = await file.slice(0, 1 << 20).text();
    const each = first.length / Math.max(1, first.split("\n").filter((line) => line.trim()).length);
    const plain = told;
    told = (done, all, seconds) =>
      say("lot_progress", {
        done: size(done),
        all: size(all),
        rate: Math.round(done / each / Math.max(seconds, 0.1)),
        left: time(((all - done) / Math.max(done, 1)) * seconds),
      });
    const query = new URLSearchParams();
    for (const [id, name] of [["lot-network", "network"], ["lot-stage", "stage"]])
      if (at(id).value) query.set(name, at(id).value);
    const request = await ask("/api/v1/lot?" + query, file, "application/x-ndjson", "application/x-ndjson");
    told = plain;
    if (!request || request.status !== 200) return problem(request);
    lines = [];
    let lot = null;
    for (const text of request.responseText.split("\n")) {
      if (!text) continue;
      const line = JSON.parse(text);
      if (line.lot) lot = line.lot;
      else lines.push(Object.assign(line, { at: lines.length }));
    }
    records = (await file.text()).split("\n").filter((line) => line.trim());
    const count = (verdict) => lines.filter((line) => line.verdict === verdict).length;
    at("lot").hidden = false;
    rows();
    const between = (lot && lot.findings ? lot.findings : []).map((finding) =>
      element("li", `${finding.id || ""}: ${finding.message || ""}`),
    );
    at("lot-between").hidden = !between.length;
    at("lot-between").querySelector("summary").textContent = `${say("lot_between")} (${between.length})`;
    at("lot-between").querySelector("ul").replaceChildren(...between);
    const counts = {
      n: lines.length,
      approve: count("approve"),
      reject: count("reject"),
      undecided: count("undecided"),
    };
    at("lot-summary").textContent = say("lot_done", counts);
    end("lot_done", lot ? lot.verdict : "", counts);
  });

  // --- decisions ---
  at("decide").addEventListener("submit", async (event) => {
    event.preventDefault();
    const waivers = at("waivers").value.split("\n").filter((line) => line.trim()).map((line) => {
      const [id, rest = ""] = line.split(/=(.*)/s);
      const until = rest.match(/until\s+(\S+)\s*$/);
      return {
        id: id.trim(),
        reason: rest.replace(/,?\s*until\s+\S+\s*$/, "").trim(),
        who: at("who").value.trim(),
        until: until ? until[1] : "",
      };
    });
    const request = await ask(
      "/api/v1/decisions",
      JSON.stringify({
        report,
        decision: at("decision").value,
        who: at("who").value.trim(),
        reason: at("reason").value.trim(),
        waivers,
      }),
      "application/json",
      "application/json",
    );
    if (!request || request.status >= 300) return problem(request);
    at("decide").hidden = true;
    at("progress").hidden = true;
    end("decide_done", "approve", { id: JSON.parse(request.responseText).id });
  });

  // --- begin ---
  const [said, offered] = await Promise.all([fetch("/page/words.json"), fetch("/api/v1/setting")]);
  words = await said.json();
  setting = await offered.json();
  document.documentElement.classList.add("script");
})();
