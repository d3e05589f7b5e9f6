#include "platform/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "codecs/loader.h"
#include "dcl/file_text.h"
#include "platform/no_evidence.h"
#include "platform/ota.h"
#include "platform/roles.h"
#include "verifier/base/counted.h"
#include "verifier/readers/secret_paths.h"
#include "verifier/readers/text/onboarding_codes.h"

namespace attest {
namespace {

namespace fs = std::filesystem;
constexpr size_t kMapFrom =
    8u << 20;  // larger files are mapped, so that a flash image costs no memory
constexpr size_t kPiece = 1u << 20;  // of a stream
constexpr size_t kDeepest = 64;

Result<Bytes> read_all(int fd) {
  Bytes out;
  uint8_t buffer[1 << 16];
  for (;;) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return error(dcl::errno_text(errno));
    if (n == 0) return out;
    out.insert(out.end(), buffer, buffer + n);
    if (out.size() > 1u << 30) return error("more than 1 GiB");
  }
}

// A path in messages: what may be an onboarding code that was taken for a file is not repeated.
std::string shown_path(const std::string& path) {
  constexpr std::string_view kPrefix = "mt:";
  const auto same = [](char p, char c) { return p == (c == 'M' || c == 'T' ? c + 32 : c); };
  const bool payload = std::search(path.begin(), path.end(), kPrefix.begin(), kPrefix.end(),
                                   [&](char c, char p) { return same(p, c); }) != path.end();
  return payload || may_be_code(path) ? "(masked: this may be an onboarding code)"
                                      : without_code_names(path);
}

std::string what_is_there(const std::string& path, const struct stat& info) {
  const bool closed = S_ISDIR(info.st_mode) && ::access(path.c_str(), R_OK | X_OK) != 0;
  return dcl::file_kind_text(info.st_mode) +
         (closed ? ": " + dcl::errno_text(errno) : std::string());
}

// A descriptor to be closed, of a regular file. Never blocks, should the file have become a FIFO
// meanwhile.
Result<int> open_regular(const std::string& path, size_t& size) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return error(fmt::format("{}: expected a file or folder, found {}", shown_path(path),
                             dcl::errno_text(errno)));
  if (!S_ISREG(info.st_mode))
    return error(fmt::format("{}: expected a regular file{}, found {}", path,
                             S_ISDIR(info.st_mode) ? "" : " or a folder",
                             what_is_there(path, info)));
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return error(
        fmt::format("{}: expected a readable file, found {}", path, dcl::errno_text(errno)));
  size = static_cast<size_t>(info.st_size);
  return fd;
}

struct Walk {
  size_t most;
  BesideFiles* beside;
  std::vector<std::string> files;
  std::set<std::pair<dev_t, ino_t>> seen;
};

void unused(Walk& state, const std::string& path, std::string why) {
  if (state.beside != nullptr)
    state.beside->unused.push_back({.path = path, .why = std::move(why)});
}

// Nobody knows what is in it.
Result<void> closed(Walk& state, const std::string& path, const std::string& why) {
  if (state.beside == nullptr)
    return error(
        fmt::format("{}: expected a file or a folder that can be read, found {}", path, why));
  state.beside->closed.push_back({.path = path, .why = "cannot be read: " + why});
  return {};
}

