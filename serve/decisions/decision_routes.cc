#include "serve/decisions/decision_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace attest::serve {
namespace {

constexpr unsigned kRetryBusy = 5, kRetryFull = 60;  // seconds
constexpr size_t kPage = 100, kMostPage = 1000;
const std::vector<const char*> kJson = {"application/json"};

Json decision_json(const ListedDecision& one) {
  auto out = parse_json(canonical(one.decision));
  out->set("digest", hex(one.digest)).set("signed", one.is_signed);
  return std::move(*out);
}

// A number of the query; `otherwise` without one. An answer: it is none.
tl::expected<uint64_t, Answer> number_asked(const HttpRequest& request, const char* name,
                                            uint64_t otherwise, uint64_t most) {
  const std::string* text = request.asked(name);
  if (text == nullptr) return otherwise;
  uint64_t value = 0;
  const auto got = std::from_chars(text->data(), text->data() + text->size(), value);
  if (text->empty() || got.ec != std::errc() || got.ptr != text->data() + text->size() ||
      value == 0 || value > most)
    return tl::unexpected(problem(400, fmt::format("{} is no number of those there are", name),
                                  fmt::format("1 to {}", most), printable(text->substr(0, 40))));
  return value;
}

std::string searched(const HttpRequest& request) {
  const std::string* q = request.asked("q");
  return q == nullptr ? std::string() : *q;
}

// What is kept of a decision, by the ending of its path.
struct Part {
  const char* ending;
  const char* type;
};
constexpr Part kParts[] = {{".bundle", "application/x-tar"},
                           {".html", "text/html; charset=utf-8"},
                           {".report", "application/json"},
                           {".record", "application/json"},
                           {".signature", "application/pkcs7-signature"}};

Answer part_answer(StoredDecision stored, const Part& part, const std::string& id) {
  const std::string_view ending = part.ending;
  Answer out;
  out.type = part.type;
  if (ending == ".bundle") {
    if (stored.bundle.empty())
      return problem(404, "no bundle could be made of this device when it was judged");
    out.body = text(stored.bundle);
  }
  if (ending == ".html") out.body = std::move(stored.page);
  if (ending == ".report") out.body = std::move(stored.report);
  if (ending == ".record") out.body = std::move(stored.line);
  if (ending == ".signature") {
    if (stored.signature.empty()) return problem(404, "this decision is not signed");
    out.body = text(stored.signature);
  }
  if (ending == ".html")
    // The page has its style in it, and needs nothing else.
    return out.with("Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
                    "frame-ancestors 'none'; sandbox");
  return out.with("Content-Disposition", fmt::format("attachment; filename=\"{}{}\"", id, ending));
}

Json parameter(const char* name, const char* in, const char* words, const char* type) {
  return Json(Json::Object{})
      .set("name", name)
      .set("in", in)
      .set("required", std::string_view(in) == "path")
      .set("description", words)
      .set("schema", Json(Json::Object{}).set("type", type));
}

void describe_search(Json& operation, bool pages) {
  Json all{Json::Array{}};
  all.push(parameter("q", "query", "words that must all occur", "string"));
  if (pages) {
    all.push(parameter("limit", "query", "how many, at most 1000", "integer"));
    all.push(parameter("below", "query", "only those with a smaller number", "integer"));
  }
  operation.set("parameters", std::move(all));
}

void describe_id(Json& operation) {
  Json all{Json::Array{}};
  all.push(
      Json(Json::Object{})
          .set("name", "id")
          .set("in", "path")
          .set("required", true)
          .set("description", "of a decision, and which part of it")
          .set("schema",
               Json(Json::Object{})
                   .set("type", "string")
                   .set("pattern", "^[0-9a-f]{32}([.](bundle|html|report|record|signature))?$")));
  operation.set("parameters", std::move(all));
}

void describe_decision(Json& operation) {
  const auto text = [](const char* words) {
    return Json(Json::Object{}).set("type", "string").set("description", words);
  };
  Json properties{Json::Object{}}, waiver{Json::Object{}}, choices{Json::Array{}},
      required{Json::Array{}};
  choices.push("approve").push("reject");
  for (const char* name : {"report", "decision", "who"}) required.push(name);
  for (const char* name : {"id", "reason", "who", "until", "device"})
    waiver.set(name, Json(Json::Object{}).set("type", "string"));
  properties.set("report", text("the Report-Id that verify answered with"))
      .set("decision", text("what was decided").set("enum", std::move(choices)))
      .set("who", text("by whom"))
      .set("reason", text("why"))
      .set(
          "waivers",
          Json(Json::Object{})
              .set("type", "array")
              .set(
                  "items",
                  Json(Json::Object{}).set("type", "object").set("properties", std::move(waiver))));
  operation.set(
      "requestBody",
      Json(Json::Object{})
          .set("required", true)
          .set("content",
               Json(Json::Object{})
                   .set("application/json",
                        Json(Json::Object{})
                            .set("schema", Json(Json::Object{})
                                               .set("type", "object")
                                               .set("additionalProperties", false)
                                               .set("required", std::move(required))
                                               .set("properties", std::move(properties))))));
}

}  // namespace

