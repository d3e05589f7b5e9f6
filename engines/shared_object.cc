#include "engines/shared_object.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace attest {
namespace {

class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool is_open() const { return fd_ >= 0; }
  // Nullopt: it is no regular file.
  std::optional<uint64_t> size() const {
    struct stat found {};
    if (::fstat(fd_, &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
    return static_cast<uint64_t>(found.st_size);
  }
  bool read(uint64_t offset, void* into, size_t size) const {
    return ::pread(fd_, into, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
  }

 private:
  int fd_;
};

// What is wrong with the file as far as the loader does not look; empty: nothing. What is no shared
// object of this machine at all, the loader says in its own words.
std::string problem(const std::string& path) {
  const OpenFile file(path);
  if (!file.is_open()) return {};
  const auto size = file.size();
  if (!size) return "expected a file";
  const std::string cut =
      fmt::format("the file was cut: it has {} bytes, and its headers say more", *size);
  Elf64_Ehdr header{};
  if (*size < SELFMAG || !file.read(0, &header, std::min<uint64_t>(*size, sizeof header)))
    return {};
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return {};
  if (*size < sizeof header) return cut;
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr)) return {};
  const auto fits = [&](uint64_t offset, uint64_t bytes) {
    return offset <= *size && bytes <= *size - offset;
  };
  if (!fits(header.e_phoff, uint64_t{header.e_phnum} * sizeof(Elf64_Phdr))) return cut;
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  if (!file.read(header.e_phoff, segments.data(), segments.size() * sizeof(Elf64_Phdr))) return cut;
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_NULL && !fits(segment.p_offset, segment.p_filesz)) return cut;
  }
  // (A file that was stripped of its sections says 0.)
  if (header.e_shoff != 0 && !fits(header.e_shoff, uint64_t{header.e_shnum} * header.e_shentsize))
    return cut;
  return {};
}

}  // namespace

Result<void*> open_shared_object(const std::string& name, int flags) {
  if (name.find('/') != std::string::npos) {
    if (const std::string wrong = problem(name); !wrong.empty())
      return error(fmt::format("{}: {}", name, wrong));
  }
  if (void* module = dlopen(name.c_str(), flags)) return module;
  return error(dlerror());
}

}  // namespace attest
