// A file that names something of the standard library or of fmt and tl includes the header that
// has it, itself or over our own headers. What another library's header brings along is luck: the
// next compiler (g++ 14 did so) or a build with a precompiled header does not have it, or hides it.
#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/source_code.h"
#include "tests/support/support.h"

using attest::test::code_alone;
using attest::test::source_texts;

namespace {

// What is named, and which headers have it, by the standard's synopses and libstdc++'s: any of
// them will do.
struct Owner {
  const char* names;
  const char* headers;
};
const Owner kOwners[] = {
    {"fmt::format fmt::print fmt::join fmt::format_to fmt::runtime fmt::to_string",
     "fmt/format.h fmt/core.h fmt/ranges.h fmt/chrono.h"},
    {"tl::expected tl::unexpected tl::make_unexpected", "tl/expected.hpp"},
    {"uint8_t uint16_t uint32_t uint64_t int8_t int16_t int32_t int64_t", "cstdint stdint.h"},
    {"std::string std::to_string std::stoi std::stoul std::stoull", "string"},
    {"std::string_view", "string_view string"},
    {"std::vector", "vector"},
    {"std::map std::multimap", "map"},
    {"std::set std::multiset", "set"},
    {"std::unordered_map std::unordered_multimap", "unordered_map"},
    {"std::unordered_set", "unordered_set"},
    {"std::deque", "deque"},
    {"std::list", "list"},
    {"std::array", "array"},
    {"std::span std::as_bytes", "span"},
    {"std::optional std::nullopt", "optional"},
    {"std::variant std::visit std::get_if std::holds_alternative std::monostate", "variant"},
    {"std::tuple std::tie std::make_tuple", "tuple"},
    {"std::unique_ptr std::shared_ptr std::weak_ptr std::make_unique std::make_shared", "memory"},
    {"std::function std::hash std::reference_wrapper std::ref std::cref",
     "functional string memory"},
    {"std::sort std::stable_sort std::find std::find_if std::find_if_not std::any_of std::all_of "
     "std::none_of std::copy std::copy_n std::count std::count_if std::clamp std::remove_if "
     "std::reverse std::search std::transform std::unique std::lower_bound std::upper_bound "
     "std::max_element std::min_element std::fill std::mismatch std::replace std::rotate "
     "std::adjacent_find std::for_each std::binary_search std::partition std::stable_partition "
     "std::is_sorted std::set_difference std::min std::max std::minmax std::iter_swap "
     "std::generate std::shuffle std::nth_element std::equal_range",
     "algorithm"},
    {"std::accumulate std::iota std::gcd std::lcm", "numeric"},
    {"std::ostringstream std::istringstream std::stringstream", "sstream"},
    {"std::ofstream std::ifstream std::fstream", "fstream"},
    {"std::cout std::cerr std::cin", "iostream"},
    {"std::mutex std::lock_guard std::scoped_lock std::once_flag std::call_once",
     "mutex condition_variable"},
    {"std::shared_mutex std::shared_lock", "shared_mutex"},
    {"std::condition_variable", "condition_variable"},
    {"std::thread std::this_thread", "thread"},
    {"std::jthread std::stop_token", "thread stop_token"},
    {"std::atomic std::atomic_bool std::memory_order_relaxed", "atomic"},
    {"std::future std::async std::promise", "future"},
    {"std::filesystem", "filesystem"},
    {"std::chrono", "chrono thread condition_variable"},
    {"std::from_chars std::to_chars", "charconv"},
    {"std::pair std::move std::exchange std::swap std::as_const std::make_pair",
     "utility string vector map set optional memory algorithm functional"},
    {"std::numeric_limits", "limits"},
    {"std::bit_cast std::popcount std::countr_zero std::countl_zero std::bit_width std::endian",
     "bit"},
    {"std::memcpy std::memcmp std::memset std::memchr std::strlen std::strcmp", "cstring"},
    {"std::strtol std::strtoul std::strtoull std::strtod std::getenv std::abort std::exit",
     "cstdlib"},
    {"std::fopen std::fclose std::fputs std::fwrite std::fread std::printf std::snprintf "
     "std::perror std::rename",
     "cstdio"},
    {"std::regex std::regex_search std::regex_match std::regex_replace std::smatch", "regex"},
    {"std::runtime_error std::logic_error std::invalid_argument std::out_of_range "
     "std::length_error",
     "stdexcept"},
    {"std::exception std::exception_ptr std::current_exception", "exception stdexcept"},
    {"std::setw std::setfill std::put_time std::get_time", "iomanip"},
    {"std::log std::log2 std::log10 std::log1p std::pow std::sqrt std::floor std::ceil std::round "
     "std::lround std::exp std::lgamma std::isfinite std::isnan",
     "cmath"},
    {"std::is_same_v std::decay_t std::is_base_of_v std::remove_cvref_t std::conditional_t "
     "std::underlying_type_t std::is_invocable_v std::invoke_result_t std::is_constructible_v "
     "std::is_trivially_copyable_v",
     "type_traits utility functional optional variant memory"},
    {"std::isdigit std::isalpha std::isspace std::tolower std::toupper std::isxdigit "
     "std::isalnum std::isprint",
     "cctype"},
    {"std::random_device std::mt19937 std::mt19937_64 std::uniform_int_distribution", "random"},
    {"std::back_inserter std::inserter std::istreambuf_iterator std::make_move_iterator "
     "std::next std::prev std::distance",
     "iterator string vector map set algorithm fstream sstream"},
};

struct Source {
  std::set<std::string> includes;  // as they are written; a quoted one from the project's root
  std::set<std::string> names;     // "std::sort", "uint8_t"
};

Source read_source(const std::string& text) {
  Source out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("#include ") || line.size() < 11) continue;
    out.includes.insert(line.substr(10, line.find_first_of("\">", 10) - 10));
  }
  const std::string code = code_alone(text);
  const auto in_name = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':';
  };
  for (size_t i = 0; i < code.size();) {
    if (!in_name(code[i])) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < code.size() && in_name(code[end])) ++end;
    std::string name = code.substr(i, end - i);
    // "std::filesystem::path" is of std::filesystem, "std::ranges::sort" of std::sort.
    if (name.starts_with("std::ranges::")) name.erase(5, 8);
    const size_t first = name.find("::");
    const size_t second = first == std::string::npos ? first : name.find("::", first + 2);
    out.names.insert(name.substr(0, second));
    i = end;
  }
  return out;
}

