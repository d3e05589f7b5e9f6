// A lot: records of a file, or folders with a device each; how far it is, a filter, and one click to a
// device's report.
import { ask, at, begin, element, end, named, on_drop, problem, progress, say, setting, size, tell_progress, time } from "./base.js";

const kMostRows = 500;
const kAtOnce = 3; // devices of folders
const kFollowed = 1 << 20; // bytes from which the lines of records are shown while they come
const kVerdicts = ["approve", "reject", "undecided", "none"];
let lines = []; // {id, verdict, failed, open, error, form}
let run = 0; // the lot whose answers count
let due = 0;

const count = () => {
  const out = { n: lines.length };
  for (const verdict of kVerdicts) out[verdict] = 0;
  for (const line of lines) out[line.verdict] += 1;
  out.none_too = out.none ? say("lot_none_too", { none: out.none }) : "";
  return out;
};
const asked = (data) => {
  for (const [id, name] of [["lot-network", "network"], ["lot-stage", "stage"]])
    if (at(id).value) data.append(name, at(id).value);
  return data;
};

// --- the table ---
let open_report = null;
const rows = () => {
  due = 0;
  const verdict = at("lot-filter").value, wanted = at("lot-search").value.toLowerCase();
  const words = (line) => [line.id, ...(line.failed || []), ...(line.open || [])].join("\n").toLowerCase();
  const fitting = lines.filter((line) => (!verdict || line.verdict === verdict) && (!wanted || words(line).includes(wanted)));
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
  at("lot-more").textContent = fitting.length > kMostRows ? say("lot_more", { n: kMostRows, all: fitting.length }) : "";
  at("lot-summary").textContent = say("lot_done", count());
};
// While lines come the table is made anew now and then, not for each.
const rows_soon = () => {
  if (!due) due = setTimeout(rows, 250);
};
const device = async (line) => {
  const form = line.form && line.form();
  if (!form) return;
  await open_report(asked(form));
  at("state").textContent = `${line.id}: ${at("state").textContent}`;
  at("report").scrollIntoView();
  at("frame").focus();
};
const between = (findings) => {
  at("lot-between").hidden = !findings.length;
  at("lot-between").querySelector("summary").textContent = `${say("lot_between")} (${findings.length})`;
  at("lot-between")
    .querySelector("ul")
    .replaceChildren(...findings.map((finding) => element("li", `${finding.id || ""}: ${finding.message || ""}`)));
};
const begin_table = (alone) => {
  lines = [];
  between([]);
  at("lot").hidden = false;
  at("lot-alone").hidden = !alone;
  rows();
};
const end_table = (verdict) => {
  clearTimeout(due);
  rows();
  end("done_" + verdict, verdict);
};

