// serve: the same verdict in a browser and for programs. What options mean is worked out here, by
// what the other commands ask, too; the server itself is the room serve.

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <sstream>
#include <streambuf>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bundle/cms_signature.h"
#include "bundle/key_pair.h"
#include "cli/commands.h"
#include "cli/dcl.h"
#include "cli/engine_option.h"
#include "cli/lot_run.h"
#include "cli/options.h"
#include "platform/files.h"
#include "platform/revocation_sets.h"
#include "serve/decisions/decision_routes.h"
#include "serve/run.h"

namespace attest::cli {
namespace {

struct ServeOptions {
  JudgeOptions judge;
  EngineOption engine{.libraries = {}, .of_one = true};
  std::string listen = "127.0.0.1:8480", tls_cert, tls_key, users, token_file;
  std::string decisions, sign_with, sign_cert;
  std::vector<std::string> hosts;
  long long jobs = 0, max_upload = 256, rate = 50;
  bool read_only = false, quiet = false, verbose = false;
};

// What an upload waits for the network, at most.
constexpr dcl::Budget kOfUpload{.connect = std::chrono::milliseconds(2'000),
                                .silence = std::chrono::milliseconds(3'000),
                                .answer = std::chrono::milliseconds(5'000),
                                .total = std::chrono::milliseconds(5'000),
                                .patience = std::chrono::milliseconds(2'000),
                                .attempts = 2};

JudgeOptions asked_for(const JudgeOptions& started, const serve::Asked& asked) {
  JudgeOptions out = started;
  if (!asked.network.empty()) out.network = asked.network;
  if (!asked.stage.empty()) out.stage = asked.stage;
  if (!asked.at.empty()) out.at = asked.at;
  return out;
}

bool has_cache(const dcl::LedgerOptions& options) {
  std::error_code failed;
  return std::filesystem::exists(dcl::cache_path(options.cache_folder, options.network.chain_id),
                                 failed);
}

// The ledger of a network as of now, nobody told of anything.
Result<dcl::LedgerOptions> ledger_of(const ServeOptions& options, const std::string& network,
                                     const Console& console) {
  LedgerArguments arguments = options.judge.ledger;
  arguments.network = network;
  auto out = ledger_options(arguments, Verbosity(console, true));
  if (out) out->now = console.clock ? console.clock() : console.now;
  return out;
}

// Lists of facts and of revoked certificates are brought by the background; for an upload nothing
// is fetched but single entries, and not for long.
Result<std::unique_ptr<dcl::CachedLedger>> ledger_for_upload(const JudgeOptions& options,
                                                             Instant now,
                                                             const Verbosity& verbosity) {
  auto asked = asked_ledger(options, verbosity);
  if (!asked) return tl::unexpected(asked.error());
  if (!*asked) return nullptr;
  dcl::LedgerOptions* const given = &**asked;
  given->now = now;
  given->facts_elsewhere = given->ledger.empty();
  given->lists_elsewhere =
      given->facts_elsewhere && !given->offline
          ? "lists are fetched in the background, not while an upload waits"
          : "lists are not fetched while an upload waits (matter-attest dcl sync fetches them)";
  if (given->facts_elsewhere) given->offline = given->offline || !has_cache(*given);
  given->transport = transport_from(verbosity, kOfUpload);
  return dcl::CachedLedger::open(std::move(*given));
}

// A stream into a descriptor. After each piece the bell (an eventfd) is rung.
class DescriptorBuffer final : public std::streambuf {
 public:
  DescriptorBuffer(int fd, int bell) : fd_(fd), bell_(bell) {
    setp(room_.data(), room_.data() + room_.size());
  }
  ~DescriptorBuffer() override { sync(); }

 private:
  int overflow(int c) override {
    if (sync() != 0) return traits_type::eof();
    if (c != traits_type::eof()) sputc(static_cast<char>(c));
    return traits_type::not_eof(c);
  }
  int sync() override {
    const char* from = pbase();
    const bool some = from < pptr();
    while (from < pptr()) {
      const ssize_t n = ::write(fd_, from, static_cast<size_t>(pptr() - from));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return -1;
      from += n;
    }
    if (some) ::eventfd_write(bell_, 1);
    setp(room_.data(), room_.data() + room_.size());
    return 0;
  }
  int fd_, bell_;
  std::vector<char> room_ = std::vector<char>(64u << 10);
};

serve::LotEnd lot_of(const ServeOptions& options, const serve::Asked& asked,
                     const serve::LotEnds& ends, const Console& console) {
  DescriptorBuffer lines(ends.lines, ends.bell);
  std::ostream out(&lines);
  std::ostringstream err;
  Console own = console;
  Console inner{.out = out,
                .err = err,
                .environment = own.environment,
                .now = own.clock ? own.clock() : own.now,
                .in = ends.records,
                .taken_from_environment = own.taken_from_environment};
  LotOptions lot;
  lot.judge = asked_for(options.judge, asked);
  lot.engine = options.engine;
  lot.engine.of_one = false;
  lot.stream = true;
  lot.quiet = true;
  const int code = run_lot(lot, inner);
  out.flush();
  std::string told = err.str();
  while (told.ends_with('\n')) told.pop_back();
  return {.exit_code = code, .told = told.substr(0, 2'000)};
}

std::string refresh(const ServeOptions& options, const std::string& network,
                    const Console& console) {
  std::ostringstream ignored;
  const Console inner{.out = ignored,
                      .err = ignored,
                      .environment = console.environment,
                      .now = console.clock ? console.clock() : console.now};
  const Verbosity verbosity(inner, true);
  DclArguments arguments;
  arguments.ledger = options.judge.ledger;
  arguments.ledger.network = network;
  auto given = ledger_options(arguments.ledger, verbosity);
  if (!given) return given.error().what;
  const auto done = sync_cache(arguments, verbosity, *given);
  if (!done) return fmt::format("the {} ledger could not be read: {}", network, done.error().what);
  return fmt::format("the {} ledger was read: height {}, {} revocation lists at hand", network,
                     done->result.node.height, done->lists);
}

// Of each network that there may be facts of: height and age, and nobody is asked.
Json ledgers_of(const ServeOptions& options, const Console& console) {
  Json out{Json::Array{}};
  for (const char* network : {"main", "test"}) {
    auto given = ledger_of(options, network, console);
    if (!given) continue;
    const Instant now = given->now;
    given->offline = given->facts_elsewhere = true;
    if (given->ledger.empty() && !has_cache(*given)) continue;
    const auto ledger = dcl::CachedLedger::open(std::move(*given));
    if (!ledger) continue;
    const LedgerStatus status = (*ledger)->status();
    if (status.height == 0) continue;
    out.push(Json(Json::Object{})
                 .set("network", network)
                 .set("chain_id", status.chain_id)
                 .set("height", status.height)
                 .set("synced_at", rfc3339(status.synced_at))
                 .set("age_seconds", now.seconds - status.synced_at.seconds)
                 .set("source", status.source));
  }
  return out;
}

// Whether a newer issue of a list that is at hand is due. (What was never had is fetched with the
// facts: its address may be one that nobody answers at.)
bool lists_due(const ServeOptions& options, const std::string& network, const Console& console) {
  auto given = ledger_of(options, network, console);
  if (!given) return false;
  const int64_t max_age = given->max_age;
  const Instant now = given->now;
  given->offline = true;
  const auto ledger = dcl::CachedLedger::open(std::move(*given));
  if (!ledger) return false;
  const auto points = (*ledger)->records(dcl::Schema::revocation_point);
  const auto* found = std::get_if<Found<std::vector<dcl::CachedRecord>>>(&points);
  if (found == nullptr) return false;
  return std::any_of(found->value.begin(), found->value.end(), [&](const dcl::CachedRecord& one) {
    const auto point = dcl::revocation_point_of(one.object);
    if (!point) return false;
    const dcl::ListState state = (*ledger)->list_state(*point);
    if (state.list == nullptr) return false;
    const auto& due = state.list->crl().next_update;
    return (due && now >= *due) || now.seconds - state.fetched_at.seconds > max_age;
  });
}

Result<std::string> text_file(const char* option, const std::string& path) {
  const auto file = FileBytes::open(path);
  if (!file) return error(fmt::format("{}: {}", option, file.error().what));
  return std::string(text(file->view()));
}

Result<std::shared_ptr<serve::Users>> users_of(const ServeOptions& options) {
  auto out = std::make_shared<serve::Users>();
  if (!options.users.empty()) {
    const auto content = text_file("--users", options.users);
    if (!content) return tl::unexpected(content.error());
    if (auto done = out->add_users(*content, options.users); !done)
      return within("--users", done.error());
  }
  if (!options.token_file.empty()) {
    const auto content = text_file("--token-file", options.token_file);
    if (!content) return tl::unexpected(content.error());
    if (auto done = out->add_tokens(*content, options.token_file); !done)
      return within("--token-file", done.error());
  }
  return out;
}

serve::JudgeSettings judge_settings(const ServeOptions& options, const Console& console,
                                    std::shared_ptr<SignatureEngine> engine,
                                    std::vector<Secret> secrets) {
  serve::JudgeSettings out;
  out.clock = [&console] { return console.clock ? console.clock() : console.now; };
  out.policy = [&options, &console](const serve::Asked& asked, Instant now) -> Result<Policy> {
    Console at_this_moment = console;
    at_this_moment.now = now;
    return policy_from(asked_for(options.judge, asked), at_this_moment);
  };
  out.trust = [&options](const serve::Asked& asked, Network network) {
    return trust_from(asked_for(options.judge, asked), network);
  };
  out.ledger = [&options, &console](const serve::Asked& asked, Instant now) {
    return ledger_for_upload(asked_for(options.judge, asked), now, Verbosity(console, true));
  };
  out.prepare = [&options, secrets = std::move(secrets)](Reading& reading) {
    reading.secrets = secrets;
    return read_revocation_sets(options.judge.revocation_sets, reading);
  };
  out.lot = [&options, &console](const serve::Asked& asked, const serve::LotEnds& ends) {
    return lot_of(options, asked, ends, console);
  };
  out.refresh = [&options, &console](const std::string& network) {
    return refresh(options, network, console);
  };
  out.engine = engine.get();
  out.show_passcode = options.judge.show_passcode;
  return out;
}

// What every upload is judged with has to be there: else the first of them would say so.
Result<void> try_settings(const ServeOptions& options, const serve::JudgeSettings& judge,
                          Instant now, const Verbosity& verbosity) {
  const auto policy = judge.policy({}, now);
  if (!policy) return tl::unexpected(policy.error());
  std::vector<NotUsed> untrusted;
  const auto trust = trust_from(options.judge, policy->network, &untrusted);
  if (!trust) return tl::unexpected(trust.error());
  for (const NotUsed& one : untrusted)
    verbosity.note(fmt::format("not used: {}: {}", printable(one.path), one.why));
  const auto ledger = judge.ledger({}, now);
  if (!ledger) return tl::unexpected(ledger.error());
  Reading reading;
  return judge.prepare(reading);
}

void keep_ledgers_fresh(serve::ServerSettings& settings, const ServeOptions& options,
                        const Console& console) {
  const LedgerArguments& given = options.judge.ledger;
  if (given.offline || !given.ledger.empty()) return;
  const std::string own = network_of(options.judge);
  for (const std::string network : {"main", "test"}) {
    const auto ledger = ledger_of(options, network, console);
    if (!ledger) continue;
    if (network == own || has_cache(*ledger)) settings.networks.push_back(network);
    settings.refresh_from = std::max<int64_t>(60, ledger->max_age / 2);
  }
  settings.lists_due = [&options, &console](const std::string& network) {
    return lists_due(options, network, console);
  };
  settings.age = [&options, &console](const std::string& network) -> std::optional<int64_t> {
    const Json all = ledgers_of(options, console);
    for (const Json& one : *all.array()) {
      if (*one.find("network") == Json(network)) return one.find("age_seconds")->integer();
    }
    return std::nullopt;
  };
}

Result<serve::SigningKey> signing_key(const ServeOptions& options) {
  if (options.sign_with.empty() && options.sign_cert.empty()) return serve::SigningKey();
  if (options.decisions.empty())
    return error("--sign-with signs decisions: expected --decisions DB, too");
  if (options.sign_with.empty()) return error(kCertificateAlone);
  auto pair = key_pair_from({.key_option = "--sign-with",
                             .certificate_option = "--sign-cert",
                             .key = options.sign_with,
                             .certificate = options.sign_cert});
  if (!pair) return tl::unexpected(pair.error());
  if (const auto tried = sign_detached(view("x"), view(pair->key), view(pair->certificate)); !tried)
    return within("--sign-with: " + options.sign_with, tried.error());
  return serve::SigningKey{.key = std::move(pair->key),
                           .certificate = std::move(pair->certificate)};
}

// The ledger's paths are always there: where nothing is cached they say so, since a 404 would read
// as "not on the ledger".
std::shared_ptr<serve::Mirror> mirror_of(const ServeOptions& options, const Console& console) {
  const auto without = [](std::string why) {
    return std::make_shared<serve::Mirror>(serve::Mirror::NoCache{.why = std::move(why)});
  };
  const std::string network = network_of(options.judge);
  if (network == "none")
    return without("this server was started to ask no ledger (--network main or test)");
  const auto folder = cache_folder(options.judge.ledger.cache_dir, console.environment);
  if (!folder) return without(folder.error().what);
  const auto ledger = ledger_of(options, network, console);
  if (!ledger) return without(ledger.error().what);
  return std::make_shared<serve::Mirror>(
      dcl::cache_path(ledger->cache_folder, ledger->network.chain_id), ledger->network.chain_id,
      dcl::sync_command(ledger->network));
}

// The rows of decisions and of the mirror.
Result<void> add_rows(serve::ServerSettings& settings, const ServeOptions& options,
                      const Console& console) {
  std::shared_ptr<serve::DecisionBook> book;
  auto key = signing_key(options);
  if (!key) return tl::unexpected(key.error());
  if (!options.decisions.empty()) {
    book = std::make_shared<serve::DecisionBook>(std::move(*key), settings.service.clock,
                                                 serve::JudgedReports::Limits{});
    // What cannot be opened is said before the server is there.
    if (const auto tried =
            serve::Decisions::open(options.decisions, serve::Decisions::Open::create);
        !tried)
      return within("--decisions", tried.error());
    // Who may not decide needs no report kept.
    if (!options.read_only)
      settings.service.keep = [book](const serve::KeptReport& report, const serve::HttpRequest&) {
        return book->keep(report);
      };
  }
  settings.more = [book, mirror = mirror_of(options, console),
                   path = options.decisions](serve::Service& service) -> Result<void> {
    const auto note = service.options().note;
    service.add(serve::mirror_routes(mirror, note));
    if (book != nullptr) {
      if (const auto opened = book->open(path, note); !opened)
        return within("--decisions", opened.error());
    }
    service.add(serve::decision_routes(book));
    return {};
  };
  return {};
}

int run(const ServeOptions& options, const Console& console) {
  const Verbosity verbosity(console, options.quiet, options.verbose);
  const auto listen = serve::listen_address(options.listen);
  if (!listen) return print_error(console, listen.error().what);
  if (options.tls_cert.empty() != options.tls_key.empty())
    return print_error(console, "expected --tls-cert and --tls-key together, found one of them");
  if (const auto why =
          serve::refuse_to_start(*listen, !options.tls_cert.empty(),
                                 !options.users.empty() || !options.token_file.empty()))
    return print_error(console, *why);
  auto users = users_of(options);
  if (!users) return print_error(console, users.error().what);
  const auto engine = engine_from(options.engine);
  if (!engine) return print_error(console, engine.error().what);
  auto secrets = secrets_from(options.judge.unlock, console.environment);
  if (!secrets) return print_error(console, secrets.error().what);

  serve::ServerSettings settings;
  settings.listen = *listen;
  if (!options.tls_cert.empty()) {
    auto pair = key_pair_from({.key_option = "--tls-key",
                               .certificate_option = "--tls-cert",
                               .key = options.tls_key,
                               .certificate = options.tls_cert});
    if (!pair) return print_error(console, pair.error().what);
    settings.certificate = std::move(pair->certificate);
    settings.key = std::move(pair->key);
  }
  settings.users = std::move(*users);
  settings.judge = judge_settings(options, console, *engine, std::move(*secrets));
  if (const auto tried = try_settings(options, settings.judge, console.now, verbosity); !tried)
    return print_error(console, tried.error().what);
  settings.judging.at_once = options.jobs > 0 ? static_cast<unsigned>(options.jobs)
                                              : std::max(1U, std::thread::hardware_concurrency());
  // Each thread of a lot has room of its own, whether or not it needs it.
  settings.process.memory += uint64_t{std::thread::hardware_concurrency()} << 27;
  settings.folder = console.environment("TMPDIR").value_or("/tmp");
  serve::ServiceOptions& service = settings.service;
  service.hosts = options.hosts;
  service.read_only = options.read_only;
  service.show_passcode = options.judge.show_passcode;
  service.network = network_of(options.judge);
  service.stage = options.judge.stage.empty() ? "network" : options.judge.stage;
  service.most_upload = static_cast<uint64_t>(options.max_upload) << 20;
  service.a_second = static_cast<double>(options.rate);
  service.at_once = service.a_second * 4;
  service.clock = settings.judge.clock;
  service.ticks = [&console] {
    return std::chrono::duration<double>(console.ticks().time_since_epoch()).count();
  };
  service.ledgers = [&options, &console] { return ledgers_of(options, console); };
  keep_ledgers_fresh(settings, options, console);
  if (const auto added = add_rows(settings, options, console); !added)
    return print_error(console, added.error().what);
  const auto done = serve::run_server(std::move(settings), verbosity);
  return done ? 0 : print_error(console, done.error().what);
}

}  // namespace

void add_serve(Command& root) {
  auto options = std::make_shared<ServeOptions>();
  Command& command =
      root.subcommand("serve", "a page for people, and the same verdicts for programs");
  command.group(Group::server)
      .text("--listen", "ADDRESS:PORT", options->listen,
            "where (default 127.0.0.1:8480); port 0 is any that is free")
      .offers(Offer::nothing)
      .text("--tls-cert", "CERT.pem", options->tls_cert,
            "the server's certificate and those above it")
      .text("--tls-key", "KEY.pem", options->tls_key, "its key")
      .text("--users", "FILE", options->users,
            "who may ask: names and bcrypt digests, as htpasswd -B writes them")
      .text("--token-file", "FILE", options->token_file, "tokens of programs, one a line")
      .list("--host", "NAME", options->hosts,
            "a name that the server goes by, beside its address, repeatable")
      .offers(Offer::nothing)
      .text("--decisions", "DB", options->decisions,
            "take decisions about what was judged, and keep them in this database (see "
            "matter-attest decisions)");
  add_signer(command, "each decision", options->sign_with, options->sign_cert);
  command.flag("--read-only", options->read_only, "no decisions are taken")
      .number("--jobs", "N", options->jobs, {.most = 256},
              "how many uploads are judged at a time (default: one a processor)")
      .number("--max-upload", "MIB", options->max_upload, {.least = 1, .most = 2'048},
              "the largest upload (default 256)")
      .number("--rate", "N", options->rate, {.least = 1, .most = 1'000'000'000},
              "requests a second of one peer that is not this machine (default 50)");
  add_judge_options(command, options->judge);
  add_stage(command, options->judge);
  add_engine_option(command, options->engine);
  add_verbosity(command, options->quiet, options->verbose);
  command.example("matter-attest serve --network test")
      .example("matter-attest serve --token-file tokens --host lab.example")
      .footer("Exit codes: 0 ended, 2 usage, or it could not begin")
      .run(runs(options, run));
}

}  // namespace attest::cli