std::map<std::string, Source> sources() {
  std::map<std::string, Source> out;
  for (const auto& [path, text] : source_texts()) out.emplace(path, read_source(text));
  return out;
}

std::set<std::string> all_included(const std::map<std::string, Source>& of,
                                   const std::string& file) {
  std::set<std::string> seen;
  std::vector<std::string> todo = {file};
  while (!todo.empty()) {
    const auto at = of.find(todo.back());
    todo.pop_back();
    if (at == of.end()) continue;
    for (const std::string& header : at->second.includes)
      if (seen.insert(header).second) todo.push_back(header);
  }
  return seen;
}

std::vector<std::string> words(const char* list) {
  std::istringstream in(list);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

}  // namespace

TEST_CASE("a file includes the header of what it names, itself or over our own headers") {
  const std::map<std::string, Source> all = sources();
  CHECK(all.size() > 900);
  size_t asked = 0;
  for (const auto& [file, source] : all) {
    const std::set<std::string> included = all_included(all, file);
    for (const Owner& owner : kOwners) {
      const std::vector<std::string> headers = words(owner.headers);
      for (const std::string& name : words(owner.names)) {
        if (!source.names.contains(name)) continue;
        ++asked;
        const bool has = std::any_of(headers.begin(), headers.end(),
                                     [&](const std::string& h) { return included.contains(h); });
        CHECK_MESSAGE(has,
                      file << " names " << name << ": expected #include <" << headers[0] << ">");
      }
    }
  }
  CHECK(asked > 5'000);
}

TEST_CASE("included names: what is in comments and words is no name") {
  const std::string code = code_alone(
      "a // std::sort\nb /* std::sort */ c \"std::sort\\\"\" 'x' 1'000 R\"(std::sort)\" d");
  CHECK(code == "a \nb  c   1'000  d");
}