Result<void> DecisionBook::open(const std::string& database, Note note,
                                std::chrono::milliseconds patience) {
  auto opened = Decisions::open(database, Decisions::Open::create, patience);
  if (!opened) return tl::unexpected(opened.error());
  record_ = std::move(*opened);
  note_ = std::move(note);
  return {};
}

// `doing`: "the list cannot be given". `asked`: of what was asked in a way that cannot be.
Answer DecisionBook::stopped(const DecisionsError& why, std::string doing, int asked) const {
  using Why = DecisionsError::Why;
  if (why.why == Why::asked) return problem(asked, why.what);
  if (why.why == Why::broken) return broken(why.what, std::move(doing));
  note_(why.what);
  return why.why == Why::busy ? busy(doing + ": another process holds the record", kRetryBusy)
                              : busy(doing + ": there is no room for the record", kRetryFull, 507);
}

Answer DecisionBook::broken(const std::string& why, std::string doing) const {
  note_(why);
  return problem(500, std::move(doing));
}

std::string DecisionBook::keep(const KeptReport& kept) {
  auto report = judged_report_of(clock_(), kept.json, kept.html, kept.bundle);
  auto id = report ? reports_.keep(std::move(*report)) : tl::unexpected(report.error());
  if (id && !kept.no_bundle.empty())
    note_(fmt::format("report {} has no bundle: {}", *id, kept.no_bundle));
  if (id) return std::move(*id);
  note_("a report cannot be kept to be decided upon: " + id.error().what);
  return {};
}

Answer DecisionBook::decide(const HttpRequest& request) {
  const auto body = request.body == nullptr ? Result<View>(View()) : request.body->view();
  if (!body) return broken(body.error().what, "the body cannot be read");
  auto asked = read_decision_request(text(*body));
  if (!asked) return problem(400, "it cannot be decided like this: " + asked.error().what);
  const auto found = reports_.find(asked->report);
  if (found.report == nullptr)
    return found.gone ? problem(410, "this report is not kept any more: judge the device again")
                      : problem(404, "there is no report with this id");
  asked->user = request.user;
  const Instant now = clock_();
  if (const auto may = may_decide(*asked, *found.report, now); !may)
    return problem(422, may.error().what);
  const auto done = record_->append(*asked, *found.report, now, signing_);
  if (!done) return stopped(done.error(), "the decision was not kept", 422);
  Answer out = json_answer(decision_json(*done));
  out.status = 201;
  return out.with("Location", "/api/v1/decisions/" + done->decision.id);
}

Answer DecisionBook::list(const HttpRequest& request) {
  const auto most = number_asked(request, "limit", kPage, kMostPage);
  if (!most) return most.error();
  const auto below = number_asked(request, "below", 0, INT64_MAX);
  if (!below) return below.error();
  const auto some = record_->list(searched(request), *most, *below);
  if (!some) return stopped(some.error(), "the list cannot be given");
  Json all{Json::Array{}};
  for (const ListedDecision& one : *some) all.push(decision_json(one));
  const bool more = some->size() == *most && some->back().decision.number > 1;
  return json_answer(Json(Json::Object{})
                         .set("decisions", std::move(all))
                         .set("below", more ? Json(some->back().decision.number) : Json()));
}

