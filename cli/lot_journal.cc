#include "cli/lot_journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>

#include "cli/files.h"

namespace attest::cli {
namespace {

constexpr const char* kSchema = "matter-attest/lot-journal/1";

tl::unexpected<Error> failed(const std::string& path) {
  return error(fmt::format("--resume: {}: {}", path, std::strerror(errno)));
}

tl::unexpected<Error> foreign(const std::string& path) {
  return error(fmt::format(
      "--resume: {}: expected a journal of matter-attest lot, found something else", path));
}

// The next whole line, without its end; nullopt where the file ends before one does.
std::optional<std::string> whole_line(std::FILE* file) {
  std::string line;
  if (!next_line(file, line) || !line.ends_with('\n')) return std::nullopt;
  line.pop_back();
  return line;
}

}  // namespace

LotJournal::LotJournal(LotJournal&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, nullptr)),
      head_(other.head_),
      resumed_(other.resumed_) {}
LotJournal::~LotJournal() {
  if (file_ != nullptr) std::fclose(file_);
}

Result<LotJournal> LotJournal::open(const std::string& path, const JournalHead& fresh) {
  LotJournal out;
  out.path_ = path;
  out.head_ = fresh;
  std::error_code unknown;
  const auto status = std::filesystem::status(path, unknown);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return foreign(path);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
  if (fd < 0) return failed(path);
  out.file_ = ::fdopen(fd, "r+b");
  if (out.file_ == nullptr) {
    ::close(fd);
    return failed(path);
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
    return error(fmt::format("--resume: {}: another run writes it", path));
  // A first line that was cut off is a journal that was never begun; any other file is somebody's,
  // however it goes on.
  struct stat about {};
  if (::fstat(fd, &about) != 0) return failed(path);
  if (!S_ISREG(about.st_mode)) return foreign(path);
  const std::string begin = fmt::format("{{\"journal\":\"{}\"", kSchema);
  std::string first(begin.size(), '\0');
  first.resize(std::fread(first.data(), 1, first.size(), out.file_));
  if (!begin.starts_with(first)) return foreign(path);
  std::rewind(out.file_);
  next_line(out.file_, first);
  if (!first.ends_with('\n')) {
    auto done = out.write_head();
    return done ? Result<LotJournal>(std::move(out)) : tl::unexpected(done.error());
  }
  std::rewind(out.file_);
  out.resumed_ = true;
  auto done = out.read_head();
  return done ? Result<LotJournal>(std::move(out)) : tl::unexpected(done.error());
}

tl::expected<void, Error> LotJournal::write_head() {
  std::rewind(file_);
  if (::ftruncate(::fileno(file_), 0) != 0) return failed(path_);
  Json head{Json::Object{}};
  head.set("journal", kSchema)
      .set("key", hex(head_.key))
      .set("at", rfc3339(head_.at))
      .set("options", fmt::format("{:016x}", head_.options));
  return append(dump(head) + "\n");
}

tl::expected<void, Error> LotJournal::read_head() {
  const auto line = whole_line(file_);
  const auto json = parse_json(line.value_or(""));
  const auto text_of = [&](const char* key) {
    return json && json->find(key) != nullptr && json->find(key)->string() != nullptr
               ? *json->find(key)->string()
               : std::string();
  };
  const auto key = from_hex(text_of("key")), options = from_hex(text_of("options"));
  const auto at = parse_rfc3339(text_of("at"));
  if (text_of("journal") != kSchema || !key || key->size() != head_.key.size() || !options ||
      options->size() != 8 || !at)
    return foreign(path_);
  std::copy(key->begin(), key->end(), head_.key.begin());
  head_.options = static_cast<uint64_t>(be32(*options, 0)) << 32 | be32(*options, 4);
  head_.at = *at;
  return {};
}

tl::expected<void, Error> LotJournal::replay(const std::function<void(DeviceLine)>& take) {
  uint64_t number = 1;
  long end = std::ftell(file_);
  while (auto text = whole_line(file_)) {
    ++number;
    auto line = read_line(*text);
    if (!line)
      return error(fmt::format("--resume: {}: line {}: {}", path_, number, line.error().what));
    take(std::move(*line));
    end = std::ftell(file_);
  }
  // Whatever was being written when it was cut off.
  if (::ftruncate(::fileno(file_), end) != 0 || std::fseek(file_, end, SEEK_SET) != 0)
    return failed(path_);
  return {};
}

tl::expected<void, Error> LotJournal::append(std::string_view lines) {
  if (std::fwrite(lines.data(), 1, lines.size(), file_) != lines.size() || std::fflush(file_) != 0)
    return failed(path_);
  return {};
}

}  // namespace attest::cli
