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

std::string errno_text(int number) {
  if (number == ENOENT) return "nothing by this name";
  if (number == ELOOP) return "a loop of symbolic links";
  if (number == EACCES) return "no permission to read it";
  return std::strerror(number);
}

}  // namespace attest::dcl
