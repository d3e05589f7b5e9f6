// Addresses on the ledger: what anybody may write there, and users are led to. Every member whose
// name ends in URL is one, so that no schema has one that is passed over.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "audit/fetcher.h"
#include "audit/findings.h"
#include "verifier/base/characters.h"
#include "verifier/matter/basic_information.h"

namespace attest::audit {
namespace {

constexpr size_t kMostUrl = 256;

// A revocation list is signed: its address may be http.
constexpr std::string_view kListField = "dataURL";

void add(std::string& list, const std::string& one) {
  list += (list.empty() ? "" : "; ") + one;
}

struct Page {
  std::string field, url;
};

// Whether the pages are there.
void audit_answers(Auditing& a, const std::string& about, const std::vector<Page>& pages) {
  if (pages.empty() || !a.findings.asked(rule::urls_answer, about)) return;
  std::string gone, open;
  bool network = false;
  for (const Page& page : pages) {
    const Fetcher::Came came = a.fetcher.answer(page.url);
    network |= came.network;
    if (!came.fault.empty()) add(gone, fmt::format("{} {}", page.field, came.fault));
    if (!came.unknown.empty()) add(open, fmt::format("{} {}", page.field, came.unknown));
  }
  if (!gone.empty()) a.findings.fail(rule::urls_answer, about, gone, "a page", "none");
  if (!open.empty())
    a.findings.unknown(rule::urls_answer, about, open, network ? kNetworkAgain : "");
  if (gone.empty() && open.empty()) a.findings.pass(rule::urls_answer, about);
}

}  // namespace

std::vector<std::string> url_fields(const Json& object) {
  std::vector<std::string> out;
  if (object.object() == nullptr) return out;
  for (const auto& [name, value] : *object.object()) {
    constexpr std::string_view kEnding = "url";
    if (name.size() < kEnding.size()) continue;
    const std::string_view end = std::string_view(name).substr(name.size() - kEnding.size());
    if (std::equal(end.begin(), end.end(), kEnding.begin(),
                   [](char c, char k) { return to_lower(c) == k; }))
      out.push_back(name);
  }
  return out;
}

std::string url_problem(const std::string& url, bool http) {
  std::string scheme = url.substr(0, url.find(':'));
  for (char& c : scheme) c = to_lower(c);
  if (scheme != "https" && !(http && scheme == "http"))
    return fmt::format("expected {}https, found {}", http ? "http or " : "",
                       scheme == "http" ? "http" : "another");
  if (const auto good = dcl::check_web_address(url); !good) return good.error().what;
  if (const char* problem = web_address_problem(url))
    return fmt::format("expected a URL, found one that {}", problem);
  if (url.size() > kMostUrl)
    return fmt::format("expected at most {} characters, found {}", kMostUrl, url.size());
  return {};
}

void audit_urls(Auditing& a, const std::string& about, const Json& object,
                const std::vector<std::string>& fetched_elsewhere) {
  std::string wrong, unread;
  std::vector<Page> pages;
  bool any = false, http = false;
  for (const std::string& field : url_fields(object)) {
    const Json& value = *object.find(field);
    const std::string* url = value.string();
    if (url == nullptr)
      add(unread, fmt::format("{}: expected a text, found {}", printable(field), value.kind()));
    if (url == nullptr || url->empty()) continue;
    any = true;
    const bool is_list = field == kListField;
    http |= is_list;
    const std::string problem = url_problem(*url, is_list);
    if (!problem.empty())
      add(wrong, fmt::format("{} {}: {}", printable(field), dcl::shown_url(*url), problem));
    else if (!is_list && std::find(fetched_elsewhere.begin(), fetched_elsewhere.end(), field) ==
                             fetched_elsewhere.end())
      pages.push_back({field, *url});
  }
  if (!unread.empty())
    a.findings.unknown(
        rule::urls_are_https, about, unread,
        "look at the entry: matter-attest dcl vendor, model or version, --format json");
  if (!wrong.empty())
    a.findings.fail(rule::urls_are_https, about, wrong,
                    fmt::format("{}https://…, at most 256 characters", http ? "http://… or " : ""),
                    "another");
  if (any && wrong.empty() && unread.empty()) a.findings.pass(rule::urls_are_https, about);
  audit_answers(a, about, pages);
}

}  // namespace attest::audit
