#include "report/lot_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/html_page.h"
#include "report/rule_words.h"
#include "report/wording.h"
#include "verifier/rules/check.h"

namespace attest {
namespace {

constexpr size_t kLinksACause = 500;  // more devices of one cause are found in the list below
constexpr size_t kLongestName = 120,
                 kLongestSummary = 400;  // characters: a page of ten thousand devices stays small
constexpr uint64_t kMostApprovedOpen = 100;
constexpr double kChartWidth = 1'000;

// At most so many characters, whole ones, of a text that was made printable.
std::string cut(std::string_view text, size_t most) {
  std::string shown = printable(text);
  size_t characters = 0;
  for (size_t i = 0; i < shown.size(); ++i) {
    if ((static_cast<uint8_t>(shown[i]) & 0xC0) == 0x80) continue;
    if (characters++ < most) continue;
    shown.resize(i);
    return shown + "\xE2\x80\xA6";
  }
  return shown;
}

std::string grouped(uint64_t n) {
  std::string out = std::to_string(n);
  for (size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
  return out;
}
std::string devices_text(uint64_t n) {
  return fmt::format("{} {}", grouped(n), n == 1 ? "device" : "devices");
}

std::string device_id(size_t index) {
  return fmt::format("d{}", index + 1);
}

// Why devices are not approved: a check can fail one device and stay open on another.
struct Why {
  const std::vector<LotCause>& causes;
  std::vector<std::string> DeviceResult::*ids;
  const char* prefix;  // of the elements' ids
  Status tone;
  std::map<std::string, std::vector<size_t>> devices{};  // by id, in the lot's order

  std::string element(std::string_view id) const { return fmt::format("{}-{}", prefix, id); }
  bool has(const std::string& id) const {
    return std::any_of(causes.begin(), causes.end(),
                       [&](const LotCause& cause) { return cause.id == id; });
  }
};

class Writer {
 public:
  Writer(Markup& page, const LotReport& lot) : page_(page), lot_(lot) {
    for (size_t i = 0; i < lot.results.size(); ++i) {
      for (Why* why : {&failed_, &open_}) {
        for (const std::string& id : lot.results[i].*(why->ids)) why->devices[id].push_back(i);
      }
    }
  }

  void write() {
    decision();
    if (lot_.devices != 0) section("Verdicts", [&] { verdicts(); });
    if (!lot_.failed.empty()) section("Why devices failed", [&] { causes(failed_); });
    if (!lot_.open.empty()) section("What keeps devices undecided", [&] { causes(open_); });
    if (!lot_.findings.empty()) section("Between the devices", [&] { findings(); });
    if (!lot_.results.empty()) section("Devices", [&] { devices(); });
    section("How it was judged", [&] { conditions(); });
    sign_off(page_);
  }

 private:
  template <class F>
  void section(Literal title, F&& inside) {
    const auto element = page_.in("section");
    page_.line().leaf("h2", title.text());
    inside();
  }

  void decision() {
    const auto header = page_.in("header", {{"class", "decision"}});
    {
      const auto eyebrow = page_.in("p", {{"class", "eyebrow"}});
      page_.leaf("span", "Matter device attestation")
          .leaf("span", policy_text(lot_.network, lot_.stage))
          .leaf("span", fmt::format("as of {}", rfc3339(lot_.at)));
    }
    decision_headline(page_, lot_.verdict, fmt::format("Lot of {}", devices_text(lot_.devices)));
    const auto box = page_.in("div", {{"class", fmt::format("todo {}", tone_class(lot_.verdict))}});
    {
      const auto p = page_.in("p", {{"class", "fault first-capital"}});
      page_.isolated(reason());
    }
    const auto p = page_.in("p", {{"class", "do"}});
    page_.leaf("b", "Do this").leaf("span", remedy(), {{"class", "first-capital"}});
  }

  // The gravest thing in a sentence: the most frequent fault, what is wrong between devices, what
  // keeps the lot open.
  std::string reason() const {
    const LotFinding* between = gravest();
    if (!lot_.failed.empty())
      return most(lot_.rejected, "rejected", "this does not hold", lot_.failed.front()) +
             (between != nullptr ? "; and " + between->message : "");
    if (between != nullptr) return between->message;
    if (!lot_.open.empty())
      return most(lot_.undecided, "undecided", "this could not be answered", lot_.open.front());
    return lot_.devices == 0 ? "the lot has no devices"
                             : "every device passed every required check";
  }
  std::string most(uint64_t count, const char* verdict, const char* what,
                   const LotCause& cause) const {
    const std::string how_often = cause.count == count
                                      ? ", since"
                                      : fmt::format("; most often, for {},", grouped(cause.count));
    return fmt::format("{} of {} {}{} {}: {}", grouped(count), devices_text(lot_.devices), verdict,
                       how_often, what, title(cause.id));
  }
  std::string_view remedy() const {
    const LotFinding* f = gravest();
    const std::string_view id = !lot_.failed.empty() ? std::string_view(lot_.failed.front().id)
                                : f != nullptr       ? f->rule->id
                                : !lot_.open.empty() ? std::string_view(lot_.open.front().id)
                                                     : std::string_view();
    const bool open = lot_.failed.empty() && f == nullptr;  // then nothing is known to be a fault
    const char* words = open ? rule_words(id).when_unknown : rule_words(id).remedy;
    return *words != '\0'                     ? words
           : lot_.verdict == Verdict::approve ? "nothing: the lot may be accepted"
                                              : "read the causes below";
  }
  const LotFinding* gravest() const {
    const auto at = std::find_if(lot_.findings.begin(), lot_.findings.end(),
                                 [](const LotFinding& f) { return f.severity == Severity::error; });
    return at == lot_.findings.end() ? nullptr : &*at;
  }
  static std::string title(std::string_view id) {
    const RuleWords words = rule_words(id);
    return *words.title == '\0' ? std::string(id) : words.title;
  }

  void bar(double from, double width, double height, const char* tone) {
    const auto g = page_.in("g", {{"class", tone}});
    page_.empty("rect", {{"x", fmt::format("{:.1f}", from)},
                         {"y", "0"},
                         {"width", fmt::format("{:.1f}", width)},
                         {"height", fmt::format("{:.0f}", height)},
                         {"fill", "currentColor"}});
  }

  void verdicts() {
    const struct {
      const char* word;
      uint64_t count;
      Status tone;
    } parts[] = {{"approve", lot_.approved, Status::pass},
                 {"reject", lot_.rejected, Status::fail},
                 {"undecided", lot_.undecided, Status::unknown}};
    constexpr double kGap = 4, kHeight = 36;
    {
      const auto svg = page_.in(
          "svg", {{"class", "chart"},
                  {"viewBox", "0 0 1000 36"},
                  {"role", "img"},
                  {"preserveAspectRatio", "none"},
                  {"aria-label", fmt::format("{} approved, {} rejected, {} undecided",
                                             lot_.approved, lot_.rejected, lot_.undecided)}});
      double from = 0;
      for (const auto& part : parts) {
        if (part.count == 0) continue;
        // A single device stays visible among thousands.
        const double width = std::max(
            4.0, kChartWidth * static_cast<double>(part.count) / static_cast<double>(lot_.devices));
        bar(from, std::min(width, kChartWidth - from) - (from + width < kChartWidth - 1 ? kGap : 0),
            kHeight, tone_class(part.tone));
        from += width;
      }
    }
    const auto legend = page_.in("ul", {{"class", "legend"}});
    for (const auto& part : parts) {
      const auto li = page_.in("li", {{"class", tone_class(part.tone)}});
      status_symbol(page_, part.tone);
      page_.text(" ").leaf("b", grouped(part.count)).text(" ").text(part.word);
    }
    if (lot_.unreadable != 0)
      page_.leaf("li", fmt::format("{} of the rejected cannot be read", grouped(lot_.unreadable)),
                 {{"class", "quiet"}});
  }

  // Each cause with its share, what to do about it, and its devices.
  void causes(const Why& why) {
    // Of all devices: a bar as long as the line is every one of them.
    const uint64_t most = std::max<uint64_t>(lot_.devices, 1);
    const auto all = page_.in("ul", {{"class", "bars"}});
    for (const LotCause& cause : why.causes) {
      const RuleWords words = rule_words(cause.id);
      const auto li =
          page_.in("li", {{"class", tone_class(why.tone)}, {"id", why.element(cause.id)}});
      page_.line();
      {
        const auto p = page_.in("p", {{"class", "cause"}});
        page_.leaf("b", grouped(cause.count))
            .text(" ")
            .leaf("code", cause.id)
            .text(" ")
            .leaf("span", words.title, {{"class", "quiet"}});
      }
      {
        const auto svg = page_.in("svg", {{"class", "bar"},
                                          {"viewBox", "0 0 1000 10"},
                                          {"preserveAspectRatio", "none"},
                                          {"aria-hidden", "true"},
                                          {"focusable", "false"}});
        bar(0,
            std::max(4.0,
                     kChartWidth * static_cast<double>(cause.count) / static_cast<double>(most)),
            10, tone_class(why.tone));
      }
      const char* remedy = why.tone == Status::unknown ? words.when_unknown : words.remedy;
      if (!cause.why.empty()) page_.leaf("p", cause.why, {{"class", "first-capital"}});
      if (*remedy != '\0') page_.leaf("p", fmt::format("Do: {}", remedy), {{"class", "remedy"}});
      devices_of(why, cause);
    }
  }

  void devices_of(const Why& why, const LotCause& cause) {
    const auto found = why.devices.find(cause.id);
    if (found == why.devices.end()) {
      names(cause.devices, cause.count);
      return;
    }
    const auto details = page_.in("details", {{"class", "links"}});
    page_.leaf("summary", fmt::format("{} with this", devices_text(found->second.size())));
    const auto p = page_.in("p");
    for (size_t i = 0; i < std::min(found->second.size(), kLinksACause); ++i) {
      const size_t device = found->second[i];
      page_
          .leaf("a", cut(lot_.results[device].name, kLongestName),
                {Attribute::link_to(device_id(device)), {"dir", "auto"}})
          .line();
    }
    if (found->second.size() > kLinksACause)
      page_.text(fmt::format("and {} more in the list of devices",
                             grouped(found->second.size() - kLinksACause)));
  }

  void names(const std::vector<std::string>& devices, uint64_t count) {
    if (devices.empty()) return;
    const auto p = page_.in("p", {{"class", "quiet"}});
    for (size_t i = 0; i < devices.size(); ++i)
      page_.text(i == 0 ? "" : ", ").isolated(cut(devices[i], kLongestName));
    if (count > devices.size())
      page_.text(fmt::format(" and {} more", grouped(count - devices.size())));
  }

  void findings() {
    for (const LotFinding& f : lot_.findings) {
      const Status status = f.severity == Severity::error     ? Status::fail
                            : f.severity == Severity::warning ? Status::warn
                                                              : Status::pass;
      const auto details = page_.in(
          "details", {{"class", fmt::format("check {}", tone_class(status))}, {"open", ""}});
      page_.line();
      {
        const auto summary = page_.in("summary");
        page_.leaf("span", status_name(status), {{"class", "tag"}})
            .text(" ")
            .leaf("code", f.rule->id)
            .text(" ")
            .leaf("span", f.rule->title, {{"class", "title"}});
      }
      const auto body = page_.in("div", {{"class", "body"}});
      {
        const auto p = page_.in("p", {{"class", "message first-capital"}});
        page_.isolated(f.message);
      }
      names(f.devices, f.count);
      if (f.rule->remedy[0] != '\0')
        page_.leaf("p", fmt::format("Do: {}", f.rule->remedy), {{"class", "remedy"}});
    }
    if (lot_.findings_left_out != 0)
      page_.leaf("p", fmt::format("and {} more of the same kinds", grouped(lot_.findings_left_out)),
                 {{"class", "quiet"}});
  }

  // Those to look at first; within a verdict in the lot's own order.
  void devices() {
    for (const Verdict verdict : {Verdict::reject, Verdict::undecided, Verdict::approve}) {
      const auto count = static_cast<uint64_t>(
          std::count_if(lot_.results.begin(), lot_.results.end(),
                        [&](const DeviceResult& r) { return r.verdict == verdict; }));
      if (count == 0) continue;
      const char* words = verdict == Verdict::reject      ? "rejected"
                          : verdict == Verdict::undecided ? "undecided"
                                                          : "approved";
      // Nobody reads thousands of approved devices; a click shows them.
      const bool folded = verdict == Verdict::approve && count > kMostApprovedOpen;
      const auto group = folded ? page_.in("details", {{"class", "group"}})
                                : page_.in("details", {{"class", "group"}, {"open", ""}});
      page_.line();
      {
        const auto summary = page_.in("summary");
        const auto h3 = page_.in("h3", {{"class", tone_class(verdict)}});
        page_.text(fmt::format("{} {}", devices_text(count), words));
      }
      const auto inside = page_.in("div", {{"class", "inside"}});
      for (size_t i = 0; i < lot_.results.size(); ++i) {
        if (lot_.results[i].verdict != verdict) continue;
        device(i);
        page_.line();
      }
    }
  }

  void device(size_t index) {
    const DeviceResult& r = lot_.results[index];
    const std::string verdict = verdict_name(r.verdict);
    if (r.failed.empty() && r.open.empty()) {
      const auto p = page_.in("p", {{"class", fmt::format("device {}", tone_class(r.verdict))},
                                    {"id", device_id(index)}});
      page_.leaf("b", verdict).text(" ").isolated(cut(r.name, kLongestName));
      if (r.verdict != Verdict::approve) page_.text(" ").isolated(cut(r.summary, kLongestSummary));
      return;
    }
    const auto details = page_.in(
        "details",
        {{"class", fmt::format("device {}", tone_class(r.verdict))}, {"id", device_id(index)}});
    {
      const auto summary = page_.in("summary");
      page_.leaf("b", verdict).text(" ").isolated(cut(r.name, kLongestName));
    }
    const auto p = page_.in("p");
    page_.isolated(cut(r.summary, kLongestSummary));
    for (const Why* why : {&failed_, &open_}) {
      for (const std::string& id : r.*(why->ids)) {
        page_.text(" ");
        if (why->has(id)) {
          page_.leaf("a", id, {Attribute::link_to(why->element(id))});
        } else {
          page_.leaf("code", id);
        }
      }
    }
  }

  void conditions() {
    const auto facts = page_.in("dl", {{"class", "facts"}});
    fact(page_, "policy", policy_text(lot_.network, lot_.stage));
    fact(page_, "as of", rfc3339(lot_.at));
    fact(page_, "devices", grouped(lot_.devices));
    if (lot_.manifest_rows != 0)
      fact(page_, "manifest",
           grouped(lot_.manifest_rows) + (lot_.manifest_rows == 1 ? " row" : " rows"));
    if (lot_.sample) fact(page_, "sample", lot_.sample->words);
    for (const std::string& note : lot_.notes) fact(page_, "note", note);
    for (const NotUsed& unused : lot_.not_used)
      fact(page_, "not used", fmt::format("{}: {}", unused.path, unused.why));
    if (!lot_.engine.empty()) fact(page_, "signatures", lot_.engine);
    fact(page_, "tool", "matter-attest " MATTER_ATTEST_VERSION);
  }

  Markup& page_;
  const LotReport& lot_;
  Why failed_{
      .causes = lot_.failed, .ids = &DeviceResult::failed, .prefix = "cause", .tone = Status::fail};
  Why open_{
      .causes = lot_.open, .ids = &DeviceResult::open, .prefix = "open", .tone = Status::unknown};
};

}  // namespace

std::string lot_html(const LotReport& report) {
  const std::string title =
      fmt::format("{}: lot of {}", verdict_name(report.verdict), devices_text(report.devices));
  return html_page(title, report.verdict, [&](Markup& page) { Writer(page, report).write(); });
}

}  // namespace attest
