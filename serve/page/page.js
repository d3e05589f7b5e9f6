// The page: one device, its report, and what is decided about it.
import { ask, at, begin, element, end, named, on_drop, problem, say, setting, size } from "./base.js";
import { comparable } from "./compare.js";
import { begin_lots } from "./lot.js";

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
const add = (more) => {
  chosen.push(...more);
  list();
};
for (const id of ["evidence", "folder", "camera"]) {
  at(id).addEventListener("change", () => {
    add(named(at(id).files));
    at(id).value = "";
  });
}
on_drop(at("drop"), add);
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
const show = (request, data) => {
  if (!request || request.status !== 200) return problem(request);
  const verdict = request.getResponseHeader("Verdict") || "undecided";
  at("frame").srcdoc = request.responseText;
  if (saved) URL.revokeObjectURL(saved);
  saved = URL.createObjectURL(new Blob([request.responseText], { type: "text/html" }));
  at("save").href = saved;
  at("report").hidden = false;
  report = request.getResponseHeader("Report-Id");
  at("decide").hidden = !(report && setting.decisions);
  // What was said about another device is not said of this one.
  at("reason").value = at("waivers").value = "";
  comparable(data);
  end("done_" + verdict, verdict);
  const notes = ["Ledger-Note", "Decision-Note"].map((name) => request.getResponseHeader(name));
  at("problem").replaceChildren(...notes.filter((note) => note).map((note) => element("p", note)));
};
// What is in the form of verify, judged and shown.
const judge = async (data) => {
  at("report").hidden = true;
  at("problem").replaceChildren();
  show(await ask("/api/v1/verify", data, kReport), data);
};
at("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!enough()) return;
  const data = form();
  for (const id of ["network", "stage"]) if (at(id).value) data.append(id, at(id).value);
  for (const file of at("order").files) data.append("order", file, file.name);
  begin();
  await judge(data);
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

// --- decisions ---
// What is recorded stays for good: one press of the button is one decision, however fast the next.
let recording = false;
at("decide").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (recording) return;
  recording = true;
  try {
    await record();
  } finally {
    recording = false;
  }
});
async function record() {
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
    { quietly: true },
  );
  if (!request || request.status >= 300) return problem(request);
  at("decide").hidden = true;
  at("progress").hidden = true;
  end("decide_done", "approve", { id: JSON.parse(request.responseText).id });
}

begin_lots(judge);
document.documentElement.classList.add("script");
