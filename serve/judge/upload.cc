#include "serve/judge/upload.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "serve/http/media_type.h"

namespace attest::serve {
namespace {

const UploadField kFields[] = {
    {.name = "evidence",
     .file = true,
     .repeated = true,
     .words = "files that together describe one device; an archive is one"},
    {.name = "code", .repeated = true, .words = "an onboarding code: MT:..., or 11 or 21 digits"},
    {.name = "network",
     .of_verify_alone = true,
     .words = "the ledger whose facts decide, and its policy",
     .choices = {"main", "test", "none"}},
    {.name = "stage",
     .of_verify_alone = true,
     .words = "lab: the certification lab's demands instead of the network's",
     .choices = {"network", "lab"}},
    {.name = "at",
     .of_verify_alone = true,
     .words = "judge as of this instant instead of now (RFC 3339, or a day)"},
    {.name = "order",
     .file = true,
     .repeated = true,
     .of_verify_alone = true,
     .words = "what was ordered: a cpms.json or the keys of device.json, and files that it names"},
    {.name = "trust_paa",
     .file = true,
     .repeated = true,
     .of_verify_alone = true,
     .words = "a PAA to trust beside the ledger's; for the networks test and none alone"},
    {.name = "trust_cd_signer",
     .file = true,
     .repeated = true,
     .of_verify_alone = true,
     .words = "a CD signer to trust beside the CSA's; for the networks test and none alone"},
};

std::string names() {
  std::vector<std::string> out;
  for (const UploadField& field : kFields) out.emplace_back(field.name);
  return fmt::format("{}", fmt::join(out, ", "));
}

class Reader {
 public:
  std::optional<Answer> take(const Part& part) {
    const auto field = std::find_if(std::begin(kFields), std::end(kFields),
                                    [&](const UploadField& f) { return f.name == part.name; });
    if (field == std::end(kFields))
      return problem(400, "a part of the form is none of ours", "one of " + names(),
                     part.name.substr(0, 64));
    return field->file ? file(*field, part) : value(*field, part);
  }
  Upload done() { return std::move(out_); }

 private:
  std::optional<Answer> file(const UploadField& field, const Part& part) {
    if (!part.file_name)
      return problem(400, fmt::format("the field {} is wrong", field.name),
                     "a file, with a file name", "text");
    const std::string& told = *part.file_name;
    if (told.empty() && part.content.empty()) return std::nullopt;  // a form's input left alone
    auto& list = field.name == std::string_view("evidence")    ? out_.evidence
                 : field.name == std::string_view("order")     ? out_.order
                 : field.name == std::string_view("trust_paa") ? out_.trust_paa
                                                               : out_.trust_cd_signer;
    if (++files_ > kMostFiles)
      return problem(413, "too many files for one device", fmt::format("at most {}", kMostFiles),
                     "more");
    list.push_back({.name = name_for(told), .content = part.content});
    return std::nullopt;
  }

  // Another upload's name, or what codes that are typed are called.
  bool is_taken(const std::string& name) const {
    const bool digits =
        name.size() > 5 && name.find_first_not_of("0123456789", 5) == std::string::npos;
    return names_.contains(name) || name == "code" || (name.starts_with("code ") && digits);
  }
  // As told, but printable, of some length, and not another's: the report tells them apart by it.
  std::string name_for(const std::string& told) {
    constexpr size_t kMost = 512;
    std::string name = printable(told.size() > kMost ? told.substr(told.size() - kMost) : told);
    if (name.empty()) name = fmt::format("upload {}", files_);
    const std::string first = name;
    for (unsigned count = 2; is_taken(name); ++count) name = fmt::format("{} ({})", first, count);
    names_.insert(name);
    return name;
  }

  std::optional<Answer> value(const UploadField& field, const Part& part) {
    if (part.content.size() > kMostFieldBytes)
      return problem(413, fmt::format("the field {} is too long", field.name),
                     fmt::format("at most {} bytes", kMostFieldBytes),
                     fmt::format("{}", part.content.size()));
    const std::string given(text(part.content));
    if (given.empty()) return std::nullopt;
    if (!field.choices.empty() &&
        std::find(field.choices.begin(), field.choices.end(), given) == field.choices.end())
      return problem(400, fmt::format("the field {} is wrong", field.name),
                     fmt::format("{}", fmt::join(field.choices, ", ")), given.substr(0, 64));
    if (field.name == std::string_view("code")) {
      if (out_.codes.size() == kMostCodes)
        return problem(413, "too many codes for one device", fmt::format("at most {}", kMostCodes),
                       "more");
      out_.codes.push_back(given);
      return std::nullopt;
    }
    std::string& into = field.name == std::string_view("network") ? out_.asked.network
                        : field.name == std::string_view("stage") ? out_.asked.stage
                                                                  : out_.asked.at;
    if (!into.empty() && into != given)
      return problem(400, fmt::format("the field {} is there twice", field.name), "one value",
                     "two");
    into = given;
    return std::nullopt;
  }

  Upload out_;
  size_t files_ = 0;
  std::set<std::string> names_;
};

}  // namespace

std::span<const UploadField> upload_fields() {
  return kFields;
}

tl::expected<Upload, Answer> read_upload(View body, std::string_view content_type) {
  const auto type = media_type(content_type);
  if (!type || type->name != "multipart/form-data")
    return tl::unexpected(problem(415, "the body is of another kind", "multipart/form-data",
                                  std::string(content_type.substr(0, 64))));
  const auto parts = parse_multipart(body, type->boundary);
  if (!parts)
    return tl::unexpected(problem(parts.error().too_many ? 413 : 400, parts.error().error.what));
  Reader reader;
  for (const Part& part : *parts) {
    if (auto wrong = reader.take(part)) return tl::unexpected(std::move(*wrong));
  }
  Upload out = reader.done();
  if (!out.has_evidence())
    return tl::unexpected(problem(422, "there is nothing to look at",
                                  "a part evidence or code with content", "none"));
  return out;
}

tl::expected<Asked, Answer> read_asked(const Pairs& query) {
  Asked out;
  for (const auto& parameter : query) {
    const auto &name = parameter.first, &value = parameter.second;
    const auto field = std::find_if(std::begin(kFields), std::end(kFields), [&](const auto& f) {
      return f.of_verify_alone && !f.file && f.name == name;
    });
    if (field == std::end(kFields))
      return tl::unexpected(problem(400, "a parameter of the query is none of ours",
                                    "network, stage or at", name.substr(0, 64)));
    const auto& choices = field->choices;
    if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end())
      return tl::unexpected(problem(400, "the parameter " + name + " is wrong",
                                    fmt::format("{}", fmt::join(choices, ", ")),
                                    value.substr(0, 64)));
    (name == "network" ? out.network : name == "stage" ? out.stage : out.at) = value;
  }
  return out;
}

}  // namespace attest::serve
