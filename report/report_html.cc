#include "report/report_html.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/html_chain.h"
#include "report/html_page.h"
#include "report/identity_table.h"
#include "report/posture_table.h"
#include "report/test_plan.h"
#include "report/wording.h"
#include "verifier/base/counted.h"
#include "verifier/gather/file_digests.h"
#include "verifier/readers/quoted.h"
#include "verifier/rules/check.h"

namespace attest {
namespace {

constexpr Status kByUrgency[] = {Status::fail,    Status::unknown, Status::warn,
                                 Status::blocked, Status::pass,    Status::skipped};
constexpr size_t kIdsShown = 8;  // of a declaration's products

// What a reader should look at: everything that did not simply pass.
bool stands_out(const Finding& f) {
  return f.status == Status::fail || f.status == Status::unknown || f.status == Status::warn ||
         !f.waived.empty();
}

const char* shown_status(const Finding& f) {
  return f.waived.empty() ? status_name(f.status) : "waived";
}
const char* tone(const Finding& f) {
  return tone_class(f.waived.empty() ? f.status : Status::warn);
}

std::string age_text(int64_t seconds) {
  if (seconds < 0) return "from after the instant that is judged";
  const int64_t days = seconds / 86'400, hours = seconds / 3'600 % 24, minutes = seconds / 60 % 60;
  return days > 0    ? fmt::format("{} d {} h old", days, hours)
         : hours > 0 ? fmt::format("{} h {} min old", hours, minutes)
                     : fmt::format("{} min old", minutes);
}

std::string size_text(uint64_t bytes) {
  return bytes < 10'000       ? fmt::format("{} bytes", bytes)
         : bytes < 10'000'000 ? fmt::format("{} kB", bytes / 1'000)
                              : fmt::format("{} MB", bytes / 1'000'000);
}

class Writer {
 public:
  Writer(Markup& page, const Evidence& e, const Report& report)
      : page_(page), e_(e), report_(report), pictures_(chain_pictures(e, report)) {}

  void write() {
    decision();
    section("The chain", "Drawn from the checks: each fault breaks one link or marks one box.",
            [&] { html_chains(page_, pictures_); });
    paper();
    section("Vendor and product, as each place gives them", "", [&] { identities(); });
    if (const auto rows = posture_table(report_); !rows.empty())
      section("How the part is locked", "", [&] { locks(rows); });
    section("Checks", "", [&] { checks(); });
    section("Evidence", "", [&] { evidence(); });
    section("How it was judged", "", [&] { conditions(); });
  }

 private:
  template <class F>
  void section(Literal title, Literal lead, F&& inside) {
    const auto element = page_.in("section");
    page_.line().leaf("h2", title.text());
    if (!lead.text().empty()) page_.leaf("p", lead.text(), {{"class", "lead"}});
    inside();
  }

  void id_link(const Check& check) {
    const auto link = page_.in("a", {Attribute::link_to(check.id)});
    page_.leaf("code", check.id);
  }

  void decision() {
    const auto header = page_.in("header", {{"class", "decision"}});
    {
      const auto eyebrow = page_.in("p", {{"class", "eyebrow"}});
      page_.leaf("span", "Matter device attestation")
          .leaf("span", policy_text(e_.policy.network, e_.policy.stage))
          .leaf("span", fmt::format("as of {}", rfc3339(e_.policy.at)));
    }
    const std::string name = device_name(e_);
    decision_headline(page_, report_.verdict, name.empty() ? "Device without a name" : name);
    {
      const auto ids = page_.in("p", {{"class", "ids"}});
      page_.text(device_ids(e_));
      if (const std::string* serial = e_.device.string(FactId::serial_number))
        page_.text(", serial ").isolated(shown_text(*serial));
    }
    to_do();
    chains();
    const auto tally = page_.in("ul", {{"class", "tally"}});
    constexpr const char* kWords[] = {"failed",  "unknown", "warned",
                                      "blocked", "passed",  "do not apply"};
    for (size_t i = 0; i < std::size(kByUrgency); ++i) {
      const size_t n = count_of(report_, kByUrgency[i]);
      if (n == 0) continue;
      const auto li = page_.in("li", {{"class", tone_class(kByUrgency[i])}});
      page_.leaf("b", std::to_string(n)).text(" ").text(kWords[i]);
    }
  }

  // Which commissioners take the part, where it has a chain for each kind of them.
  void chains() {
    if (!pictures_.several()) return;
    const auto p = page_.in("p", {{"class", "chains"}});
    page_.text("Commissioners by the chain that they ask for: ");
    for (const ChainPicture& one : pictures_.all) {
      page_.text(fmt::format("{}{}: ", &one == &pictures_.first() ? "" : ", ", one.chain))
          .leaf("b", verdict_name(one.verdict), {{"class", tone_class(one.verdict)}});
    }
  }

  // The verdict's reason, and the one thing to do about it.
  void to_do() {
    const auto box =
        page_.in("div", {{"class", fmt::format("todo {}", tone_class(report_.verdict))}});
    const Finding* first = report_.decided_by == nullptr ? nullptr : report_.of(report_.decided_by);
    if (first == nullptr) {
      {
        const auto fault = page_.in("p", {{"class", "fault first-capital"}});
        page_.isolated(report_.summary);
      }
      const auto p = page_.in("p", {{"class", "do"}});
      page_.leaf("b", "Do this");
      const size_t warnings = count_of(report_, Status::warn);
      page_
          .text(warnings == 0   ? "Accept "
                : warnings == 1 ? "Read the warning below, then accept "
                                : "Read the warnings below, then accept ")
          .text(accepted());
      return;
    }
    {
      const auto p = page_.in("p", {{"class", "fault first-capital"}});
      page_.isolated(first->message.empty() ? first->check->title : first->message.str());
    }
    if (!first->remedy.empty()) {
      const auto p = page_.in("p", {{"class", "do"}});
      page_.leaf("b", "Do this").leaf("span", first->remedy, {{"class", "first-capital"}});
    }
    const auto by = page_.in("p", {{"class", "by"}});
    page_.text("Decided by ");
    id_link(*first->check);
    const auto others = count_of(report_, Status::fail) - (first->status == Status::fail ? 1 : 0);
    if (others != 0) page_.text(fmt::format(", and {} below", counted(others, "more fault")));
  }

  // An approval says no more than what was asked.
  const char* accepted() const {
    if (e_.policy.stage == Stage::lab) return "the unit as a certification lab does.";
    switch (e_.policy.network) {
      case Network::main:
        return "the part.";
      case Network::test:
        return "the part for the test network.";
      case Network::none:
        break;
    }
    return "the part as far as its evidence goes: no ledger was asked.";
  }

  void id_cell(const std::vector<uint64_t>& ids, bool odd) {
    const auto td = page_.in("td", {{"class", odd ? "id odd" : "id"}});
    if (ids.empty()) {
      page_.leaf("span", "none", {{"class", "quiet"}});
      return;
    }
    std::string text;
    for (size_t i = 0; i < std::min(ids.size(), kIdsShown); ++i)
      text += (i == 0 ? "" : ", ") + hex_id(ids[i]);
    page_.text(text);
    if (ids.size() > kIdsShown) page_.text(fmt::format(" and {} more", ids.size() - kIdsShown));
    if (odd) page_.leaf("small", "differs");
  }

  void identities() {
    const auto rows = identity_table(e_);
    if (rows.empty()) {
      page_.leaf("p", "Nothing in the evidence names a vendor or a product.", {{"class", "quiet"}});
      return;
    }
    const auto table = page_.in("table");
    {
      const auto head = page_.in("thead");
      const auto tr = page_.in("tr");
      for (const char* name : {"Place", "Vendor", "Product"})
        page_.leaf("th", name, {{"scope", "col"}});
    }
    const auto body = page_.in("tbody");
    for (const IdentityRow& row : rows) {
      const auto tr = page_.in("tr");
      {
        const auto th = page_.in("th", {{"scope", "row"}});
        page_.text(row.place);
        if (!row.where.empty()) {
          const auto where = page_.in("small");
          page_.isolated(row.where);
        }
      }
      id_cell(row.vids, row.vid_odd);
      id_cell(row.pids, row.pid_odd);
    }
  }

  // What was promised, whether it holds, and what that means for the person who orders.
  void locks(const std::vector<PostureRow>& rows) {
    const auto table = page_.in("table");
    {
      const auto head = page_.in("thead");
      const auto tr = page_.in("tr");
      for (const char* name : {"What", "Locked", "What it means", "Found"})
        page_.leaf("th", name, {{"scope", "col"}});
    }
    const auto body = page_.in("tbody");
    for (const PostureRow& row : rows) {
      const auto tr = page_.in("tr");
      page_.leaf("th", row.name, {{"scope", "row"}})
          .leaf("td", fmt::format("{} {}", posture_mark(row.worst), status_name(row.worst)),
                {{"class", tone_class(row.worst)}})
          .leaf("td", row.means);
      const auto td = page_.in("td");
      if (row.found.empty())
        page_.leaf("span", "nothing against it", {{"class", "quiet"}});
      else
        page_.isolated(row.found);
    }
  }

  // One subject's checks together; subjects with faults first, the others in the catalogue's order.
  void checks() {
    struct Group {
      std::string_view subject;
      std::vector<const Finding*> findings;
      Status worst = Status::skipped;
    };
    std::vector<Group> groups;
    for (const Finding& f : report_.findings) {
      const std::string_view subject = subject_of(*f.check);
      auto group = std::find_if(groups.begin(), groups.end(),
                                [&](const Group& g) { return g.subject == subject; });
      if (group == groups.end())
        group = groups.insert(groups.end(), Group{.subject = subject, .findings = {}});
      group->findings.push_back(&f);
      if (rank(f.status) < rank(group->worst)) group->worst = f.status;
    }
    const auto urgency = [](const Group& g) {
      return rank(g.worst) <= rank(Status::warn) ? rank(g.worst) : rank(Status::blocked);
    };
    std::stable_sort(groups.begin(), groups.end(),
                     [&](const Group& a, const Group& b) { return urgency(a) < urgency(b); });
    for (const Group& group : groups) checks_of(group.subject, group.findings);
  }

  void checks_of(std::string_view subject, const std::vector<const Finding*>& findings) {
    const bool open = std::any_of(findings.begin(), findings.end(),
                                  [](const Finding* f) { return stands_out(*f); });
    const bool idle = std::all_of(findings.begin(), findings.end(),
                                  [](const Finding* f) { return f->status == Status::skipped; });
    const auto details = open ? page_.in("details", {{"class", "group"}, {"open", ""}})
                              : page_.in("details", {{"class", idle ? "group is-idle" : "group"}});
    page_.line();
    {
      const auto summary = page_.in("summary");
      const auto h3 = page_.in("h3");
      page_.text(subject_title(subject)).text(" ");
      const auto small = page_.in("small");
      bool first = true;
      constexpr const char* kWords[] = {"failed",  "unknown", "warned",
                                        "blocked", "passed",  "not applicable"};
      for (size_t i = 0; i < std::size(kByUrgency); ++i) {
        const auto n = std::count_if(findings.begin(), findings.end(),
                                     [&](const Finding* f) { return f->status == kByUrgency[i]; });
        if (n == 0) continue;
        page_.text(first ? "" : ", ");
        first = false;
        const std::string words = fmt::format("{} {}", n, kWords[i]);
        if (rank(kByUrgency[i]) <= rank(Status::warn)) {
          page_.leaf("b", words, {{"class", tone_class(kByUrgency[i])}});
        } else {
          page_.text(words);
        }
      }
    }
    const auto inside = page_.in("div", {{"class", "inside"}});
    for (const Finding* f : findings) {
      if (stands_out(*f)) check(*f);
    }
    if (std::all_of(findings.begin(), findings.end(),
                    [](const Finding* f) { return stands_out(*f); }))
      return;
    blocked_of(findings);
    const auto is_row = [](const Finding* f) {
      return !stands_out(*f) && f->status != Status::blocked;
    };
    if (std::none_of(findings.begin(), findings.end(), is_row)) return;
    const auto rows = page_.in("ul", {{"class", "rows"}});
    for (const Finding* f : findings) {
      if (is_row(f)) row(*f);
    }
  }

  // What waits for the same check, in one line that opens.
  void blocked_of(const std::vector<const Finding*>& findings) {
    std::vector<const Check*> blockers;
    for (const Finding* f : findings) {
      if (f->status == Status::blocked &&
          std::find(blockers.begin(), blockers.end(), f->blocked_by) == blockers.end())
        blockers.push_back(f->blocked_by);
    }
    for (const Check* by : blockers) {
      const auto waits = [&](const Finding* f) {
        return f->status == Status::blocked && f->blocked_by == by;
      };
      const auto details = page_.in("details", {{"class", "waits is-blocked"}});
      {
        const auto summary = page_.in("summary");
        page_.text(
            fmt::format("{} blocked by ", std::count_if(findings.begin(), findings.end(), waits)));
        if (by != nullptr) id_link(*by);
      }
      const auto rows = page_.in("ul", {{"class", "rows"}});
      for (const Finding* f : findings) {
        if (waits(f)) row(*f);
      }
    }
  }

  void check(const Finding& f) {
    const auto details = page_.in("details", {{"class", fmt::format("check {}", tone(f))},
                                              {"id", f.check->id},
                                              {"data-status", status_name(f.status)},
                                              {"open", ""}});
    page_.line();
    {
      const auto summary = page_.in("summary");
      page_.leaf("span", shown_status(f), {{"class", "tag"}})
          .text(" ")
          .leaf("code", f.check->id)
          .text(" ")
          .leaf("span", f.check->title, {{"class", "title"}});
    }
    const auto body = page_.in("div", {{"class", "body"}});
    if (!f.message.empty()) {
      const auto p = page_.in("p", {{"class", "message first-capital"}});
      page_.isolated(f.message);
    }
    const auto facts = page_.in("dl", {{"class", "facts"}});
    const auto optional = [&](Literal name, std::string_view value) {
      if (!value.empty()) fact(page_, name, value);
    };
    optional("waiver", f.waived);
    const Compared both = compared(f.expected, f.actual);
    optional("expected", both.expected);
    optional("found", both.found);
    optional("where", f.source);
    optional("do", f.remedy);
    optional("why", f.check->rule);
    optional("rule", f.check->spec);
    optional("test plan", covers_text(f.check->id));
    fact(page_, "SDK",
         f.check->sdk == 0 ? "does not check it"
                           : sdk_text({f.check->sdk, sdk_code_name(f.check->sdk)}));
  }

  void row(const Finding& f) {
    const auto li = page_.in(
        "li", {{"class", tone(f)}, {"id", f.check->id}, {"data-status", status_name(f.status)}});
    page_.leaf("span", shown_status(f), {{"class", "status"}}).leaf("code", f.check->id);
    const auto p = page_.in("p");
    if (f.blocked_by != nullptr) {
      page_.text("by ");
      id_link(*f.blocked_by);
    } else if (f.message.empty()) {
      page_.text(f.check->title);
    } else {
      page_.isolated(f.message);
    }
    page_.line();
  }

  void evidence() {
    const auto list = page_.in("ul", {{"class", "files"}});
    for (const EvidenceFile& file : e_.files) {
      const auto li = page_.in("li");
      {
        const auto p = page_.in("p", {{"class", "path"}});
        page_.isolated(file.path);
      }
      std::string holds;
      for (const std::string& what : file.holds)
        holds += (holds.empty() ? ", holds " : ", ") + what;
      page_.leaf("p", fmt::format("{}, {}{}", file.kind, size_text(file.size), holds));
      if (const auto digest = shown_digest(file))
        page_.leaf("p", "sha256 " + *digest, {{"class", "hash"}});
      page_.line();
    }
    for (const NotUsed& unused : e_.not_used) {
      const auto li = page_.in("li", {{"class", "quiet"}});
      page_.text("not used: ").isolated(unused.path).text(": ").isolated(unused.why);
    }
  }

  void conditions() {
    const auto facts = page_.in("dl", {{"class", "facts"}});
    fact(page_, "policy", policy_text(e_.policy.network, e_.policy.stage));
    fact(page_, "as of", rfc3339(e_.policy.at));
    if (e_.ledger.chain_id.empty()) {
      fact(page_, "ledger", e_.policy.network == Network::none ? "not asked" : "no answer");
    } else {
      fact(page_, "ledger", e_.ledger.chain_id);
      fact(page_, "height", std::to_string(e_.ledger.height));
      if (e_.ledger.synced_at.seconds != 0)
        fact(page_, "read",
             fmt::format("{}, {}", rfc3339(e_.ledger.synced_at),
                         age_text(e_.policy.at.seconds - e_.ledger.synced_at.seconds)));
      fact(page_, "source", e_.ledger.source);
      fact(page_, "trust", ledger_trust_name(e_.ledger.trust));
    }
    fact(page_, "trust anchors",
         e_.given_anchors == 0 ? "none given by hand" : anchors_text(e_.given_anchors));
    if (e_.paa) fact(page_, "PAA's key id", hex_colons(e_.paa->subject_key_id));
    if (e_.dac.certificate) fact(page_, "DAC, sha256", hex(e_.dac.certificate->sha256()));
    if (const std::string on = fail_on_text(e_.policy); !on.empty())
      fact(page_, "keeps out, too",
           on == "unknown" ? "open questions"
           : on == "warn"  ? "warnings"
                           : "open questions and warnings");
    if (const std::string taken = environment_text(e_.policy); !taken.empty())
      fact(page_, "from the environment", taken);
    fact(page_, "SDK result", sdk_text(report_.sdk));
    fact(page_, "tool", "matter-attest " MATTER_ATTEST_VERSION);
  }

  // On paper only, below the chain: what who signs has to read, so that it stands on one page.
  void paper() {
    const auto all = page_.in("div", {{"class", "paper"}});
    page_.line().leaf("h2", "The chain");
    chain_on_paper();
    page_.leaf("h2", "Findings, trust and signature");
    {
      const auto list = page_.in("ul");
      size_t found = 0;
      for (const Status s : {Status::fail, Status::unknown, Status::warn, Status::pass}) {
        for (const Finding* f : report_.all(s)) {
          if (!stands_out(*f)) continue;
          ++found;
          finding_on_paper(*f);
        }
      }
      if (found == 0) page_.leaf("li", "nothing failed, nothing is unknown, no warning");
      for (const NotUsed& unused : e_.not_used) {
        const auto li = page_.in("li");
        page_.text("not used: ").isolated(unused.path).text(": ").isolated(unused.why);
      }
    }
    {
      const auto p = page_.in("p");
      page_.text(fmt::format("Trust: {}", e_.paa ? "the PAA " : "no PAA is trusted"));
      if (e_.paa)
        page_.isolated(hex_colons(e_.paa->subject_key_id)).text(" from ").isolated(e_.paa->source);
      page_.text(e_.given_anchors == 0 ? "; no anchor given by hand"
                                       : "; " + anchors_text(e_.given_anchors));
      page_.text(fmt::format(". Policy: {}, as of {}, ledger {}.",
                             policy_text(e_.policy.network, e_.policy.stage), rfc3339(e_.policy.at),
                             e_.ledger.chain_id.empty()
                                 ? (e_.policy.network == Network::none ? "not asked" : "no answer")
                                 : ledger_text(e_.ledger)));
    }
    sign_off(page_);
  }

  // The picture takes a page of its own; a line a box says the same.
  void chain_on_paper() {
    const auto list = page_.in("ul");
    for (const ChainPicture& one : pictures_.all) chain_on_paper(one);
  }
  void chain_on_paper(const ChainPicture& picture) {
    const bool first = &picture == &pictures_.first();
    if (pictures_.several()) {
      const auto li = page_.in("li");
      page_.text(fmt::format("The {} chain: ", picture.chain))
          .leaf("b", verdict_name(picture.verdict), {{"class", tone_class(picture.verdict)}});
    }
    const struct {
      const Box& box;
      Part part, link;
      std::string what;        // the link to what stands above, or beside
      bool of_device = false;  // and not of one of its chains
    } kRows[] = {
        {picture.ledger, Part::ledger, Part::none, "", true},
        {picture.paa, Part::paa, Part::approves, picture.trusted_by},
        {picture.pai, Part::pai, Part::issued_pai, "issued"},
        {picture.dac, Part::dac, Part::issued_dac, "issued"},
        {picture.cd, Part::cd, Part::covers, "covers the DAC"},
        {picture.device, Part::device, Part::describes, "is what the declaration describes", true},
        {picture.label, Part::label, Part::onboards, "fits the device", true},
    };
    for (const auto& row : kRows) {
      if (row.of_device && !first) continue;
      const auto li = page_.in("li");
      page_.leaf("b", row.box.name).text(" ").isolated(row.box.line());
      if (!row.box.detail.empty()) page_.text(", ").isolated(row.box.detail);
      const auto shown = [&](std::string_view what, Status status) {
        if (status == Status::skipped) return;
        page_.text(fmt::format("; {}: ", what))
            .leaf("b", status_name(status), {{"class", tone_class(status)}});
      };
      if (row.link != Part::none) shown(row.what, picture.status(row.link));
      shown("in itself", picture.status(row.part));
    }
  }

  void finding_on_paper(const Finding& f) {
    const auto li = page_.in("li", {{"class", tone(f)}});
    page_.leaf("b", shown_status(f)).text(" ").leaf("code", f.check->id).text(" ");
    page_.isolated(f.message.empty() ? std::string(f.check->title) : f.message.str());
    const auto more = [&](const char* what, const std::string& value) {
      if (!value.empty()) page_.text(what).isolated(value);
    };
    if (f.status == Status::fail) {
      const Compared both = compared(f.expected, f.actual);
      more("; expected ", both.expected);
      more("; found ", both.found);
      more("; in ", f.source);
    }
    more("; waived: ", f.waived);
    more(". Do: ", f.remedy);
  }

  Markup& page_;
  const Evidence& e_;
  const Report& report_;
  const ChainPictures pictures_;
};

}  // namespace

std::string report_html(const Evidence& evidence, const Report& report) {
  const std::string title =
      fmt::format("{}: {}", verdict_name(report.verdict), device_line(evidence));
  return html_page(title, report.verdict,
                   [&](Markup& page) { Writer(page, evidence, report).write(); });
}

}  // namespace attest