// --- records ---
const take_line = (text, record) => {
  const line = JSON.parse(text);
  if (line.lot || line.problem) return line;
  const mine = record(lines.length);
  lines.push(
    Object.assign(line, {
      form: () => {
        const content = mine();
        if (content === undefined) return null;
        const data = new FormData();
        data.append("evidence", new Blob([content], { type: "application/json" }), String(line.id) + ".json");
        return data;
      },
    }),
  );
  return null;
};
// The lines of a lot while it is sent; its last, or null where it was not found.
const followed = async (name, sent, take) => {
  let answer = null;
  while (!answer || !answer.ok) {
    if (sent.done) return null;
    answer = await fetch("/api/v1/lot/" + name);
    if (answer.status !== 404 && !answer.ok) return null;
    if (!answer.ok) await new Promise((done) => setTimeout(done, 100));
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "", last = null;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return last;
    const some = (rest + value).split("\n");
    rest = some.pop();
    for (const text of some) if (text) last = take(text) || last;
    rows_soon();
  }
};
const records_of = async (file) => {
  const mine = (run += 1);
  // How many devices a byte is, for the rate: of the first piece.
  const first = await file.slice(0, 1 << 20).text();
  const each = first.length / Math.max(1, first.split("\n").filter((line) => line.trim()).length);
  tell_progress((done, all, seconds) =>
    say("lot_progress", {
      done: size(done),
      all: size(all),
      rate: Math.round(done / each / Math.max(seconds, 0.1)),
      left: time(((all - done) / Math.max(done, 1)) * seconds),
    }),
  );
  begin_table(false);
  let records = null;
  const record = (i) => () => (records ? records[i] : undefined);
  const take = (text) => (mine === run ? take_line(text, record) : null);
  const query = new URLSearchParams(asked(new FormData()));
  const sent = { done: false };
  const follow = file.size >= kFollowed;
  if (follow) query.set("lot", [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  const following = follow ? followed(query.get("lot"), sent, take) : null;
  const kind = "application/x-ndjson";
  const request = await ask("/api/v1/lot?" + query, file, kind, kind, { more: follow ? { Prefer: "return=minimal" } : {} });
  sent.done = true;
  tell_progress(null);
  if (mine !== run) return;
  if (!request || request.status !== 200) {
    at("lot").hidden = !lines.length;
    return problem(request);
  }
  let last = follow ? await following.catch(() => null) : null;
  if (!follow) for (const text of request.responseText.split("\n")) if (text) last = take(text) || last;
  if (mine !== run) return;
  if (!last || !last.lot) return end("lot_lost", "reject");
  records = (await file.text()).split("\n").filter((line) => line.trim());
  between(last.lot.findings || []);
  end_table(last.lot.verdict);
};

// --- folders ---
let devices = []; // {id, files: [{file, name}]}
// As by lot: a folder is a device, and so is a file that lies beside them. One folder around all of
// them is none.
const grouped = (files) => {
  const parts = files.map((one) => ({ ...one, path: one.name.split("/") }));
  const first = parts.length ? parts[0].path[0] : "";
  const inner = parts.every((one) => one.path.length > 1 && one.path[0] === first) ? 1 : 0;
  const found = new Map();
  for (const { file, path } of parts) {
    const id = path[inner];
    if (!found.has(id)) found.set(id, { id, files: [] });
    found.get(id).files.push({ file, name: path.slice(inner).join("/") });
  }
  return [...found.values()].sort((a, b) => a.id.localeCompare(b.id, undefined, { numeric: true }));
};
const chosen = (files) => {
  devices = grouped(files);
  at("lot-file").value = "";
  at("lot-chosen").textContent = devices.length
    ? say("lot_chosen", { n: devices.length, files: files.length, size: size(files.reduce((sum, one) => sum + one.file.size, 0)) })
    : say("chosen_none");
};
const form_of = (one) => {
  const data = new FormData();
  for (const { file, name } of one.files) data.append("evidence", file, name);
  return data;
};
// A line of a table as lot would write it. A device that nobody judged has no verdict.
const judged = async (one) => {
  const without = (error) => ({ id: one.id, verdict: "none", error, form: () => form_of(one) });
  if (one.files.reduce((sum, { file }) => sum + file.size, 0) > setting.most_upload) return without(say("too_large", { most: size(setting.most_upload) }));
  for (let tries = 0; ; tries += 1) {
    let answer = null, content = null;
    try {
      answer = await fetch("/api/v1/verify", { method: "POST", body: asked(form_of(one)), headers: { Accept: "application/json" } });
      content = await answer.json();
    } catch {
      return without(say("offline"));
    }
    const again = Number(answer.headers.get("Retry-After"));
    if (again && tries < 5) {
      await new Promise((done) => setTimeout(done, again * 1000));
      continue;
    }
    if (!answer.ok) return without(content.detail || String(answer.status));
    const failed = content.checks.filter((check) => check.status === "fail").map((check) => check.id);
    return { id: one.id, verdict: content.verdict, failed, error: content.verdict === "approve" || failed.length ? "" : content.summary, form: () => form_of(one) };
  }
};
const folders = async () => {
  const mine = (run += 1), all = devices.slice(), began = performance.now();
  begin_table(true);
  const found = new Array(all.length);
  let next = 0, done = 0;
  tell_progress((now, of, seconds) =>
    say("lot_folders_progress", { done: now, all: of, rate: (now / Math.max(seconds, 0.1)).toFixed(1), left: time(((of - now) / Math.max(now, 1)) * seconds) }),
  );
  const work = async () => {
    while (mine === run && next < all.length) {
      const i = next++;
      found[i] = await judged(all[i]);
      if (mine !== run) return;
      lines = found.filter((line) => line);
      progress((done += 1), all.length, (performance.now() - began) / 1e3);
      rows_soon();
    }
  };
  await Promise.all(Array.from({ length: kAtOnce }, work));
  if (mine !== run) return;
  tell_progress(null);
  const counts = count();
  end_table(counts.reject ? "reject" : counts.undecided || counts.none ? "undecided" : "approve");
};

// `judge`: what judges a form and shows its report.
export const begin_lots = (judge) => {
  open_report = judge;
  at("lot-filter").onchange = rows;
  at("lot-search").oninput = rows;
  at("lot-folder").onchange = () => {
    chosen(named(at("lot-folder").files));
    at("lot-folder").value = "";
  };
  on_drop(at("lot-drop"), (files) => {
    // A file of records may be dropped here, too.
    if (files.length === 1 && /\.(ndjson|jsonl)$/i.test(files[0].name)) {
      const one = new DataTransfer();
      one.items.add(files[0].file);
      at("lot-file").files = one.files;
      at("lot-file").dispatchEvent(new Event("change"));
    } else {
      chosen(files);
    }
  });
  at("lot-file").onchange = () => {
    devices = [];
    const file = at("lot-file").files[0];
    at("lot-chosen").textContent = file ? `${file.name} (${size(file.size)})` : say("chosen_none");
  };
  at("lot-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = at("lot-file").files[0];
    begin();
    if (devices.length) return folders();
    if (file) return records_of(file);
    end("lot_nothing", "reject");
  });
};
