// extract: what a dump holds, as files of their own that other tools and verify read.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <span>

#include "cli/commands.h"
#include "cli/options.h"
#include "dcl/file_text.h"
#include "platform/files.h"
#include "platform/output.h"
#include "report/inspect_json.h"
#include "verifier/base/characters.h"
#include "verifier/gather/chains.h"
#include "verifier/gather/gather.h"

namespace attest::cli {
namespace {

struct Options {
  std::vector<std::string> evidence, unlock;
  std::string folder;
  bool with_key = false, pem = false, quiet = false;
};

// The names are ours alone, so nothing in a dump decides where a file goes.
struct Output {
  std::string name;
  std::string content;
  mode_t mode = 0644;
};

// RFC 5915 ECPrivateKey with curve and public key: what openssl writes.
std::string key_pem(const PrivateKey& key) {
  Bytes der = {0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20};
  der.insert(der.end(), key.scalar.begin(), key.scalar.end());
  constexpr uint8_t kCurve[] = {0xA0, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D,
                                0x03, 0x01, 0x07, 0xA1, 0x44, 0x03, 0x42, 0x00};
  der.insert(der.end(), std::begin(kCurve), std::end(kCurve));
  der.insert(der.end(), key.public_key.begin(), key.public_key.end());
  return to_pem("EC PRIVATE KEY", der);
}

// What tells the files of a further chain from those of the first: "-ml-dsa-65", of a second one of
// this name "-ml-dsa-65-2".
std::string suffix_of(const Evidence& chain, std::map<std::string, unsigned>& known) {
  const std::string name = to_lower(chain_name(chain));
  const unsigned number = ++known[name];
  return number == 1 ? "-" + name : fmt::format("-{}-{}", name, number);
}

std::vector<Output> outputs(const Evidence& e, std::span<const Evidence> others,
                            const Options& options) {
  std::vector<Output> out;
  const auto add = [&](const std::string& name, const char* label, View der) {
    out.push_back(
        options.pem
            ? Output{.name = fmt::format("{}.pem", name), .content = to_pem(label, der)}
            : Output{.name = fmt::format("{}.der", name), .content = std::string(text(der))});
  };
  if (e.dac.present()) add("dac", "CERTIFICATE", e.dac.bytes);
  if (e.pai.present()) add("pai", "CERTIFICATE", e.pai.bytes);
  std::map<std::string, unsigned> known;
  for (const Evidence& chain : others) {
    const std::string suffix = suffix_of(chain, known);
    if (chain.dac.present()) add("dac" + suffix, "CERTIFICATE", chain.dac.bytes);
    if (chain.pai.present()) add("pai" + suffix, "CERTIFICATE", chain.pai.bytes);
  }
  if (e.cd_place) add("cd", "CMS", e.cd_bytes);
  if (options.with_key && e.dac_key)
    out.push_back({.name = "dac-key.pem", .content = key_pem(*e.dac_key), .mode = 0600});
  const Json facts = facts_json(e.device);
  if (!facts.object()->empty())
    out.push_back({.name = "device.json", .content = dump_pretty(facts)});
  return out;
}

class Folder {
 public:
  explicit Folder(const std::string& path) : path_(path) {
    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) {
      problem_ = dcl::errno_text(errno, dcl::Doing::writing);
      return;
    }
    fd_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd_ < 0)
      problem_ = errno == ENOTDIR ? "a file" : dcl::errno_text(errno, dcl::Doing::writing);
  }
  ~Folder() {
    if (fd_ >= 0) ::close(fd_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  Result<void> usable() const {
    if (fd_ >= 0) return {};
    return error(
        fmt::format("{}: expected a folder that can be written to, found {}", path_, problem_));
  }
  // Before anything is written, so that a refusal leaves nothing half done.
  Result<void> has_none_of(const std::vector<Output>& all) const {
    for (const Output& output : all) {
      struct stat info {};
      if (::fstatat(fd_, output.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
        return error(
            fmt::format("{}/{} is there already and is not overwritten", path_, output.name));
    }
    return {};
  }
  Result<void> write(const Output& output) const {
    const int fd = ::openat(fd_, output.name.c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, output.mode);
    if (fd < 0)
      return error(fmt::format("{}/{}: expected a new file, found {}", path_, output.name,
                               dcl::errno_text(errno, dcl::Doing::writing)));
    size_t done = 0;
    while (done < output.content.size()) {
      const ssize_t n = ::write(fd, output.content.data() + done, output.content.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        const int why = errno;
        ::close(fd);
        return error(fmt::format("{}/{}: {}", path_, output.name,
                                 dcl::errno_text(why, dcl::Doing::writing)));
      }
      done += static_cast<size_t>(n);
    }
    if (::close(fd) != 0)
      return error(fmt::format("{}/{}: {}", path_, output.name,
                               dcl::errno_text(errno, dcl::Doing::writing)));
    return {};
  }

 private:
  std::string path_, problem_;
  int fd_ = -1;
};

int extract(const Options& options, const Console& console) {
  if (options.folder.empty()) return print_error(console, "extract: -d DIR is needed");
  const Verbosity verbosity(console, options.quiet);
  Reading reading;
  auto secrets = secrets_from(options.unlock, console.environment);
  if (!secrets) return print_error(console, secrets.error().what);
  reading.secrets = std::move(*secrets);
  if (const auto errors = read_paths(options.evidence, reading, verbosity); !errors.empty())
    return print_error(console, errors);
  std::vector<Evidence> chains;
  for (Reading& chain : split_chains(std::move(reading)))
    chains.push_back(
        gather(std::move(chain),
               Policy{.network = Network::none, .at = {}, .required = {}, .show_passcode = true},
               TrustStore::builtin(false), nullptr, openssl_engine()));
  const Evidence& evidence = chains.front();
  const std::span<const Evidence> others = std::span<const Evidence>(chains).subspan(1);

  const auto all = outputs(evidence, others, options);
  if (all.empty())
    return print_error(console,
                       fmt::format("{}: expected a DAC, a PAI, a certification declaration "
                                   "or facts of a device, found none",
                                   options.evidence.front()));
  const Folder folder(options.folder);
  if (const auto usable = folder.usable(); !usable)
    return print_error(console, usable.error().what);
  if (const auto free = folder.has_none_of(all); !free)
    return print_error(console, free.error().what);
  std::string report;
  for (const Output& output : all) {
    if (const auto written = folder.write(output); !written)
      return print_error(console, written.error().what);
    report += fmt::format("{}/{}\n", options.folder, output.name);
  }
  if (const auto written = write_output("", report, console); !written)
    return print_error(console, written.error().what);
  // What is not in the files, said where it does not get into the list of them.
  for (const Evidence& chain : chains) {
    for (const Conflict& conflict : conflicts(chain.device)) {
      const bool of_it = conflict.fact == FactId::dac || conflict.fact == FactId::pai;
      if (is_secret(conflict.fact) || (&chain != &evidence && !of_it)) continue;
      verbosity.note(fmt::format("{} is given differently in {} places; the one in {} was taken",
                                 fact_name(conflict.fact), conflict.values.size(),
                                 place_text(conflict.values.front()->place)));
    }
  }
  for (const IntegrityProblem& p : evidence.device.integrity)
    verbosity.note(fmt::format("{} in {}: {}", p.what, place_text(p.place), p.problem));
  for (const Noted& noted : evidence.device.remarks) {
    if (noted.remark == Remark::encrypted_no_key || noted.remark == Remark::wrong_key)
      verbosity.note(fmt::format("{}: {}", place_text(noted.place), noted.message));
  }
  if (options.with_key && !evidence.dac_key)
    print_error(console, "no private key of the DAC that can be read; the other files are written");
  return 0;
}

}  // namespace

void add_extract(Command& root) {
  auto options = std::make_shared<Options>();
  Command& command =
      root.subcommand("extract", "write the DAC, PAI, CD and device.json of a dump as files");
  command.group(Group::output)
      .text("-d,--directory", "DIR", options->folder,
            "where the files go; made when it is not there, and nothing in it is overwritten")
      .flag("--pem", options->pem, "write dac.pem, pai.pem and cd.pem in place of DER")
      .flag("--with-key", options->with_key,
            "write the DAC's private key, too (dac-key.pem, readable by you alone)")
      .group(Group::input)
      .list("--unlock", "SECRET", options->unlock,
            "opens an encrypted dump or key: a file, hex:..., pass:... or env:NAME, repeatable")
      .positionals("FILE", options->evidence, "files, folders and onboarding codes; - is stdin",
                   true)
      .example("matter-attest extract dump.bin -d parts")
      .example("matter-attest extract dump.bin -d parts --pem")
      .run(runs(options, extract));
  add_quiet(command, options->quiet);
}

}  // namespace attest::cli