Result<void> walk(const std::string& folder, size_t depth, Walk& state) {
  if (depth > kDeepest)
    return error(fmt::format("{}: folders nested deeper than {}", folder, kDeepest));
  std::error_code failed;
  std::vector<std::string> names;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    names.push_back(at->path().string());
  if (failed) {
    if (depth > 0) return closed(state, folder, dcl::errno_text(failed.value()));
    return error(fmt::format("{}: expected a folder that can be listed, found {}", folder,
                             dcl::errno_text(failed.value())));
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    struct stat info {};
    if (::stat(name.c_str(), &info) != 0) {
      if (errno == ELOOP || errno == ENOENT) {
        unused(state, name, errno == ELOOP ? "a link that leads in a circle" : "a link to nothing");
      } else if (auto done = closed(state, name, dcl::errno_text(errno)); !done) {
        return done;
      }
    } else if (S_ISDIR(info.st_mode)) {
      if (!state.seen.insert({info.st_dev, info.st_ino}).second) {
        unused(state, name, "a link to a folder that is read already");
        continue;
      }
      const auto found = [&] {
        return state.files.size() + (state.beside == nullptr ? 0 : state.beside->closed.size());
      };
      const size_t before = found();
      if (auto done = walk(name, depth + 1, state); !done) return done;
      if (state.beside != nullptr && found() == before) state.beside->empty.push_back(name);
    } else if (S_ISREG(info.st_mode)) {
      if (state.files.size() == state.most)
        return error(fmt::format("{}: more than {} files", folder, state.most));
      state.files.push_back(name);
    } else {
      unused(state, name, fmt::format("{}, no regular file", dcl::file_kind_text(info.st_mode)));
    }
  }
  return {};
}

}  // namespace

FileBytes::FileBytes(FileBytes&& other) noexcept {
  *this = std::move(other);
}
FileBytes& FileBytes::operator=(FileBytes&& other) noexcept {
  std::swap(owned_, other.owned_);
  std::swap(mapped_, other.mapped_);
  std::swap(mapped_size_, other.mapped_size_);
  std::swap(view_, other.view_);
  return *this;
}
FileBytes::~FileBytes() {
  if (mapped_ != nullptr) ::munmap(mapped_, mapped_size_);
}

Result<FileBytes> FileBytes::open(const std::string& path) {
  return open(path, SIZE_MAX);
}
Result<FileBytes> FileBytes::open_evidence(const std::string& path) {
  return open(path, kMostEvidence);
}

Result<FileBytes> FileBytes::open(const std::string& path, size_t most) {
  size_t size = 0;
  const auto opened = open_regular(path, size);
  if (!opened) return tl::unexpected(opened.error());
  const int fd = *opened;
  if (size > most) {
    ::close(fd);
    return error(fmt::format("{}: expected a file of at most {} GiB, found {:.1f} GiB", path,
                             most >> 30,
                             static_cast<double>(size) / static_cast<double>(1u << 30)));
  }
  FileBytes out;
  if (size >= kMapFrom) {
    void* at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at != MAP_FAILED) {
      ::close(fd);
      out.mapped_ = at;
      out.mapped_size_ = size;
      out.view_ = View(static_cast<const uint8_t*>(at), size);
      return out;
    }
  }
  auto bytes = read_all(fd);
  ::close(fd);
  if (!bytes)
    return error(fmt::format("{}: expected a readable file, found {}", path, bytes.error().what));
  out.owned_ = std::move(*bytes);
  out.view_ = out.owned_;
  return out;
}

Result<FileBytes> FileBytes::standard_input(const Console& console) {
  FileBytes out;
  auto bytes = read_all(console.in);
  if (!bytes) return error("stdin: expected bytes, found " + bytes.error().what);
  out.owned_ = std::move(*bytes);
  out.view_ = out.owned_;
  return out;
}

Result<void> stream_file(const std::string& path, const std::function<void(View, uint64_t)>& take) {
  size_t size = 0;
  const auto fd = open_regular(path, size);
  if (!fd) return tl::unexpected(fd.error());
  Bytes buffer(kPiece);
  for (;;) {
    const ssize_t n = ::read(*fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    const int number = errno;
    if (n <= 0) ::close(*fd);
    if (n < 0)
      return error(
          fmt::format("{}: expected a readable file, found {}", path, dcl::errno_text(number)));
    if (n == 0) return {};
    take(View(buffer).first(static_cast<size_t>(n)), size);
  }
}

Result<Bytes> file_head(const std::string& path, size_t most, uint64_t& size) {
  size_t whole = 0;
  const auto fd = open_regular(path, whole);
  if (!fd) return tl::unexpected(fd.error());
  Bytes out(most);
  const ssize_t n = ::pread(*fd, out.data(), out.size(), 0);
  const int number = errno;
  ::close(*fd);
  if (n < 0)
    return error(
        fmt::format("{}: expected a readable file, found {}", path, dcl::errno_text(number)));
  out.resize(static_cast<size_t>(n));
  size = whole;
  return out;
}

Result<std::vector<std::string>> files_below(const std::string& path, size_t most,
                                             BesideFiles* beside) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return error(fmt::format("{}: expected a file or folder, found {}", shown_path(path),
                             dcl::errno_text(errno)));
  if (!S_ISDIR(info.st_mode)) return std::vector<std::string>{path};
  Walk state{.most = most, .beside = beside, .files = {}, .seen = {}};
  state.seen.insert({info.st_dev, info.st_ino});
  if (auto done = walk(path, 0, state); !done) return tl::unexpected(done.error());
  return std::move(state.files);
}

