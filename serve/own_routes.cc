// The rows that this server brings itself: the page, the API for judging, and what tells of it.

#include <fmt/format.h>

#include "report/check_json.h"
#include "report/report_style.h"
#include "serve/judge/upload.h"
#include "serve/openapi.h"
#include "serve/page.h"
#include "serve/service.h"

namespace attest::serve {
namespace {

const std::vector<const char*> kJson = {"application/json"};

Json schema_of_field(const UploadField& field, const std::string& words) {
  Json one{Json::Object{}};
  one.set("type", "string").set("description", words);
  if (field.file) one.set("format", "binary");
  if (!field.choices.empty()) {
    Json choices{Json::Array{}};
    for (const std::string& choice : field.choices) choices.push(choice);
    one.set("enum", std::move(choices));
  }
  if (!field.repeated) return one;
  // (How many there may be is no rule of the form's: more of them are 413.)
  return Json(Json::Object{}).set("type", "array").set("items", std::move(one)).set("minItems", 1);
}

void describe_form(Json& operation, bool verify) {
  Json properties{Json::Object{}};
  for (const UploadField& field : upload_fields()) {
    const char* more =
        verify || !field.of_verify_alone ? "" : " (of verify: told as not used here)";
    properties.set(field.name, schema_of_field(field, std::string(field.words) + more));
  }
  operation.set(
      "requestBody",
      Json(Json::Object{})
          .set("required", true)
          .set("description", "evidence or code has to be there")
          .set("content",
               Json(Json::Object{})
                   .set("multipart/form-data",
                        Json(Json::Object{})
                            .set("schema", Json(Json::Object{})
                                               .set("type", "object")
                                               .set("additionalProperties", false)
                                               .set("properties", std::move(properties))))));
}

Json lot_name(const char* in, const char* words) {
  return Json(Json::Object{})
      .set("name", "lot")
      .set("in", in)
      .set("required", std::string_view(in) == "path")
      .set("description", words)
      .set("schema",
           Json(Json::Object{}).set("type", "string").set("pattern", "^[A-Za-z0-9_-]{16,64}$"));
}

void describe_lot(Json& operation) {
  Json parameters{Json::Array{}};
  for (const UploadField& field : upload_fields()) {
    if (!field.of_verify_alone || field.file) continue;
    parameters.push(Json(Json::Object{})
                        .set("name", field.name)
                        .set("in", "query")
                        .set("required", false)
                        .set("description", field.words)
                        .set("schema", schema_of_field(field, field.words)));
  }
  parameters.push(
      lot_name("query",
               "a name of your own for this lot, 16 to 64 letters, digits, - and _: its "
               "lines can be followed at /api/v1/lot/{name} while records still come"));
  parameters.push(Json(Json::Object{})
                      .set("name", "Prefer")
                      .set("in", "header")
                      .set("required", false)
                      .set("description", "return=minimal: the answer has the lot's own line alone")
                      .set("schema", Json(Json::Object{}).set("type", "string")));
  operation.set("parameters", std::move(parameters));
  operation.set(
      "requestBody",
      Json(Json::Object{})
          .set("required", true)
          .set("description", "a device a line: the records of lot --stream")
          .set("content", Json(Json::Object{})
                              .set("application/x-ndjson",
                                   Json(Json::Object{}).set("schema", Json(Json::Object{})))));
}

constexpr unsigned kAgain = 5;  // seconds

Answer health(const Service& service) {
  if (const std::string ailing = service.options().ailing(); !ailing.empty())
    return busy(ailing, kAgain);
  return json_answer(Json(Json::Object{})
                         .set("status", "ok")
                         .set("version", MATTER_ATTEST_VERSION)
                         .set("ledgers", service.options().ledgers()));
}

// What the page has to know of this server.
Answer setting(const Service& service) {
  return json_answer(Json(Json::Object{})
                         .set("version", MATTER_ATTEST_VERSION)
                         .set("read_only", service.options().read_only)
                         .set("decisions", service.options().keep != nullptr)
                         .set("most_upload", service.options().most_upload));
}

Routes page_routes(const ServiceOptions& options) {
  Routes out;
  const auto page =
      std::make_shared<const Answer>(page_answer({.keeps_reports = options.keep != nullptr,
                                                  .network = options.network,
                                                  .stage = options.stage}));
  out.push_back({.method = "GET",
                 .path = "/",
                 .words = "the page for people",
                 .gives = {"text/html"},
                 .answer = [page](const HttpRequest&, const char*) { return *page; }});
  for (const auto& [path, script] : {std::pair("/page/page.js", page_script()),
                                     {"/page/base.js", page_base()},
                                     {"/page/lot.js", page_lot()},
                                     {"/page/compare.js", page_compare()}})
    out.push_back({.method = "GET",
                   .path = path,
                   .words = "a script of the page",
                   .gives = {"text/javascript"},
                   .answer = [script = script](const HttpRequest&, const char*) {
                     return script_answer(script);
                   }});
  out.push_back({.method = "GET",
                 .path = "/page/page.css",
                 .words = "the page's stylesheet",
                 .gives = {"text/css"},
                 .answer = [](const HttpRequest&, const char*) { return style_answer(); }});
  out.push_back({.method = "GET",
                 .path = "/page/words.json",
                 .words = "all words of the page",
                 .gives = kJson,
                 .answer = [](const HttpRequest&, const char*) { return words_answer(); }});
  return out;
}

}  // namespace

Routes own_routes(Service& service) {
  Service* const s = &service;
  Routes out = page_routes(service.options());
  out.push_back({.method = "POST",
                 .path = "/api/v1/verify",
                 .words = "judge one device from what describes it",
                 .runs = Runs::judge,
                 .takes = {"multipart/form-data"},
                 .gives = {"application/json", "text/html", "application/x-ndjson"},
                 .keeps = true,
                 .job = "verify",
                 .describe = [](Json& o) { describe_form(o, true); }});
  out.push_back({.method = "POST",
                 .path = "/api/v1/inspect",
                 .words = "what files hold, decoded, without a verdict",
                 .runs = Runs::judge,
                 .takes = {"multipart/form-data"},
                 .gives = kJson,
                 .job = "inspect",
                 .describe = [](Json& o) { describe_form(o, false); }});
  out.push_back({.method = "POST",
                 .path = "/api/v1/lot",
                 .words = "judge many devices, a line each, and what is wrong between them",
                 .runs = Runs::lot,
                 .takes = {"application/x-ndjson"},
                 .gives = {"application/x-ndjson"},
                 .describe = describe_lot});
  out.push_back({.method = "GET",
                 .path = "/api/v1/lot/{lot}",
                 .words =
                     "the lines of a lot that is being judged, each as it comes; the last is the "
                     "lot's, or what stopped it",
                 .runs = Runs::follow,
                 .gives = {"application/x-ndjson"},
                 .describe = [](Json& o) {
                   Json all{Json::Array{}};
                   o.set("parameters", all.push(lot_name("path", "as it was named")));
                 }});
  out.push_back({.method = "GET",
                 .path = "/api/v1/checks",
                 .words = "the catalogue of checks",
                 .gives = kJson,
                 .answer = [](const HttpRequest&, const char*) {
                   static const std::string all = dump_pretty(catalogue_json());
                   return Answer{.body = all, .headers = {}};
                 }});
  out.push_back({.method = "GET",
                 .path = "/api/v1/setting",
                 .words = "what this server offers",
                 .gives = kJson,
                 .answer = [s](const HttpRequest&, const char*) { return setting(*s); }});
  out.push_back({.method = "GET",
                 .path = "/api/v1/health",
                 .words = "whether it is there, and how old its ledgers are",
                 .runs = Runs::aside,
                 .gives = kJson,
                 .answer = [s](const HttpRequest&, const char*) { return health(*s); }});
  out.push_back({.method = "GET",
                 .path = "/metrics",
                 .words = "counters, as Prometheus reads them",
                 .gives = {"text/plain"},
                 .answer = [s](const HttpRequest&, const char*) {
                   return Answer{.type = "text/plain; version=0.0.4; charset=utf-8",
                                 .body = s->metrics().text(s->options().gauges()),
                                 .headers = {}};
                 }});
  out.push_back({.method = "GET",
                 .path = "/api/v1/openapi.json",
                 .words = "this interface, as OpenAPI 3.1",
                 .gives = kJson,
                 .answer = [s](const HttpRequest&, const char*) {
                   return json_answer(openapi(s->routes(), s->users() && s->users()->any()));
                 }});
  return out;
}

}  // namespace attest::serve
