// Names of devices, packed: ids of factories are UUIDs, hex and short words of letters and digits,
// and most begin as the one before. A lot keeps every name to be able to say which devices a
// finding speaks of, and has a few bytes for each.
#pragma once

#include <string>
#include <string_view>

namespace attest {

inline constexpr size_t kMostNameBytes = 24;  // of a packed name, without its length

// A name that cannot be packed into kMostNameBytes is shortened first: its beginning, its
// end, six digits of its digest.
std::string shown_name(std::string_view name);
// Appends the name, and gives shown_name(name) back. `before`: what was appended before it, as it
// is shown; empty: it shall be read without that.
std::string pack_name(std::string_view name, std::string_view before, std::string& into);
// Gives shown_name(name) back, and moves `at` behind it.
std::string unpack_name(std::string_view packed, size_t& at, std::string_view before);

}  // namespace attest
