#include "platform/whole_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "dcl/file_text.h"
#include "verifier/base/bytes.h"

namespace attest {
namespace {

namespace fs = std::filesystem;

constexpr size_t kRandom = 6;  // characters that mkdtemp chooses
constexpr auto kForgotten = std::chrono::hours(1);

tl::unexpected<Error> failed(const fs::path& path, const char* what, int why) {
  return error(fmt::format("{}: {}: {}", printable(path.string()), what,
                           dcl::errno_text(why, dcl::Doing::writing)));
}

// "stores" of "./stores/"; an error where nothing can be put whole.
Result<fs::path> place_of(const std::string& path) {
  std::error_code ignored;
  fs::path out = fs::absolute(path, ignored).lexically_normal();
  if (!out.has_filename()) out = out.parent_path();
  if (!out.has_filename() || fs::equivalent(out, fs::current_path(ignored), ignored))
    return error(
        fmt::format("{}: expected a folder that can be put there whole, found {}", printable(path),
                    out.has_filename() ? "the one that this runs in" : "the root of all folders"));
  const auto kind = fs::symlink_status(out, ignored);
  if (fs::is_symlink(kind))
    return error(
        fmt::format("{}: expected a folder, or none yet, found a link to {}: name the "
                    "folder itself",
                    printable(path), printable(fs::read_symlink(out, ignored).string())));
  if (fs::exists(kind) && !fs::is_directory(kind))
    return error(fmt::format("{}: expected a folder, or none yet, found a file", printable(path)));
  return out;
}

Result<void> write_new(const fs::path& path, const std::string& content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0) return failed(path, "cannot be written", errno);
  size_t done = 0;
  int why = 0;
  while (done < content.size() && why == 0) {
    const ssize_t n = ::write(fd, content.data() + done, content.size() - done);
    if (n > 0) done += static_cast<size_t>(n);
    if (n < 0 && errno != EINTR) why = errno;
  }
  if (why == 0 && ::fsync(fd) != 0) why = errno;
  if (::close(fd) != 0 && why == 0) why = errno;
  return why == 0 ? Result<void>() : failed(path, "cannot be written", why);
}

Result<void> write_all(const fs::path& folder, const WholeFolder& content) {
  if (::mkdir(folder.c_str(), 0777) != 0) return failed(folder, "cannot be made", errno);
  for (const std::string& name : content.folders) {
    const fs::path inner = folder / name;
    if (::mkdir(inner.c_str(), 0777) != 0) return failed(inner, "cannot be made", errno);
  }
  for (const WholeFolder::File& file : content.files) {
    if (auto done = write_new(folder / file.name, file.content); !done) return done;
  }
  return {};
}

// The folders above the place, made where there are none. What was made goes again when nothing
// comes of it.
class Above {
 public:
  Result<void> make(const fs::path& folder) {
    std::error_code why;
    for (fs::path at = folder; !at.empty() && !fs::exists(fs::symlink_status(at, why));
         at = at.parent_path())
      made_.push_back(at);
    fs::create_directories(folder, why);
    return why ? failed(folder, "cannot be made", why.value()) : Result<void>();
  }
  void keep() { made_.clear(); }
  ~Above() {
    for (const fs::path& at : made_) ::rmdir(at.c_str());
  }

