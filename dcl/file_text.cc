#include "dcl/file_text.h"

#include <cerrno>
#include <cstring>

namespace attest::dcl {

std::string file_kind_text(mode_t mode) {
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISDIR(mode)) return "a folder";
  return "something else";
}

std::string errno_text(int number, Doing doing) {
  const bool writing = doing == Doing::writing;
  if (number == ENOENT) return writing ? "no folder for it" : "nothing by this name";
  if (number == ENOTDIR) return "a file where a folder has to be";
  if (number == ELOOP) return "a loop of symbolic links";
  if (number == EACCES || number == EPERM)
    return writing ? "no permission to write it" : "no permission to read it";
  if (number == EROFS) return "a place that is only to be read";
  if (number == ENOSPC || number == EDQUOT) return "no room left";
  return std::strerror(number);
}

}  // namespace attest::dcl
