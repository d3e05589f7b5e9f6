#include "serve/service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "serve/http/address.h"
#include "serve/http/media_type.h"
#include "serve/page.h"

namespace attest::serve {
namespace {

constexpr double kFailuresASecond = 0.1, kFailuresAtOnce = 10;  // of logins

bool is_reading(const HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

}  // namespace

bool is_loopback_peer(const std::string& address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

Service::Service(ServiceOptions options, std::shared_ptr<Users> users)
    : options_(std::move(options)),
      users_(std::move(users)),
      rate_(options_.a_second, options_.at_once),
      failures_(kFailuresASecond, kFailuresAtOnce) {}

void Service::add(Routes more) {
  std::move(more.begin(), more.end(), std::back_inserter(routes_));
}

std::optional<Answer> Service::admit(const HttpRequest& request) {
  const auto refused = [&](Answer answer, const char* why) {
    metrics_.refused(why);
    return answer;
  };
  if (auto wrong = refuse_framing(request)) return refused(std::move(*wrong), "framing");
  if (auto wrong = refuse_host(request, options_.hosts)) return refused(std::move(*wrong), "host");
  if (!is_loopback_peer(request.peer)) {
    if (const unsigned wait = rate_.take(peer_key(request.peer), now()); wait != 0)
      return refused(busy("more requests at once than one peer may make", wait, 429), "rate");
  }
  if (is_reading(request)) return std::nullopt;
  if (auto wrong = refuse_origin(request)) {
    options_.note(fmt::format("{}: {} {} was refused: it comes from a page of another place",
                              request.peer, request.method, printable(request.path)));
    return refused(std::move(*wrong), "origin");
  }
  return std::nullopt;
}

std::variant<Users::Known, Answer> Service::log_in(const HttpRequest& request) {
  if (!users_ || !users_->any()) return Users::Known{.how = Users::Known::How::yes, .user = {}};
  const std::string* header = request.header("authorization");
  const auto unknown = [&] {
    Answer out = problem(401, "this server asks who you are",
                         "a user's name and password, or a token", "none");
    return out.with("WWW-Authenticate", "Basic realm=\"matter-attest\", charset=\"UTF-8\"");
  };
  if (header == nullptr || request.count("authorization") != 1) return unknown();
  auto known = users_->known(*header, options_.clock().seconds);
  if (known.how == Users::Known::How::yes) return known;
  // Who guesses waits, before anything is worked out for it: each try counts until it turns out to
  // be right, so that many at once are no more than many after one another.
  if (const unsigned wait = failures_.take(peer_key(request.peer), now()); wait != 0)
    return busy("too many logins failed", std::max(wait, 10U), 429);
  if (known.how == Users::Known::How::no) return login_failed(request);
  return known;
}

Answer Service::login_failed(const HttpRequest& request) {
  metrics_.refused("login");
  options_.note(fmt::format("{}: a login failed", request.peer));
  Answer out = problem(401, "name, password or token is not one of this server's");
  return out.with("WWW-Authenticate", "Basic realm=\"matter-attest\", charset=\"UTF-8\"");
}

void Service::login_passed(const HttpRequest& request) {
  failures_.give_back(peer_key(request.peer));
}

tl::expected<Service::Chosen, Answer> Service::choose(HttpRequest& request) {
  if (auto there = moved_to(request)) {
    Answer moved{
        .status = is_reading(request) ? 301 : 308, .type = "text/plain", .body = {}, .headers = {}};
    return tl::unexpected(moved.with("Location", std::move(*there)));
  }
  auto matched = match(routes_, request.method, request.path);
  if (matched.route == nullptr) {
    if (matched.allowed.empty())
      return tl::unexpected(problem(404, "there is nothing at this path"));
    return tl::unexpected(
        problem(405, "this path does not do that", matched.allowed, request.method.substr(0, 32))
            .with("Allow", matched.allowed));
  }
  const Route& route = *matched.route;
  request.values = std::move(matched.values);
  if (route.writes && options_.read_only)
    return tl::unexpected(problem(403, "this server was started with --read-only"));
  const std::string* accept = request.header("accept");
  const char* gives = accepted(accept == nullptr ? "" : *accept, route.gives);
  if (gives == nullptr)
    return tl::unexpected(problem(406, "the answer comes in other media types",
                                  fmt::format("{}", fmt::join(route.gives, ", ")),
                                  accept->substr(0, 128)));
  Chosen out{.route = &route,
             .gives = gives,
             .most_body = route.runs == Runs::lot ? options_.most_lot : options_.most_upload};
  if (route.takes.empty()) {
    out.most_body = 0;
    if (request.has_body())
      return tl::unexpected(problem(413, "this path takes no body", "none", "one"));
    return out;
  }
  const std::string* type = request.header("content-type");
  const auto given = type == nullptr ? std::nullopt : media_type(*type);
  if (!given || std::find(route.takes.begin(), route.takes.end(), given->name) == route.takes.end())
    return tl::unexpected(problem(415, "the body is of another kind",
                                  fmt::format("{}", fmt::join(route.takes, ", ")),
                                  type == nullptr ? "none" : type->substr(0, 128)));
  const std::string* coding = request.header("content-encoding");
  if (coding != nullptr && *coding != "identity")
    return tl::unexpected(
        problem(415, "the body is packed", "no Content-Encoding", coding->substr(0, 64)));
  if (const std::string* length = request.header("content-length")) {
    uint64_t bytes = 0;
    std::from_chars(length->data(), length->data() + length->size(), bytes);
    if (bytes > out.most_body)
      return tl::unexpected(problem(413, "the body is too large",
                                    fmt::format("at most {} bytes", out.most_body),
                                    fmt::format("{}", bytes)));
  }
  return out;
}

// Where a page is what this path gives and what was asked for, a problem is one, too.
bool Service::is_problem_for_people(const HttpRequest& request, const Answer& answer) const {
  static constexpr const char* kForms[] = {"application/problem+json", "application/json",
                                           "text/html"};
  if (answer.type != kForms[0]) return false;
  const std::string* accept = request.header("accept");
  const Route* const route = match(routes_, request.method, request.path).route;
  const auto is_page = [](std::string_view type) { return type == kForms[2]; };
  if (accept == nullptr || route == nullptr ||
      std::none_of(route->gives.begin(), route->gives.end(), is_page))
    return false;
  const char* form = accepted(*accept, kForms);
  return form != nullptr && is_page(form);
}

void Service::finish(const HttpRequest& request, const Route* route, double began, Answer& answer) {
  if (is_problem_for_people(request, answer)) answer = problem_page(answer);
  if (answer.kept && options_.keep) {
    if (const std::string id = options_.keep(*answer.kept, request); !id.empty())
      answer.with("Report-Id", id);
    else
      answer.with(kDecisionNote, "this report could not be kept here, and cannot be decided upon");
  }
  answer.kept.reset();
  if (const std::string* verdict = answer.header("Verdict")) metrics_.judged(*verdict);
  const double seconds = now() - began;
  metrics_.answered(route == nullptr ? "" : route->path, answer.status, seconds);
  answer.with("X-Content-Type-Options", "nosniff")
      .with("Cache-Control", "no-store")
      .with("Referrer-Policy", "same-origin")
      .with("Cross-Origin-Opener-Policy", "same-origin")
      .with("Cross-Origin-Resource-Policy", "same-origin");
  if (answer.header("Content-Security-Policy") == nullptr)
    answer.with("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  if (request.secure) answer.with("Strict-Transport-Security", "max-age=31536000");
  options_.detail(fmt::format("{}{} {} {} {} {:.1f} ms", request.peer,
                              request.user.empty() ? "" : " " + printable(request.user),
                              printable(request.method), printable(request.path), answer.status,
                              seconds * 1000));
}

}  // namespace attest::serve
