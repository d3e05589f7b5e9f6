// Names of devices, packed: ids of factories are UUIDs, hex and short words of letters and digits.
// A lot keeps every name to be able to say which devices a finding speaks of, and has a few bytes
// for each.
#pragma once

#include <string>
#include <string_view>

namespace attest {

inline constexpr size_t kMostNameBytes = 24;  // of a packed name, without its length

// A name that cannot be packed into kMostNameBytes is shortened first: its beginning, six digits of
// its digest, its end.
std::string shown_name(std::string_view name);
// Appends the name (length and form in its first byte). unpack_name gives shown_name(name) back,
// and moves `at` behind it.
void pack_name(std::string_view name, std::string& into);
std::string unpack_name(std::string_view packed, size_t& at);
void skip_name(std::string_view packed, size_t& at);

}  // namespace attest