 private:
  std::vector<fs::path> made_;  // the innermost first
};

// Where a folder is made, and where the one before goes: for nobody else to look into, and gone
// with us.
class Workshop {
 public:
  explicit Workshop(const fs::path& place)
      : path_((place.parent_path() /
               ("." + place.filename().string() + "." + std::string(kRandom, 'X')))
                  .string()) {
    if (::mkdtemp(path_.data()) == nullptr) why_ = errno;
  }
  ~Workshop() {
    std::error_code ignored;
    if (why_ == 0 && !kept_) fs::remove_all(path_, ignored);
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  int why_not() const { return why_; }
  fs::path path() const { return path_; }
  void keep() { kept_ = true; }  // something of somebody else's is in it

 private:
  std::string path_;
  int why_ = 0;
  bool kept_ = false;
};

// What holds nothing but files as we write them, or parts of them.
bool is_shaped_so(const fs::path& folder, const WholeFolder& content) {
  std::error_code why;
  for (auto at = fs::recursive_directory_iterator(folder, why);
       at != fs::recursive_directory_iterator(); at.increment(why)) {
    const auto kind = at->symlink_status(why);
    if (why || (!fs::is_directory(kind) && !fs::is_regular_file(kind))) return false;
    // <workshop>/new/<folder>/<file>
    const fs::path name = at->path().lexically_relative(folder);
    const auto inner = std::next(name.begin());
    const std::string first = inner == name.end() ? std::string() : inner->string();
    const bool known =
        first.empty() ||
        std::find(content.folders.begin(), content.folders.end(), first) != content.folders.end() ||
        std::any_of(content.files.begin(), content.files.end(),
                    [&](const WholeFolder::File& f) { return f.name == first; });
    if (!known) return false;
  }
  return !why;
}

// Workshops of runs that were killed.
void sweep(const fs::path& place, const WholeFolder& content) {
  const std::string prefix = "." + place.filename().string() + ".";
  const auto now = fs::file_time_type::clock::now();
  std::error_code why;
  std::vector<fs::path> gone;
  for (auto at = fs::directory_iterator(place.parent_path(), why); at != fs::directory_iterator();
       at.increment(why)) {
    if (why) return;
    const std::string name = at->path().filename().string();
    std::error_code own;
    if (name.size() != prefix.size() + kRandom || !name.starts_with(prefix) ||
        !fs::is_directory(at->symlink_status(own)) ||
        now - fs::last_write_time(at->path(), own) < kForgotten || own)
      continue;
    if (is_shaped_so(at->path(), content)) gone.push_back(at->path());
  }
  for (const fs::path& path : gone) fs::remove_all(path, why);
}

// The two folders in each other's place, at once where the file system can.
int exchange(const fs::path& made, const fs::path& place, const fs::path& aside) {
  if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::rename(place.c_str(), aside.c_str()) != 0) return errno;
  const int why = ::rename(made.c_str(), place.c_str()) == 0 ? 0 : errno;
  ::rename(aside.c_str(), why == 0 ? made.c_str() : place.c_str());
  return why;
}

}  // namespace

Result<void> put_folder(const std::string& path, const WholeFolder& content,
                        const MayReplace& may_replace) {
  const auto place = place_of(path);
  if (!place) return tl::unexpected(place.error());
  struct stat before {};
  const bool there = ::lstat(place->c_str(), &before) == 0;
  if (there) {
    if (auto may = may_replace(path, path); !may) return may;
  }
  Above above;
  if (auto made = above.make(place->parent_path()); !made) return made;
  sweep(*place, content);
  Workshop shop(*place);
  if (shop.why_not() != 0)
    return failed(place->parent_path(), "nothing can be made in it", shop.why_not());
  const fs::path made = shop.path() / "new", aside = shop.path() / "old";
  if (auto done = write_all(made, content); !done) return done;
  if (!there) {
    if (::rename(made.c_str(), place->c_str()) != 0)
      return failed(path, "cannot be put there", errno);
    above.keep();
    return {};
  }
  ::chmod(made.c_str(), before.st_mode & 07777);
  if (const int why = exchange(made, *place, aside); why != 0)
    return failed(path, "cannot be put there", why);
  // Somebody may have put something there since we looked.
  if (auto may = may_replace(made.string(), path); !may) {
    if (exchange(made, *place, aside) == 0) return may;
    shop.keep();
    return error(
        fmt::format("{}; what was there is now in {}", may.error().what, printable(made.string())));
  }
  return {};
}

}  // namespace attest
