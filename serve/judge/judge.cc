#include "serve/judge/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <new>
#include <set>

#include "bundle/bundle_writer.h"
#include "codecs/loader.h"
#include "dcl/network.h"
#include "platform/expected.h"
#include "platform/ota.h"
#include "platform/trust_files.h"
#include "report/forms.h"
#include "report/inspect_json.h"
#include "report/markup.h"
#include "report/report_json.h"
#include "report/report_style.h"
#include "verifier/base/counted.h"
#include "verifier/gather/gather.h"
#include "verifier/readers/secret_paths.h"
#include "verifier/readers/text/onboarding_codes.h"
#include "verifier/verify.h"

namespace attest::serve {
namespace {

constexpr int64_t kViewSeconds = 2;
constexpr size_t kMostNote = 500;
constexpr const char* kLine = "application/x-ndjson";  // the report without white space
// Of an upload: less than a command line may take, since others wait.
constexpr Budget kBudget{.depth = 8, .files = 20'000, .unpacked_bytes = 512ull << 20};

bool is_old(Instant view, Instant now) {
  return now.seconds - view.seconds > kViewSeconds || now < view;
}

size_t said(const Reading& reading) {
  const Device& device = reading.device;
  return device.statements.size() + device.integrity.size() + device.remarks.size() +
         reading.ota_images.size() + reading.locked.size() + device.posture.said();
}

// "--bundle: expected ..."
std::string without_option(const Error& error) {
  constexpr std::string_view kOption = "--bundle: ";
  return error.what.starts_with(kOption) ? error.what.substr(kOption.size()) : error.what;
}

// "--at: expected ...": there are no options here.
std::string without_dashes(const Error& error) {
  return error.what.starts_with("--") ? error.what.substr(2) : error.what;
}

std::string in_form(const char* form, const Evidence& evidence, const Report& report) {
  return find_form(form)->of_device(evidence, report,
                                    {.colour = false, .width = Console::kColumns});
}

}  // namespace

Answer Judge::judge(const Job& job, View body) {
  try {
    return job.what == "inspect" ? inspect(job, body) : verify(job, body);
  } catch (const std::bad_alloc&) {
    return problem(422, "judging it takes more memory than one upload may have");
  }
}

tl::expected<dcl::CachedLedger*, Answer> Judge::ledger(const Asked& asked, Instant now) {
  std::erase_if(ledgers_, [&](const Opened& o) { return is_old(o.when, now); });
  const Asked key{.network = asked.network, .stage = asked.stage, .at = {}};
  for (const Opened& one : ledgers_) {
    if (one.asked == key) return one.ledger.get();
  }
  auto opened = settings_.ledger(key, now);
  if (!opened) return tl::unexpected(problem(400, without_dashes(opened.error())));
  ledgers_.push_back({.asked = key, .when = now, .ledger = std::move(*opened)});
  return ledgers_.back().ledger.get();
}

tl::expected<std::shared_ptr<const TrustStore>, Answer> Judge::trust(
    const Upload& upload, Network network, Instant now, std::vector<NotUsed>& not_used) {
  std::erase_if(trusted_, [&](const Trusted& t) { return is_old(t.when, now); });
  const bool own = !upload.trust_paa.empty() || !upload.trust_cd_signer.empty();
  const Asked key{.network = upload.asked.network, .stage = upload.asked.stage, .at = {}};
  for (const Trusted& one : trusted_) {
    if (!own && one.asked == key) return one.store;
  }
  auto made = settings_.trust(key, network);
  if (!made) return tl::unexpected(problem(500, made.error().what));
  if (auto wrong = add_anchors(upload, network, *made, not_used))
    return tl::unexpected(std::move(*wrong));
  auto out = std::make_shared<const TrustStore>(std::move(*made));
  if (!own) trusted_.push_back({.asked = key, .when = now, .store = out});
  return out;
}

std::optional<Answer> Judge::read(const Upload& upload, Reading& reading) const {
  reading.codecs = &loaded_codecs();
  reading.budget = kBudget;
  if (const auto done = settings_.prepare(reading); !done) return problem(500, done.error().what);
  for (const UploadedFile& file : upload.evidence) {
    const Source source{.path = file.name, .bytes = file.content, .base = 0, .member = true};
    if (const auto done = read_evidence(source, reading); !done)
      reading.device.damaged({.path = file.name, .offset = done.error().offset, .item = {}}, "file",
                             done.error().what);
  }
  for (size_t i = 0; i < upload.codes.size(); ++i) {
    const std::string path = i == 0 ? "code" : fmt::format("code {}", i + 1);
    const std::string& given = upload.codes[i];
    const size_t before = said(reading), from = given.find_first_not_of(" \t\r\n");
    std::string typed = from == std::string::npos ? "" : given.substr(from);
    typed.erase(typed.find_last_not_of(" \t\r\n") + 1);
    if (typed.starts_with("mt:")) typed.replace(0, 3, "MT:");
    const std::string named = typed_code(typed);
    const Source source{.path = path, .bytes = view(named), .base = 0, .member = false};
    if (!read_evidence(source, reading) || said(reading) == before)
      return problem(400, "the field code is wrong",
                     "MT: and its payload, or a manual code of 11 or 21 digits",
                     fmt::format("{} characters that are none", typed.size()));
  }
  if (const auto missing = codecs_missing()) return problem(503, missing->what);
  if (said(reading) != 0 || std::any_of(reading.files.begin(), reading.files.end(),
                                        [](const EvidenceFile& f) { return !f.holds.empty(); }))
    return std::nullopt;
  std::string found = counted(upload.evidence.size(), "file") + " of which none is one";
  if (!reading.not_used.empty())
    found += fmt::format(" ({}: {})", without_code_names(reading.not_used.front().path),
                         reading.not_used.front().why);
  return problem(422, "nothing of it is evidence about a device",
                 "the files of a device (certificates, a declaration, a dump, a log) or its code",
                 found);
}

std::optional<Answer> Judge::add_anchors(const Upload& upload, Network network, TrustStore& trust,
                                         std::vector<NotUsed>& not_used) const {
  GivenTrust given(trust, *settings_.engine);
  using Role = GivenAnchor::Role;
  const struct {
    Role role;
    const char* field;
    const std::vector<UploadedFile>& files;
  } roles[] = {{Role::paa, "trust_paa", upload.trust_paa},
               {Role::cd_signer, "trust_cd_signer", upload.trust_cd_signer}};
  for (const auto& [role, field, files] : roles) {
    if (!files.empty() && network == Network::main)
      return problem(400, fmt::format("the field {} is for other networks", field),
                     "network test or none", "main");
    for (const UploadedFile& file : files) {
      const auto certificates = trusted_certificates(file.name, file.content);
      if (!certificates) return problem(503, certificates.error().what);
      if (const auto done = given.add(role, field, *certificates); !done)
        return problem(400, fmt::format("{} {}: {}", field, file.name, done.error().what));
    }
  }
  not_used = given.not_used();
  return std::nullopt;
}

namespace {

// The first file is the order; the others came along because it names them. One that it does not
// name would count for nothing, unsaid: a second order, as likely as not.
tl::expected<std::optional<Device>, Answer> ordered_by(const std::vector<UploadedFile>& files) {
  if (files.empty()) return std::nullopt;
  // Names only, in the folder that the order was in where it was picked.
  const auto folder = std::filesystem::path(files.front().name).parent_path();
  std::set<std::string> named = {files.front().name};
  const auto beside = [&](const std::string& name) -> std::optional<Bytes> {
    for (const UploadedFile& file : files) {
      if (file.name != (folder / name).string()) continue;
      named.insert(file.name);
      return to_bytes(file.content);
    }
    return std::nullopt;
  };
  auto expected = expected_from(files.front().name, files.front().content, beside);
  if (!expected) return tl::unexpected(problem(400, "order: " + expected.error().what));
  for (const UploadedFile& file : files) {
    if (!named.contains(file.name))
      return tl::unexpected(
          problem(400, fmt::format("order: {} does not name {}", files.front().name, file.name),
                  "one order, then the files that it names", "another file"));
  }
  return std::optional<Device>(std::move(*expected));
}

// What asks for a verdict has nothing to say about what files hold.
std::vector<NotUsed> of_no_use(const Upload& upload) {
  const auto why = [](const char* field) {
    return fmt::format("the field {} is about a verdict, and inspect gives none", field);
  };
  std::vector<NotUsed> out;
  for (const auto& [field, given] : {std::pair("network", &upload.asked.network),
                                     {"stage", &upload.asked.stage},
                                     {"at", &upload.asked.at}}) {
    if (!given->empty()) out.push_back({.path = field, .why = why(field)});
  }
  for (const auto& [field, files] : {std::pair("order", &upload.order),
                                     {"trust_paa", &upload.trust_paa},
                                     {"trust_cd_signer", &upload.trust_cd_signer}}) {
    for (const UploadedFile& file : *files) out.push_back({.path = file.name, .why = why(field)});
  }
  return out;
}

// What verify tells on stderr. One view of the ledger has several askers: each is told of the lists
// that were its own.
void tell_notes(const std::vector<std::string>& notes, const Evidence& evidence, Answer& answer) {
  constexpr size_t kMost = 8;
  const auto is_own = [&](const std::string& note) {
    if (!note.starts_with("the revocation list ")) return true;
    return std::any_of(evidence.facts->lists.begin(), evidence.facts->lists.end(),
                       [&](const CrlEvidence& list) {
                         return note.find(dcl::shown_url(list.place.path)) != std::string::npos;
                       });
  };
  size_t told = 0;
  for (const std::string& note : notes) {
    if (is_own(note) && told++ < kMost)
      answer.with("Ledger-Note", printable(note).substr(0, kMostNote));
  }
}

}  // namespace

Answer Judge::verify(const Job& job, View body) {
  auto upload = read_upload(body, job.type);
  if (!upload) return std::move(upload.error());
  const Instant now = settings_.clock();
  auto policy = settings_.policy(upload->asked, now);
  if (!policy) return problem(400, without_dashes(policy.error()));
  Reading reading;
  const auto trusted = trust(*upload, policy->network, now, reading.not_used);
  if (!trusted) return trusted.error();
  const TrustStore& store = **trusted;
  const auto asked = ledger(upload->asked, now);
  if (!asked) return asked.error();

  reading.ota_digests = digests_for(*asked);
  if (auto wrong = read(*upload, reading)) return std::move(*wrong);
  auto ordered = ordered_by(upload->order);
  if (!ordered) return std::move(ordered.error());
  BundleWriter bundling;
  mask_paths(reading, false);
  Ledger* const answering = job.keep ? bundling.begin(reading, *asked) : *asked;
  const auto [evidence, report] = attest::verify({.reading = std::move(reading),
                                                  .policy = std::move(*policy),
                                                  .trust = store,
                                                  .engine = *settings_.engine,
                                                  .ledger = answering,
                                                  .ordered = std::move(*ordered)});
  const bool html = job.accept == "text/html", a_line = job.accept == kLine;
  Answer out{.type = html     ? "text/html; charset=utf-8"
                     : a_line ? kLine
                              : "application/json",
             .body = a_line ? dump(report_json(evidence, report)) + "\n"
                            : in_form(html ? "html" : "json", evidence, report),
             .headers = {}};
  out.with("Verdict", verdict_name(report.verdict));
  if (*asked != nullptr) tell_notes((*asked)->notes(), evidence, out);
  // The page has one stylesheet in it, known by its digest, and needs nothing else.
  if (html)
    out.with("Content-Security-Policy",
             fmt::format("default-src 'none'; style-src '{}'; img-src data:; base-uri 'none'; "
                         "form-action 'none'; frame-ancestors 'none'",
                         Markup::hash_of(report_style())));
  if (!job.keep) return out;
  out.kept = std::make_shared<KeptReport>();
  out.kept->json = html || a_line ? in_form("json", evidence, report) : out.body;
  out.kept->html = html ? out.body : in_form("html", evidence, report);
  // Without one the report can be decided upon as well; who decides is told.
  if (auto bundle = bundling.bytes(evidence, report, store, {}, *settings_.engine)) {
    out.kept->bundle = std::move(*bundle);
  } else {
    out.kept->no_bundle = printable(without_option(bundle.error()));
    out.with(kDecisionNote, "no bundle can be made of this device, so it cannot be judged again: " +
                                out.kept->no_bundle.substr(0, kMostNote));
  }
  return out;
}

Answer Judge::inspect(const Job& job, View body) {
  auto upload = read_upload(body, job.type);
  if (!upload) return std::move(upload.error());
  Reading reading;
  reading.not_used = of_no_use(*upload);
  reading.ota_digests = digests_for(nullptr);
  if (auto wrong = read(*upload, reading)) return std::move(*wrong);
  std::vector<EvidenceFile> files = reading.files;
  Evidence evidence = gather(std::move(reading),
                             Policy{.network = Network::none,
                                    .at = {},
                                    .required = {},
                                    .show_passcode = settings_.show_passcode},
                             TrustStore::builtin(false), nullptr, *settings_.engine);
  if (!settings_.show_passcode)
    return {.body = dump_pretty(inspect_json(evidence, Masked::yes)), .headers = {}};
  evidence.files = std::move(files);  // what is shown, the digest may be shown of
  return {.body = dump_pretty(inspect_json(evidence)), .headers = {}};
}

Answer Judge::lot(const Job& job, const LotEnds& ends) {
  const auto asked = read_asked(job.query);
  if (!asked) return asked.error();
  const auto policy = settings_.policy(*asked, settings_.clock());
  if (!policy) return problem(400, without_dashes(policy.error()));
  const LotEnd end = settings_.lot(*asked, ends);
  if (end.exit_code == 0 || end.exit_code == 1 || end.exit_code == 3)
    return Answer{.type = "application/x-ndjson", .body = {}, .headers = {}}.with(
        "Verdict", end.exit_code == 0   ? "approve"
                   : end.exit_code == 1 ? "reject"
                                        : "undecided");
  return problem(end.exit_code == 2 ? 422 : 500, end.told);
}

Answer Judge::refresh(const Job& job) {
  const std::string network = job.query.empty() ? "main" : job.query.front().second;
  return {.type = "text/plain", .body = settings_.refresh(network), .headers = {}};
}

}  // namespace attest::serve
