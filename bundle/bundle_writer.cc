#include "bundle/bundle_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "bundle/cms_signature.h"
#include "bundle/key_pair.h"
#include "platform/files.h"
#include "platform/output.h"
#include "report/report_json.h"
#include "verifier/rules/part_facts.h"

namespace attest {
namespace {

constexpr const char* kReport = "report.json";

std::string report_text_of(const Evidence& evidence, const Report& report) {
  return dump_pretty(report_json(evidence, report));
}

// "fail" with its message; a check that one side lacks has no status.
std::map<std::string, std::string> statuses(const Json& report) {
  std::map<std::string, std::string> out;
  const Json* checks = report.find("checks");
  if (checks == nullptr || checks->array() == nullptr) return out;
  for (const Json& check : *checks->array()) {
    const Json *id = check.find("id"), *status = check.find("status");
    if (id != nullptr && id->string() != nullptr && status != nullptr &&
        status->string() != nullptr)
      out.emplace(*id->string(), *status->string());
  }
  return out;
}

const Json* check_of(const Json& report, const std::string& id) {
  const Json* checks = report.find("checks");
  if (checks == nullptr || checks->array() == nullptr) return nullptr;
  const auto at = std::find_if(
      checks->array()->begin(), checks->array()->end(),
      [&](const Json& c) { return c.find("id") != nullptr && *c.find("id") == Json(id); });
  return at == checks->array()->end() ? nullptr : &*at;
}

}  // namespace

Ledger* BundleWriter::begin(const Reading& reading, Ledger* ledger) {
  read_ = reading.device;
  if (ledger == nullptr) return nullptr;
  return &ledger_.emplace(*ledger);
}

Result<void> BundleWriter::write(const std::string& path, const Evidence& evidence,
                                 const Report& report, const TrustStore& trust,
                                 const Signer& signer, SignatureEngine& engine) const {
  const auto made = bytes(evidence, report, trust, signer, engine);
  if (!made) return tl::unexpected(made.error());
  return write_file(path, text(*made));
}

Result<Bytes> BundleWriter::bytes(const Evidence& evidence, const Report& report,
                                  const TrustStore& trust, const Signer& signer,
                                  SignatureEngine& engine) const {
  const auto inputs =
      inputs_of(read_, evidence, report, trust, ledger_ ? &ledger_->record() : nullptr, engine);
  if (!inputs) return within("--bundle", inputs.error());
  return bundle_bytes(*inputs, evidence, report, signer, engine);
}

Result<Bytes> bundle_bytes(const RecordedInputs& inputs, const Evidence& evidence,
                           const Report& report, const Signer& signer, SignatureEngine& engine) {
  Bundle bundle{
      .tool_version = MATTER_ATTEST_VERSION, .members = members_of(inputs), .signature = {}};
  const std::string report_text = report_text_of(evidence, report);
  bundle.members.push_back({.name = kReport, .content = to_bytes(view(report_text))});
  if (!signer.key.empty()) {
    const auto pair = key_pair_from({.key_option = "--sign-with",
                                     .certificate_option = "--sign-cert",
                                     .key = signer.key,
                                     .certificate = signer.certificate});
    if (!pair) return tl::unexpected(pair.error());
    auto signature =
        sign_detached(view(manifest_text(bundle)), view(pair->key), view(pair->certificate));
    if (!signature) return within(fmt::format("--sign-with: {}", signer.key), signature.error());
    bundle.signature = std::move(*signature);
  }
  Bytes bytes = write_bundle(bundle);
  // It is read back before it is believed in: what cannot be replayed must not be kept.
  const auto again = replay(bytes, engine);
  if (!again) return within("--bundle", again.error());
  if (!again->same())
    return error(fmt::format("--bundle: replaying would not give the same report: {}",
                             differences(*again).front()));
  return bytes;
}

Result<Replayed> replay(View file, SignatureEngine& engine, const Reading& further) {
  auto bundle = read_bundle(file);
  if (!bundle) return tl::unexpected(bundle.error());
  const TarMember* report = bundle->find(kReport);
  if (report == nullptr) return error("expected a bundle with report.json, found none");
  for (const TarMember& member : bundle->members) {
    if (member.name != kReport && !is_input_member(member.name))
      return error(
          fmt::format("expected a bundle of {}, found {} in it", kBundleSchema, member.name));
  }
  if (!bundle->signature.empty()) {
    if (const auto signer = signer_of(view(manifest_text(*bundle)), bundle->signature, {}); !signer)
      return within("manifest.p7s", signer.error());
  }
  auto inputs = inputs_from(bundle->members);
  if (!inputs) return tl::unexpected(inputs.error());
  Replayed out{.bundle = std::move(*bundle),
               .inputs = std::move(*inputs),
               .evidence = {},
               .report = {},
               .kept_report = std::string(text(report->content)),
               .now_report = {}};
  RecordedInputs judged = out.inputs;
  judged.device.statements.insert(judged.device.statements.end(), further.device.statements.begin(),
                                  further.device.statements.end());
  judged.files.insert(judged.files.end(), further.files.begin(), further.files.end());
  Verification again = judge_again(judged, engine);
  out.evidence = std::move(again.evidence);
  out.report = std::move(again.report);
  out.now_report = report_text_of(out.evidence, out.report);
  return out;
}

std::vector<std::string> differences(const Replayed& r) {
  std::vector<std::string> out;
  if (r.same()) return out;
  const auto before = parse_json(r.kept_report), now = parse_json(r.now_report);
  if (!before || !now || !before->is_object()) return {"report.json is no report"};
  const auto was = statuses(*before), is = statuses(*now);
  for (const auto& [id, status] : was) {
    const auto at = is.find(id);
    if (at == is.end()) {
      out.push_back(
          fmt::format("{} was {}, this version does not ask it", printable(id), printable(status)));
    } else if (at->second != status) {
      out.push_back(fmt::format("{} was {}, is {}", id, printable(status), at->second));
    } else if (!(*check_of(*before, id) == *check_of(*now, id))) {
      out.push_back(fmt::format("{} is {} in other words", id, status));
    }
  }
  for (const auto& [id, status] : is) {
    if (!was.contains(id))
      out.push_back(fmt::format("{} is {}, it was not asked then", id, status));
  }
  for (const auto& [key, value] : *before->object()) {
    const Json* other = now->find(key);
    if (key != "checks" && (other == nullptr || !(*other == value)))
      out.push_back(fmt::format("{} was {}, is {}", printable(key), dump(value),
                                other == nullptr ? "not there" : dump(*other)));
  }
  if (out.empty()) out.push_back("the same values are written in another way");
  return out;
}

Result<std::string> check_signer(const Bundle& bundle, const std::string& signed_by) {
  const std::string manifest = manifest_text(bundle);
  if (signed_by.empty()) {
    if (bundle.signature.empty()) return "not signed: whoever wrote it, nobody vouches for it";
    const auto signer = signer_of(view(manifest), bundle.signature, {});
    if (!signer) return tl::unexpected(signer.error());
    return fmt::format("signed as {}; whether that is who it should be, --signed-by CERT.pem says",
                       *signer);
  }
  const auto certificate = FileBytes::open(signed_by);
  if (!certificate) return within("--signed-by", certificate.error());
  if (bundle.signature.empty())
    return error(fmt::format(
        "expected a bundle signed by the key of {}, found one without a signature", signed_by));
  const auto signer = signer_of(view(manifest), bundle.signature, certificate->view());
  if (!signer) return tl::unexpected(signer.error());
  return fmt::format("signed by {}", *signer);
}

Result<ApprovedPart> approved_part_from(const std::string& path, const std::string& signed_by,
                                        SignatureEngine& engine) {
  const auto file = FileBytes::open(path);
  if (!file) return within("--after", file.error());
  const auto refused = [&](const std::string& found) {
    return error(
        fmt::format("--after: {}: expected the bundle of an approved sample, {}", path, found));
  };
  const auto again = replay(file->view(), engine);
  if (!again) return within(fmt::format("--after: {}", path), again.error());
  const auto signer = check_signer(again->bundle, signed_by);
  if (!signer) return within(fmt::format("--after: {}", path), signer.error());
  if (again->bundle.signature.empty())
    return refused("signed by who approved it (verify --sign-with), found one without a signature");
  ApprovedPart sample = part_of_report(again->evidence, again->report, path);
  if (again->evidence.policy.network == Network::none)
    return refused("found one that was judged with --network none, where no ledger approves");
  if (!sample.waived.empty())
    return refused(
        fmt::format("found one that passed by a waiver of {}: what proves that a sample "
                    "is what it says cannot be waived in one that others follow",
                    fmt::join(sample.waived, ", ")));
  const auto name = signer_of(view(manifest_text(again->bundle)), again->bundle.signature, {});
  if (!name) return within(fmt::format("--after: {}", path), name.error());
  sample.signer = *name;
  sample.signer_is_known = !signed_by.empty();
  return sample;
}

}  // namespace attest
