#include "report/report_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/chain_view.h"
#include "report/posture_table.h"
#include "report/wording.h"
#include "verifier/rules/check.h"

namespace attest {
namespace {

// Columns a text takes: code points, near enough for the Latin text we show.
size_t columns(std::string_view s) {
  return static_cast<size_t>(std::count_if(
      s.begin(), s.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

constexpr size_t kWidestProse = 110;  // what an eye follows from line to line
constexpr size_t kPromptLines = 1;    // of a terminal: the shell's, below the report

enum class Ink : uint8_t { plain, good, bad, careful, quiet, strong };

class Page {
 public:
  explicit Page(const TextStyle& style) : style_(style) {}

  std::string ink(Ink ink, std::string_view s) const {
    if (!style_.colour || ink == Ink::plain) return std::string(s);
    constexpr const char* kCodes[] = {"", "32", "1;31", "33", "2", "1"};
    return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<size_t>(ink)], s);
  }
  void line(std::string_view s = {}) { out_ += fmt::format("{}\n", s); }
  void paragraph(std::string_view s, size_t indent) {
    out_ += std::string(indent, ' ') + wrap(s, style_.width - indent, indent) + "\n";
  }
  // "  label     text", the text wrapped below itself.
  void labelled(const char* label, std::string_view s) {
    constexpr size_t kIndent = 4, kLabel = 10;
    out_ += fmt::format("{:{}}{}{}\n", "", kIndent,
                        ink(Ink::quiet, fmt::format("{:<{}}", label, kLabel)),
                        wrap(s, style_.width - kIndent - kLabel, kIndent + kLabel));
  }
  // "REJECT  a lamp 0xFFF1 / 0x8000", further lines below the name.
  void headline(Ink ink_of, std::string_view verdict, std::string_view name) {
    const size_t indent = verdict.size() + 2;
    out_ +=
        fmt::format("{}  {}\n", ink(ink_of, verdict), wrap(name, style_.width - indent, indent));
  }
  size_t lines() const { return static_cast<size_t>(std::count(out_.begin(), out_.end(), '\n')); }
  std::string take() { return std::move(out_); }
  const TextStyle& style() const { return style_; }

 private:
  TextStyle style_;
  std::string out_;
};

struct Look {
  Ink ink;
  const char* word;
};
Look look(Status s) {
  switch (s) {
    case Status::pass:
      return {Ink::good, "pass"};
    case Status::fail:
      return {Ink::bad, "fail"};
    case Status::warn:
      return {Ink::careful, "warn"};
    case Status::unknown:
      return {Ink::careful, "unknown"};
    case Status::blocked:
      return {Ink::quiet, "blocked"};
    case Status::skipped:
      break;
  }
  return {Ink::quiet, "skipped"};
}

void picture(Page& page, const ChainPicture& drawn, bool with_device) {
  if (!drawn.chain.empty())
    page.line(
        fmt::format("    {}", page.ink(Ink::strong, fmt::format("the {} chain: {}", drawn.chain,
                                                                verdict_name(drawn.verdict)))));
  const auto link = [&](Part part, const char* what) {
    const Status s = drawn.status(part);
    const Look l = look(s);
    const char* stroke = s == Status::fail                        ? "  ╳"
                         : s == Status::pass || s == Status::warn ? "  │"
                                                                  : "  ┊";
    page.line(fmt::format("    {}  {}", page.ink(l.ink, stroke),
                          page.ink(s == Status::pass ? Ink::quiet : l.ink,
                                   fmt::format("{} {}", what, s == Status::pass ? "✓" : l.word))));
  };
  const auto box = [&](const char* name, Status status, std::string what) {
    const Look l = look(status);
    const std::string mark = l.ink == Ink::good || l.ink == Ink::quiet
                                 ? ""
                                 : fmt::format("  {}", page.ink(l.ink, l.word));
    const size_t room = page.style().width - 11 - (mark.empty() ? 0 : 9);
    if (columns(what) > room) {
      size_t end = 0;
      for (size_t n = 0; end < what.size() && n + 1 < room; ++end)
        n += (static_cast<uint8_t>(what[end]) & 0xC0) != 0x80;
      while (end > 0 && (static_cast<uint8_t>(what[end]) & 0xC0) == 0x80) --end;
      what = what.substr(0, end) + "…";
    }
    page.line(
        fmt::format("    {}  {}{}", page.ink(Ink::strong, fmt::format("{:<4}", name)), what, mark));
  };
  // Without room for the ledger, its link to the PAA is told beside the PAA.
  box("PAA", drawn.worse(Part::paa, Part::approves), drawn.paa.line());
  link(Part::issued_pai, "issued");
  box("PAI", drawn.status(Part::pai), drawn.pai.line());
  link(Part::issued_dac, "issued");
  box("DAC", drawn.status(Part::dac), drawn.dac.line());
  link(Part::covers, "covered by");
  box("CD", drawn.status(Part::cd), drawn.cd.line());
  if (drawn.device.there && with_device)
    box("said", drawn.worse(Part::device, Part::describes), drawn.device.line());
}

void pictures(Page& page, const Evidence& e, const Report& report) {
  const ChainPictures drawn = chain_pictures(e, report);
  for (const ChainPicture& one : drawn.all) {
    const bool first = &one == &drawn.first();
    if (!first) page.line("");
    picture(page, one, first);
  }
}

// What the letters of the picture mean.
std::string spelled_out() {
  std::string out;
  for (const auto& [letters, subject] :
       {std::pair{"PAA", "paa"}, {"PAI", "pai"}, {"DAC", "dac"}, {"CD", "cd"}})
    out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", letters, subject_title(subject));
  return out;
}

void finding(Page& page, const Finding& f) {
  const Look l = f.waived.empty() ? look(f.status) : Look{Ink::careful, "waived"};
  page.line(fmt::format("  {}  {}", page.ink(l.ink, fmt::format("{:<7}", l.word)),
                        page.ink(Ink::strong, f.check->id)));
  page.paragraph(printable(f.message.empty() ? std::string(f.check->title) : f.message.str()), 4);
  if (!f.waived.empty()) page.labelled("waiver", printable(f.waived));
  const Compared both = compared(printable(f.expected), printable(f.actual));
  if (!both.expected.empty()) page.labelled("expected", both.expected);
  if (!both.found.empty()) page.labelled("found", both.found);
  if (!f.source.empty()) page.labelled("where", printable(f.source));
  if (f.check->spec[0] != '\0') page.labelled("rule", f.check->spec);
  if (!f.remedy.empty()) page.labelled("do", f.remedy);
}

// What counts for nothing. Whoever put a label there took the part to be judged by it: that one
// stands at the top.
void not_used(Page& page, const Evidence& e, bool at_the_top) {
  bool any = false;
  for (const NotUsed& unused : e.not_used) {
    if (unused.why.starts_with(kLabelNotChecked) != at_the_top) continue;
    page.paragraph(printable(not_used_text(unused)), 2);
    any = true;
  }
  if (any) page.line();
}

// Every file that was handed over, and what it holds.
void evidence(Page& page, const Evidence& e) {
  std::string list;
  for (const EvidenceFile& file : e.files) {
    if (is_not_used(e, file)) continue;
    std::string holds;
    for (const std::string& what : file.holds) holds += (holds.empty() ? "" : ", ") + what;
    list += fmt::format("{}{} ({})", list.empty() ? "" : ", ", printable(file.path),
                        printable(holds.empty() ? file.kind : holds));
  }
  if (!list.empty()) page.paragraph("evidence: " + list, 2);
}

// What does not apply, by reason: the ids of one reason together.
void skipped(Page& page, const Report& report) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const Finding* f : report.all(Status::skipped)) {
    auto at = std::find_if(reasons.begin(), reasons.end(),
                           [&](const auto& r) { return r.first == f->message; });
    if (at == reasons.end()) at = reasons.insert(reasons.end(), {f->message, {}});
    at->second.emplace_back(f->check->id);
  }
  for (const auto& [reason, ids] : reasons) {
    page.line(fmt::format("  {}  {}", page.ink(look(Status::skipped).ink, "skipped"),
                          ids.size() == 1 ? ids.front() : fmt::format("{} checks", ids.size())));
    page.paragraph(printable(reason), 11);
    if (ids.size() == 1) continue;
    std::string list;
    for (const std::string& id : ids) list += (list.empty() ? "" : " ") + id;
    page.paragraph(list, 13);
  }
}

}  // namespace