std::string text_without_path(const Error& error, const std::string& path) {
  const std::string before = path + ": ";
  return error.what.substr(error.what.starts_with(before) ? before.size() : 0);
}

bool next_line(std::FILE* file, std::string& line) {
  char* text = nullptr;
  size_t room = 0;
  const ssize_t n = ::getline(&text, &room, file);
  line.assign(n > 0 ? text : "", n > 0 ? static_cast<size_t>(n) : 0);
  std::free(text);
  return n > 0;
}

namespace {

class Paths {
 public:
  Paths(Reading& reading, const Verbosity& verbosity) : reading_(reading), verbosity_(verbosity) {
    struct stat info {};
    for (const EvidenceFile& file : reading.files) {
      if (::stat(file.path.c_str(), &info) == 0) read_.insert({info.st_dev, info.st_ino});
    }
  }

  std::vector<std::string> read(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      if (path == "-") {
        file(path, false);
      } else if (is_code_argument(path)) {
        code(path);
      } else if (may_be_code(path) && !fs::exists(path)) {
        errors_.push_back(
            "(masked: this may be an onboarding code): expected a file, a folder or an onboarding "
            "code (MT:... or a manual code of 11 or 21 digits), found neither");
      } else {
        path_of(path);
      }
    }
    // What was said of pictures and archives without their codecs is nothing.
    if (const auto missing = codecs_missing()) return {missing->what};
    if (const auto slip = unlock_slip(reading_)) errors_.push_back(slip->what);
    return std::move(errors_);
  }

 private:
  // A path that was named: a file, or a folder and all that is in it.
  void path_of(const std::string& path) {
    BesideFiles beside;
    const auto files = files_below(path, kMostFiles, &beside);
    if (!files) {
      errors_.push_back(files.error().what);
      return;
    }
    const bool folder = files->size() != 1 || files->front() != path;
    const size_t before = said();
    for (const std::string& one : *files) file(one, folder);
    const bool known = std::any_of(files->begin(), files->end(),
                                   [&](const std::string& one) { return was_read(one); });
    if (folder && said() == before && !known && errors_.empty())
      errors_.push_back(
          fmt::format("{}: expected the files of a device (certificates, a declaration, a dump, a "
                      "log); {}",
                      path, none_of_files(files->size())));
    for (NotUsed& unused : beside.unused) reading_.not_used.push_back(std::move(unused));
    for (const std::string& one : beside.empty)
      reading_.not_used.push_back({.path = one, .why = "an empty folder"});
    for (const NotUsed& one : beside.closed) closed(one.path, one.why);
  }

  // Typed or scanned in place of a file. The code itself is in no message and no path.
  void code(const std::string& word) {
    const size_t n = ++codes_;
    const std::string path =
        n == 1 ? "command line (code)" : fmt::format("command line (code {})", n);
    const size_t before = said(), from = word.find_first_not_of(" \t\r\n"),
                 end = word.find_last_not_of(" \t\r\n") + 1;
    std::string typed = word.substr(from, end - from);
    if (typed.starts_with("mt:")) typed.replace(0, 3, "MT:");
    const std::string named = typed_code(typed);
    const auto done =
        read_evidence({.path = path, .bytes = view(named), .base = 0, .member = false}, reading_);
    // (What else is read is no matter: nobody named a file.)
    if (!done || said() == before)
      errors_.push_back(fmt::format(
          "{}: expected an onboarding code (MT: and its payload, or a manual code of 11 "
          "or 21 digits), found {} characters that are none",
          path, typed.size()));
  }

