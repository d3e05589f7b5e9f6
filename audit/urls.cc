// Addresses on the ledger: what anybody may write there, and users are led to.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "audit/fetcher.h"
#include "audit/findings.h"

namespace attest::audit {
namespace {

constexpr size_t kMostUrl = 256;

// What is wrong with an address as it stands; empty: nothing.
std::string not_https(const std::string& url) {
  if (const auto good = dcl::check_web_address(url); !good) return good.error().what;
  constexpr std::string_view kScheme = "https://";
  for (size_t i = 0; i < kScheme.size(); ++i) {
    const char c = url[i] >= 'A' && url[i] <= 'Z' ? static_cast<char>(url[i] + 32) : url[i];
    if (c != kScheme[i]) return "expected https, found http";
  }
  if (url.size() > kMostUrl)
    return fmt::format("expected at most {} characters, found {}", kMostUrl, url.size());
  return {};
}

void add(std::string& list, const std::string& one) {
  list += (list.empty() ? "" : "; ") + one;
}

}  // namespace

void audit_urls(Auditing& a, const std::string& about, const std::vector<NamedUrl>& urls) {
  std::string wrong, gone, open;
  bool any = false, asks = false;
  for (const NamedUrl& named : urls) {
    if (named.url.empty()) continue;
    any = true;
    const std::string problem = not_https(named.url);
    if (!problem.empty())
      add(wrong, fmt::format("{} {}: {}", named.field, dcl::shown_url(named.url), problem));
    asks |= !named.fetched_elsewhere && problem.empty();
  }
  if (!any) return;
  if (wrong.empty()) a.findings.pass(rule::urls_are_https, about);
  if (!wrong.empty())
    a.findings.fail(rule::urls_are_https, about, wrong, "https://…, at most 256 characters",
                    "another");
  if (!asks || !a.findings.asked(rule::urls_answer, about)) return;
  for (const NamedUrl& named : urls) {
    if (named.url.empty() || named.fetched_elsewhere || !not_https(named.url).empty()) continue;
    const Fetcher::Came came = a.fetcher.answer(named.url);
    if (!came.fault.empty()) add(gone, fmt::format("{} {}", named.field, came.fault));
    if (!came.unknown.empty()) add(open, fmt::format("{} {}", named.field, came.unknown));
  }
  if (!gone.empty()) a.findings.fail(rule::urls_answer, about, gone, "a page", "none");
  if (!open.empty()) a.findings.unknown(rule::urls_answer, about, open);
  if (gone.empty() && open.empty()) a.findings.pass(rule::urls_answer, about);
}

}  // namespace attest::audit