std::string wrap(std::string_view text, size_t width, size_t indent) {
  width = std::min(width, kWidestProse);
  std::string out;
  size_t column = 0;
  const std::string pad(indent, ' ');
  while (!text.empty()) {
    const size_t blank = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, blank);
    text.remove_prefix(std::min(blank + 1, text.size()));
    if (column != 0 && column + 1 + columns(word) > width) {
      out += "\n" + pad;
      column = 0;
    } else if (column != 0) {
      out += ' ';
      ++column;
    }
    // A word wider than the page (hex) is cut.
    while (columns(word) > width) {
      size_t end = 0;
      for (size_t n = 0;
           n < width || (end < word.size() && (static_cast<uint8_t>(word[end]) & 0xC0) == 0x80);
           ++end)
        n += (static_cast<uint8_t>(word[end]) & 0xC0) != 0x80;
      out += fmt::format("{}\n{}", word.substr(0, end), pad);
      word.remove_prefix(end);
    }
    out += word;
    column += columns(word);
  }
  return out;
}

std::string report_text(const Evidence& e, const Report& report, const TextStyle& style) {
  Page page(style);
  const Ink ink = report.verdict == Verdict::approve  ? Ink::good
                  : report.verdict == Verdict::reject ? Ink::bad
                                                      : Ink::careful;
  const char* verdict = verdict_word(report.verdict);
  page.headline(ink, verdict, device_line(e));
  page.paragraph(printable(report.summary), 2);
  page.line();
  not_used(page, e, true);
  pictures(page, e, report);
  if (!style.golden) page.paragraph(spelled_out(), 4);
  if (const std::string locked = posture_line(e, report); !locked.empty())
    page.paragraph(locked, 4);
  page.line();
  for (const Status s : {Status::fail, Status::unknown, Status::warn}) {
    for (const Finding* f : report.all(s)) {
      finding(page, *f);
      page.line();
    }
  }
  for (const Finding& f : report.findings) {
    if (f.waived.empty()) continue;
    finding(page, f);
    page.line();
  }
  if (style.all_checks || style.golden) {
    for (const Finding& f : report.findings) {
      if (!f.waived.empty() || f.status == Status::fail || f.status == Status::unknown ||
          f.status == Status::warn || f.status == Status::skipped)
        continue;
      if (!style.all_checks && f.status != Status::blocked) continue;
      const Look l = look(f.status);
      const std::string why =
          f.status == Status::blocked ? fmt::format("by {}", f.blocked_by->id) : f.message.str();
      page.line(
          fmt::format("  {}  {}", page.ink(l.ink, fmt::format("{:<7}", l.word)), f.check->id));
      if (!why.empty()) page.paragraph(printable(why), 11);
    }
    if (style.all_checks) skipped(page, report);
    page.line();
  }
  not_used(page, e, false);
  if (!style.golden) evidence(page, e);
  if (!style.golden)
    page.paragraph(fmt::format("{} checks: {}", report.findings.size(), counts_text(report)), 2);
  const std::string fail_on = fail_on_text(e.policy);
  page.paragraph(fmt::format("{}, as of {}{}{}", policy_text(e.policy.network, e.policy.stage),
                             rfc3339(e.policy.at),
                             e.given_anchors == 0 ? "" : ", " + anchors_text(e.given_anchors),
                             fail_on.empty() ? "" : ", --fail-on " + fail_on),
                 2);
  if (const std::string taken = environment_text(e.policy); !taken.empty())
    page.paragraph("from the environment: " + taken, 2);
  if (!e.ledger.chain_id.empty())
    page.paragraph(fmt::format("ledger {} ({})", ledger_text(e.ledger), printable(e.ledger.source)),
                   2);
  page.paragraph(
      report.sdk.code
          ? "a commissioner built on the Matter SDK says: " + sdk_text(report.sdk)
          : "what a commissioner built on the Matter SDK would say " + sdk_text(report.sdk),
      2);
  // The verdict again, where a reader is when the report has run past; with its sentence where the
  // top is out of sight.
  if (style.golden) return page.take();
  const bool gone = style.rows != 0 && page.lines() + kPromptLines > style.rows;
  page.line();
  page.headline(
      ink, verdict,
      gone || report.decided_by == nullptr ? device_line(e) : std::string(report.decided_by->id));
  if (gone) page.paragraph(printable(report.summary), 2);
  return page.take();
}

std::string verdict_line(const Evidence& e, const Report& report) {
  return fmt::format("{}  {}: {}", verdict_word(report.verdict), device_line(e),
                     printable(report.summary));
}

}  // namespace attest