  size_t said() const {
    const Device& device = reading_.device;
    return device.statements.size() + device.integrity.size() + device.remarks.size() +
           reading_.ota_images.size() + reading_.locked.size() + device.posture.said();
  }

  void closed(const std::string& path, const std::string& why) {
    reading_.not_used.push_back({.path = path, .why = why});
    reading_.device.note(Remark::unreadable_file, {.path = path, .offset = {}, .item = {}}, why);
  }

  void file(const std::string& name, bool inside_folder) {
    if (was_read(name)) return;
    auto bytes = name == "-" ? FileBytes::standard_input(verbosity_.console())
                             : FileBytes::open_evidence(name);
    if (!bytes) {
      if (inside_folder) {
        closed(name, "cannot be read: " + text_without_path(bytes.error(), name));
      } else {
        errors_.push_back(without_code_names(bytes.error().what));
      }
      return;
    }
    if (bytes->mapped() && looks_like_ota_image(bytes->view())) {
      if (const auto done = read_ota_image(name, reading_, verbosity_); !done)
        errors_.push_back(done.error().what);
      return;
    }
    const Source source{.path = name == "-" ? "stdin" : name,
                        .bytes = bytes->view(),
                        .base = 0,
                        .member = inside_folder};
    const size_t before = said(), unused = reading_.not_used.size(), files = reading_.files.size(),
                 secrets = reading_.secrets.size();
    if (const auto done = read_evidence(source, reading_); !done) {
      if (inside_folder) {
        reading_.device.damaged({.path = name, .offset = done.error().offset, .item = {}}, "file",
                                done.error().what);
      } else {
        errors_.push_back(
            fmt::format("{}: {}", without_code_names(source.path), done.error().what));
      }
    } else if (!inside_folder && said() == before && reading_.secrets.size() == secrets &&
               std::all_of(reading_.files.begin() + static_cast<std::ptrdiff_t>(files),
                           reading_.files.end(),
                           [](const EvidenceFile& f) { return f.holds.empty(); })) {
      errors_.push_back(container_of_nothing(reading_, without_code_names(source.path), unused));
    }
  }

  // By name, as a file of a role, before.
  bool was_read(const std::string& name) const {
    struct stat info {};
    return !read_.empty() && name != "-" && ::stat(name.c_str(), &info) == 0 &&
           read_.contains({info.st_dev, info.st_ino});
  }

  static constexpr size_t kMostFiles = 100'000;
  Reading& reading_;
  const Verbosity& verbosity_;
  std::vector<std::string> errors_;
  std::set<std::pair<dev_t, ino_t>> read_;
  size_t codes_ = 0;
};

}  // namespace

std::vector<std::string> read_paths(const std::vector<std::string>& paths, Reading& reading,
                                    const Verbosity& verbosity) {
  if (reading.codecs == nullptr) reading.codecs = &loaded_codecs();
  return Paths(reading, verbosity).read(paths);
}

Result<void> replace_file(const std::string& path, std::string_view content) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode))
    return error(fmt::format("{}: expected a regular file to replace, found {}", printable(path),
                             dcl::file_kind_text(info.st_mode)));
  const std::string beside = fmt::format("{}.{}.part", path, ::getpid());
  errno = 0;
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  int why = file ? 0 : errno;
  if (file && std::rename(beside.c_str(), path.c_str()) == 0) return {};
  if (file) why = errno;
  std::error_code ignored;
  std::filesystem::remove(beside, ignored);
  return error(fmt::format("{}: cannot be written: {}", printable(path),
                           dcl::errno_text(why, dcl::Doing::writing)));
}

}  // namespace attest
