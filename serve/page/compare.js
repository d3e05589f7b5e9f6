// What differs between two reports of this program: facts, and findings that are new, gone or other.
import { ask, at, element, say, why_not } from "./base.js";

export const differences = (() => {
  const kFindings = ["fail", "unknown", "warn"];
  const kAnswered = ["pass", "skipped"]; // what is blocked may still be there
  // "device.vid", "ledger.height": what is a single value.
  const facts = (report) => {
    const out = new Map();
    const add = (name, value) => {
      if (value !== null && typeof value === "object") {
        for (const [key, inner] of Object.entries(value)) add(name ? `${name}.${key}` : key, inner);
      } else if (value !== null && value !== undefined && value !== "") {
        out.set(name, String(value));
      }
    };
    for (const part of ["verdict", "tool", "network", "stage", "at", "ledger", "device", "sdk_result"])
      add(part, report[part]);
    out.delete("ledger.age_seconds");
    return out;
  };
  const checks = (report) => new Map(report.checks.map((check) => [check.id, check]));
  const words = (check) => (check ? [check.status, check.message, check.expected, check.actual].join("\n") : "");
  const keys = (a, b) => [...new Set([...b.keys(), ...a.keys()])];

  return (earlier, now) => {
    for (const report of [earlier, now])
      if (!report || report.schema !== "matter-attest/report/1" || !Array.isArray(report.checks))
        throw new TypeError("no report");
    const [was, is] = [facts(earlier), facts(now)];
    const out = {
      facts: keys(was, is).filter((key) => was.get(key) !== is.get(key)).map((key) => [key, was.get(key), is.get(key)]),
      found: [],
      gone: [],
      other: [],
    };
    const [before, after] = [checks(earlier), checks(now)];
    for (const id of keys(before, after)) {
      const [a, b] = [before.get(id), after.get(id)];
      const [was_one, is_one] = [a, b].map((check) => Boolean(check) && kFindings.includes(check.status));
      const one = { id, earlier: a, now: b };
      if (is_one && !was_one) out.found.push(one);
      else if (was_one && !is_one && b && kAnswered.includes(b.status)) out.gone.push(one);
      else if (words(a) !== words(b) && (was_one || (a && a.status) !== (b && b.status))) out.other.push(one);
    }
    return out;
  };
})();

// --- on the page ---
let form = null; // of the device that is shown: what it was judged from
let asked = 0;
const tell = (...content) => at("differences").replaceChildren(...content);
export const comparable = (data) => {
  form = data;
  asked += 1;
  at("earlier-file").value = "";
  if (at("earlier").options.length) at("earlier").selectedIndex = 0;
  tell();
};

const table = (rows) => {
  const out = element("table");
  const head = out.createTHead().insertRow();
  for (const key of ["compare_what", "compare_earlier", "compare_now"]) {
    const cell = element("th", say(key));
    cell.scope = "col";
    head.append(cell);
  }
  const body = out.createTBody();
  for (const [name, was, is] of rows) {
    const row = body.insertRow();
    const cell = element("th", name);
    cell.scope = "row";
    row.append(cell, element("td", was === undefined ? "–" : was), element("td", is === undefined ? "–" : is));
  }
  const around = element("div", undefined, "scroll");
  around.append(out);
  around.tabIndex = 0;
  around.setAttribute("role", "region");
  around.setAttribute("aria-label", say("compare_facts"));
  return around;
};
const findings = (key, all, words) => {
  if (!all.length) return [];
  const list = element("ul");
  list.append(...all.map((one) => element("li", words(one))));
  return [element("h3", `${say(key)} (${all.length})`), list];
};
const told = (check) => [check.id, check.message].filter((word) => word).join(": ");
const status = (check) => (check ? say(check.status) : "–");
const show = (earlier, now) => {
  const found = differences(earlier, now);
  const count = found.facts.length + found.found.length + found.gone.length + found.other.length;
  if (!count) return tell(element("p", say("compare_same")));
  tell(
    element("p", say("compare_verdicts", { earlier: say(earlier.verdict), now: say(now.verdict) })),
    ...findings("compare_new", found.found, (one) => told(one.now)),
    ...findings("compare_gone", found.gone, (one) => `${told(one.earlier)} (${say("compare_now")}: ${status(one.now)})`),
    ...findings("compare_other", found.other, (one) => `${one.id}: ${status(one.earlier)} → ${status(one.now)}${one.now && one.now.message ? ": " + one.now.message : ""}`),
    ...(found.facts.length ? [element("h3", `${say("compare_facts")} (${found.facts.length})`), table(found.facts)] : []),
  );
};
// `earlier`: a promise of the text of a report.
const compare = async (earlier) => {
  const mine = (asked += 1);
  tell(element("p", say("working")));
  let was = null;
  try {
    was = JSON.parse(await earlier);
    differences(was, was);
  } catch {
    if (mine === asked) tell(element("p", say("compare_no_report"), "reject"));
    return;
  }
  // The same device once more, as data.
  const request = await ask("/api/v1/verify", form, "application/json", "", { quietly: true });
  if (mine !== asked) return;
  if (!request || request.status !== 200) return tell(element("p", say("failed", { why: why_not(request) }), "reject"));
  show(was, JSON.parse(request.responseText));
};

at("earlier-file").onchange = () => {
  const file = at("earlier-file").files[0];
  if (!file) return;
  if (at("earlier").options.length) at("earlier").selectedIndex = 0;
  compare(file.text());
};
at("earlier").onchange = () => {
  const id = at("earlier").value;
  at("earlier-file").value = "";
  if (id) compare(fetch(`/api/v1/decisions/${id}.report`).then((answer) => (answer.ok ? answer.text() : "")));
  else tell();
};
// The newest decisions that fit; without a record there is nothing to choose.
const search = async () => {
  const query = new URLSearchParams({ limit: "100", q: at("earlier-search").value });
  const answer = await fetch("/api/v1/decisions?" + query);
  at("earlier-decided").hidden = !answer.ok;
  if (!answer.ok) return;
  const all = (await answer.json()).decisions;
  const option = (text, value) => Object.assign(element("option", text), { value });
  at("earlier").replaceChildren(
    option(say(all.length ? "earlier_choose" : "earlier_none"), ""),
    ...all.map((one) =>
      option(
        [one.time, say(one.decision), one.device.product, one.device.serial_number || one.device.dac_serial, one.who].filter((word) => word).join(" · "),
        one.id,
      ),
    ),
  );
};
at("compare").addEventListener("toggle", () => {
  if (at("compare").open) search();
});
at("earlier-search").onchange = search;
