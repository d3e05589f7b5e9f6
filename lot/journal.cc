#include "lot/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>

#include "platform/files.h"

namespace attest {
namespace {

constexpr std::string_view kLink = ",\"link\":\"", kEnd = "\"}";
constexpr const char* kSchema = "matter-attest/lot-journal/3";

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
      link_(other.link_),
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

Result<void> LotJournal::write_head() {
  std::rewind(file_);
  if (::ftruncate(::fileno(file_), 0) != 0) return failed(path_);
  Json head{Json::Object{}};
  head.set("journal", kSchema)
      .set("key", hex(head_.key))
      .set("at", rfc3339(head_.at))
      .set("options", fmt::format("{:016x}", head_.options));
  const std::string line = dump(head);
  link_ = siphash(head_.key, view(line));
  return write(line + "\n");
}

Result<void> LotJournal::read_head() {
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
  link_ = siphash(head_.key, view(*line));
  return {};
}

Result<void> LotJournal::replay(const std::function<void(DeviceLine)>& take) {
  uint64_t number = 1;
  long end = std::ftell(file_);
  while (auto text = whole_line(file_)) {
    ++number;
    const auto record = unlinked(*text);
    if (!record)
      return error(
          fmt::format("--resume: {}: expected the lines as they were written, found line "
                      "{} (or one before it) changed: begin a new journal",
                      path_, number));
    auto line = read_line(*record);
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

// A record ends with a digest of itself and of all before it, so that none is changed, left out,
// put in or moved unseen. The key stands in the head: it guards against accidents and against who
// edits a verdict, not against who computes the digests anew.
std::string LotJournal::linked(std::string_view record) {
  link_ = next_link(record);
  return fmt::format("{}{}{:016x}{}\n", record.substr(0, record.size() - 1), kLink, link_, kEnd);
}

std::optional<std::string> LotJournal::unlinked(const std::string& line) {
  constexpr size_t kDigits = 16, kTail = kLink.size() + kDigits + kEnd.size();
  if (line.size() < kTail) return std::nullopt;
  std::string record = line.substr(0, line.size() - kTail) + "}";
  const uint64_t link = next_link(record);
  if (line.substr(line.size() - kTail) != fmt::format("{}{:016x}{}", kLink, link, kEnd))
    return std::nullopt;
  link_ = link;
  return record;
}

uint64_t LotJournal::next_link(std::string_view record) const {
  return siphash(head_.key, view(fmt::format("{:016x}{}", link_, record)));
}

Result<void> LotJournal::append(const std::vector<std::string>& records) {
  std::string lines;
  for (const std::string& record : records) {
    std::string_view text = record;
    if (text.ends_with('\n')) text.remove_suffix(1);
    lines += linked(text);
  }
  return write(lines);
}

Result<void> LotJournal::write(std::string_view lines) {
  if (std::fwrite(lines.data(), 1, lines.size(), file_) != lines.size() || std::fflush(file_) != 0)
    return failed(path_);
  return {};
}

}  // namespace attest
