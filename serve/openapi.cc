#include "serve/openapi.h"

#include <algorithm>
#include <string>

#include "report/schemas.h"

namespace attest::serve {
namespace {

Json object() {
  return Json(Json::Object{});
}

Json reference(const char* schema) {
  return object().set("$ref", std::string("#/components/schemas/") + schema);
}

// What is in an answer of a media type.
Json content_of(const Route& route, const char* type) {
  const std::string_view name = type, path = route.path;
  if (name != "application/json") return object().set("schema", object().set("type", "string"));
  if (path == "/api/v1/verify") return object().set("schema", reference("report"));
  if (path == "/api/v1/inspect") return object().set("schema", reference("inspect"));
  return object().set("schema", object());
}

Json problem_answer(int status) {
  return object()
      .set("description", status_title(status))
      .set("content",
           object().set("application/problem+json", object().set("schema", reference("problem"))));
}

bool is_decision(const Route& route) {
  return route.writes && std::string_view(route.path) == "/api/v1/decisions";
}
bool is_ledger(const Route& route) {
  const std::string_view path = route.path;
  return path.starts_with("/dcl/") || path.starts_with("/cosmos/");
}

// As a node refuses: at the ledger's paths beside what the server itself refuses.
Json node_answer(int status) {
  Json out = problem_answer(status);
  Json content = *out.find("content");
  const Json text = object().set("type", "string");
  Json members = object();
  members.set("code", object().set("type", "integer"))
      .set("message", text)
      .set("details", object().set("type", "array"));
  content.set(
      "application/json",
      object().set("schema", object().set("type", "object").set("properties", std::move(members))));
  return object().set("description", status_title(status)).set("content", std::move(content));
}

std::vector<int> refusals(const Route& route, bool asks_who) {
  std::vector<int> out = {400, 404, 406, 413, 421, 429, 500, 503};
  if (asks_who) out.push_back(401);
  if (std::string_view(route.method) != "GET") out.push_back(403);
  if (!route.takes.empty()) out.insert(out.end(), {415, 422, 507});
  const std::string_view path = route.path;
  if (route.runs == Runs::lot || path.starts_with("/api/v1/decisions") || is_ledger(route))
    out.push_back(501);
  if (route.runs == Runs::lot) out.push_back(409);
  if (is_decision(route)) out.push_back(410);
  std::sort(out.begin(), out.end());
  return out;
}

// "/dcl/*": OpenAPI has no word for a rest of several segments; {rest} is the nearest.
std::string path_of(const Route& route) {
  std::string out = route.path;
  if (out.ends_with('*')) out.replace(out.size() - 1, 1, "{rest}");
  return out;
}

void add_path_parameters(const std::string& path, Json& operation) {
  Json parameters{Json::Array{}};
  if (const Json* said = operation.find("parameters")) parameters = *said;
  bool any = false;
  for (size_t at = path.find('{'); at != path.npos; at = path.find('{', at + 1)) {
    const std::string name = path.substr(at + 1, path.find('}', at) - at - 1);
    any = true;
    // (Unless the route itself tells more of it.)
    if (std::any_of(parameters.array()->begin(), parameters.array()->end(), [&](const Json& one) {
          return *one.find("name") == Json(name) && *one.find("in") == Json("path");
        }))
      continue;
    parameters.push(object()
                        .set("name", name)
                        .set("in", "path")
                        .set("required", true)
                        .set("schema", object().set("type", "string")));
  }
  if (!any) return;
  Json out = object();
  for (const auto& [key, value] : *operation.object()) {
    if (key != "parameters") out.set(key, value);
  }
  operation = std::move(out.set("parameters", std::move(parameters)));
}

Json operation_of(const Route& route, bool asks_who) {
  Json out = object();
  std::string id = route.method;
  for (const char* c = route.path; *c != '\0'; ++c)
    id += (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ? *c : '_';
  out.set("operationId", id).set("summary", route.words);
  if (route.describe) route.describe(out);
  add_path_parameters(path_of(route), out);
  Json content = object();
  for (const char* type : route.gives) content.set(type, content_of(route, type));
  Json answers = object();
  answers.set(is_decision(route) ? "201" : "200",
              object().set("description", "OK").set("content", std::move(content)));
  for (const int status : refusals(route, asks_who))
    answers.set(std::to_string(status),
                is_ledger(route) ? node_answer(status) : problem_answer(status));
  return out.set("responses", std::move(answers));
}

Json problem_schema() {
  const auto text = [] { return object().set("type", "string"); };
  return object()
      .set("type", "object")
      .set("required", Json(Json::Array{"type", "title", "status", "detail"}))
      .set("properties", object()
                             .set("type", text())
                             .set("title", text())
                             .set("status", object().set("type", "integer"))
                             .set("detail", text())
                             .set("expected", text())
                             .set("found", text()));
}

// A schema of ours as a part of the document: what it refers to lies deeper then.
Json schema(std::string_view text, const std::string& name) {
  constexpr std::string_view kHere = "\"#/$defs/";
  std::string all(text);
  const std::string there = "\"#/components/schemas/" + name + "/$defs/";
  for (size_t at = all.find(kHere); at != all.npos; at = all.find(kHere, at + there.size()))
    all.replace(at, kHere.size(), there);
  const auto read = parse_json(all);
  if (!read || read->object() == nullptr) return object();
  Json out = object();
  for (const auto& [key, value] : *read->object()) {
    if (key != "$id" && key != "$schema") out.set(key, value);  // it is no document of its own here
  }
  return out;
}

}  // namespace

Json openapi(const Routes& routes, bool asks_who) {
  Json paths = object();
  std::vector<std::string> done;
  for (const Route& first : routes) {
    const std::string path = path_of(first);
    if (std::find(done.begin(), done.end(), path) != done.end()) continue;
    done.push_back(path);
    Json item = object();
    for (const Route& route : routes) {
      if (path_of(route) != path) continue;
      std::string method = route.method;
      std::transform(method.begin(), method.end(), method.begin(),
                     [](char c) { return static_cast<char>(c | 0x20); });
      item.set(method, operation_of(route, asks_who));
    }
    paths.set(path, std::move(item));
  }
  Json components = object().set("schemas", object()
                                                .set("report", schema(report_schema(), "report"))
                                                .set("inspect", schema(inspect_schema(), "inspect"))
                                                .set("problem", problem_schema()));
  Json out = object();
  out.set("openapi", "3.1.0")
      .set("info", object()
                       .set("title", "matter-attest")
                       .set("version", MATTER_ATTEST_VERSION)
                       .set("description",
                            "says whether a Matter device's attestation holds, and "
                            "if not, which part is wrong and what to do"));
  if (asks_who) {
    components.set("securitySchemes",
                   object()
                       .set("password", object().set("type", "http").set("scheme", "basic"))
                       .set("token", object().set("type", "http").set("scheme", "bearer")));
    out.set("security", Json(Json::Array{object().set("password", Json(Json::Array{})),
                                         object().set("token", Json(Json::Array{}))}));
  }
  return out.set("paths", std::move(paths)).set("components", std::move(components));
}

}  // namespace attest::serve