Answer DecisionBook::one(const HttpRequest& request) {
  std::string id = request.values.empty() ? std::string() : request.values[0];
  const auto* part = std::find_if(std::begin(kParts), std::end(kParts),
                                  [&](const Part& p) { return id.ends_with(p.ending); });
  if (part != std::end(kParts)) id.resize(id.size() - std::string_view(part->ending).size());
  if (!is_id(id)) return problem(404, "there is no decision with this id");
  auto found = record_->find(id);
  if (!found) return stopped(found.error(), "the record cannot be read");
  if (!*found) return problem(404, "there is no decision with this id");
  // What is handed out is what was decided upon.
  if (const auto same = is_as_recorded(**found); !same)
    return broken(same.error().what,
                  "what is kept of this decision is damaged: " + same.error().what);
  if (part != std::end(kParts)) return part_answer(std::move(**found), *part, id);
  auto json = parse_json((*found)->line);
  if (!json) return broken(json.error().what, "the record is damaged");
  json->set("digest", hex((*found)->digest)).set("signed", !(*found)->signature.empty());
  return json_answer(*json);
}

Answer DecisionBook::table(const HttpRequest& request) {
  Answer out;
  out.type = "text/csv; charset=utf-8";
  const auto done = record_->export_csv(searched(request), [&](std::string_view line) {
    out.body += line;
    return Result<void>();
  });
  if (!done) return stopped(done.error(), "the table cannot be given");
  return out.with("Content-Disposition", "attachment; filename=\"decisions.csv\"");
}

Routes decision_routes(const std::shared_ptr<DecisionBook>& book) {
  const auto by = [&book](Answer (DecisionBook::*how)(const HttpRequest&)) {
    return [book, how](const HttpRequest& request, const char*) {
      // Not 404, which is about one decision.
      return book == nullptr ? problem(501, "this server keeps no decisions",
                                       "a server that was started with --decisions DB",
                                       "one that was started without")
                             : (book.get()->*how)(request);
    };
  };
  Routes out;
  out.push_back({.method = "POST",
                 .path = "/api/v1/decisions",
                 .words = "approve or reject what was judged; it is kept for good",
                 .runs = Runs::aside,
                 .takes = {"application/json"},
                 .gives = kJson,
                 .writes = true,
                 .answer = by(&DecisionBook::decide),
                 .describe = describe_decision});
  out.push_back({.method = "GET",
                 .path = "/api/v1/decisions",
                 .words = "the decisions, the newest first",
                 .runs = Runs::aside,
                 .gives = kJson,
                 .answer = by(&DecisionBook::list),
                 .describe = [](Json& o) { describe_search(o, true); }});
  out.push_back({.method = "GET",
                 .path = "/api/v1/decisions/export",
                 .words = "all decisions as a table",
                 .runs = Runs::aside,
                 .gives = {"text/csv"},
                 .answer = by(&DecisionBook::table),
                 .describe = [](Json& o) { describe_search(o, false); }});
  out.push_back({.method = "GET",
                 .path = "/api/v1/decisions/{id}",
                 .words = "a decision; with .bundle, .html, .report, .record or .signature behind "
                          "its id what is kept of it",
                 .runs = Runs::aside,
                 .gives = {"application/json", "text/html", "application/x-tar",
                           "application/pkcs7-signature"},
                 .answer = by(&DecisionBook::one),
                 .describe = describe_id});
  return out;
}

Routes mirror_routes(const std::shared_ptr<Mirror>& mirror, Note note) {
  const auto answer = [mirror, note = std::move(note)](const HttpRequest& request, const char*) {
    MirrorRequest asked{.method = request.method, .path = request.path, .query = request.query};
    for (const char* name : {"x-cosmos-block-height", "grpc-metadata-x-cosmos-block-height"}) {
      if (const std::string* height = request.header(name); height != nullptr && !asked.height)
        asked.height = *height;
    }
    MirrorAnswer got = mirror->answer(asked);
    if (!got.problem.empty()) note(got.problem);
    Answer out;
    out.status = got.status;
    out.body = std::move(got.body);
    for (auto& [name, value] : got.headers) {
      if (name != "Content-Type") out.with(std::move(name), std::move(value));
    }
    return out;
  };
  Routes out;
  for (const char* path : {"/dcl/*", "/cosmos/base/tendermint/v1beta1/*"})
    out.push_back({.method = "GET",
                   .path = path,
                   .words = "the ledger's own answers, from what was read of it",
                   .runs = Runs::aside,
                   .gives = kJson,
                   .answer = answer});
  return out;
}

}  // namespace attest::serve
