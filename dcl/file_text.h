// Words for what stands at a path, and for why nothing could be read or written there.
#pragma once

#include <sys/stat.h>

#include <string>

namespace attest::dcl {

std::string file_kind_text(mode_t mode);  // "a FIFO": of what is no regular file
enum class Doing { reading, writing };
std::string errno_text(int number, Doing doing = Doing::reading);

}  // namespace attest::dcl
