// Files: evidence from the disk and from stdin into a Reading. The only place of verify that
// touches the file system.
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "platform/verbosity.h"
#include "verifier/readers/reader.h"

namespace attest {

// A whole file in memory or mapped. Regular files only: a FIFO, a socket or a device is an error,
// never waited for.
inline constexpr size_t kMostEvidence = 2ull << 30;
class FileBytes {
 public:
  static Result<FileBytes> open(const std::string& path);
  // As evidence of one device: a file that no device's memory could fill is not read.
  static Result<FileBytes> open_evidence(const std::string& path);
  static Result<FileBytes> standard_input(const Console& console);
  View view() const { return view_; }
  bool mapped() const { return mapped_ != nullptr; }
  FileBytes(FileBytes&& other) noexcept;
  FileBytes& operator=(FileBytes&& other) noexcept;
  ~FileBytes();

 private:
  FileBytes() = default;
  static Result<FileBytes> open(const std::string& path, size_t most);
  Bytes owned_;
  void* mapped_ = nullptr;
  size_t mapped_size_ = 0;
  View view_;
};

// Reads a regular file piece by piece, each given with the size of the whole. Memory does not grow
// with the file.
Result<void> stream_file(const std::string& path,
                         const std::function<void(View piece, uint64_t size)>& take);

// The first bytes of a regular file, fewer where it has fewer, and how large it is.
Result<Bytes> file_head(const std::string& path, size_t most, uint64_t& size);

// An error's text without the path that it begins with, for where the path stands beside it.
std::string text_without_path(const Error& error, const std::string& path);

// What lies in a folder beside its regular files. Each is named in the report.
struct BesideFiles {
  std::vector<std::string> empty;  // folders without files
  std::vector<NotUsed> unused;     // a FIFO, a device, a link to nothing, ...
  std::vector<NotUsed> closed;     // what may not be looked into: it could hold anything
};
// Every regular file below a folder, sorted, links to folders followed once; or the file itself.
// Without `beside`, what may not be looked into is an error.
Result<std::vector<std::string>> files_below(const std::string& path, size_t most = 100'000,
                                             BesideFiles* beside = nullptr);

// The next line of a stream, with its end where it has one; false when there is none.
bool next_line(std::FILE* file, std::string& line);

// Reads all evidence. Errors are lines that name the file, what was expected and what was found; a
// path that was named and cannot be read is one, a file inside a folder that is nothing known is
// only listed.
std::vector<std::string> read_paths(const std::vector<std::string>& paths, Reading& reading,
                                    const Verbosity& verbosity = Verbosity::silent());

// Beside the target, then in its place: a reader of the target never sees half a file.
Result<void> replace_file(const std::string& path, std::string_view content);

}  // namespace attest
