// What a list of a million serials costs a device: by the index that the cache keeps beside it, and
// by walking it. Each part runs in a process of its own, so that its peak memory is its own.
//   revocation_bench [SERIALS]
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>

#include "dcl/list_file.h"
#include "fixtures/forge/crl_builder.h"
#include "fixtures/forge/device_builder.h"
#include "verifier/crypto/crypto.h"

using namespace attest;
using namespace attest::dcl;

namespace {

constexpr size_t kLookups = 20'000, kWalks = 20;

// 16 octets, as a certification authority draws them.
Bytes serial(uint64_t n) {
  const Sha256 digest = sha256(view(fmt::format("{}", n)));
  Bytes out(digest.begin(), digest.begin() + 16);
  out[0] = static_cast<uint8_t>((out[0] & 0x3F) | 0x40);
  return out;
}

Bytes list_of(uint64_t count) {
  const forge::Anchor& paa = forge::paa_fff1();
  std::vector<Bytes> serials;
  for (uint64_t i = 0; i < count; ++i) serials.push_back(serial(i));
  return forge::revocation_list(forge::list_plan(paa.plan, paa.key, std::move(serials)), paa.key);
}

// Runs in a process of its own; prints its peak memory after what it prints itself.
void apart(const char* what, const std::function<std::string()>& work) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    const std::string said = work();
    rusage used = {};
    getrusage(RUSAGE_SELF, &used);
    fmt::print("{:<34}{:<42} peak {} KiB\n", what, said, used.ru_maxrss);
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) std::exit(1);
}

// Microseconds of processor time.
double since(std::clock_t start) {
  return 1e6 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("revocation-bench-{}", getpid());
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "list").string(), der = (folder / "der").string();
  fmt::print("a list of {} serials\n", count);
  apart("make the list", [&] {
    const Bytes bytes = list_of(count);
    FILE* file = std::fopen(der.c_str(), "wb");
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
    return fmt::format("{} bytes", bytes.size());
  });
  apart("read, index and keep it", [&] {
    const auto start = std::clock();
    const auto file = MappedFile::open(der);
    auto crl = parse_crl((*file)->view(), *file);
    if (!crl) return fmt::format("cannot be read: {}", crl.error().what);
    const RevokedList list(std::move(*crl));
    const auto written =
        ListFile::write(path, {.url = "bench", .validators = {}, .digest = ""}, list, {0});
    return fmt::format("{:.0f} ms{}", since(start) / 1000, written ? "" : written.error().what);
  });
  apart("open it and ask once", [&] {
    const auto start = std::clock();
    const auto file = ListFile::open(path);
    const auto found = (*file)->list->find(serial(7), (*file)->list->crl().issuer);
    return fmt::format("{:.0f} us, {}", since(start), found && *found ? "revoked" : "wrong");
  });
  apart("ask by the index", [&] {
    const auto file = ListFile::open(path);
    const auto& list = *(*file)->list;
    size_t wrong = 0;
    const auto start = std::clock();
    for (uint64_t i = 0; i < kLookups; ++i) {
      // Half of them are on the list.
      const auto found = list.find(serial(i * (2 * count / kLookups)), list.crl().issuer);
      wrong += !found || found->has_value() != (i * (2 * count / kLookups) < count) ? 1 : 0;
    }
    return fmt::format("{:.2f} us a device, {} wrong", since(start) / kLookups, wrong);
  });
  // A lot's devices, of which none is on the list: the first ones, and when every page was touched.
  apart("ask for those that are not on it", [&] {
    const auto file = ListFile::open(path);
    const auto& list = *(*file)->list;
    std::vector<Bytes> serials;
    for (uint64_t i = 0; i < 200'000; ++i) serials.push_back(serial(count + i));
    size_t found = 0;
    const auto ask = [&](size_t from, size_t to) {
      const auto start = std::clock();
      for (size_t i = from; i < to; ++i)
        found += list.find(serials[i], list.crl().issuer).value().has_value() ? 1 : 0;
      return since(start) / static_cast<double>(to - from);
    };
    const double first = ask(0, 1'000);
    (void)ask(1'000, 100'000);
    const double later = ask(100'000, 200'000);
    return fmt::format("{:.2f} us, later {:.2f} us a device{}", first, later,
                       found == 0 ? "" : ", wrong");
  });
  apart("ask by walking", [&] {
    const auto file = ListFile::open(path);
    const auto& list = *(*file)->list;
    size_t found = 0;
    const auto ask = [&](const auto& how) {
      const auto start = std::clock();
      for (uint64_t i = 0; i < kWalks; ++i) found += how(serial(count / kWalks * i)) ? 1 : 0;
      return since(start) / kWalks;
    };
    const double walk = ask([&](const Bytes& wanted) {
      return find_revoked(list.crl(), wanted, list.crl().issuer).has_value();
    });
    const double index = ask([&](const Bytes& wanted) {
      return list.find(wanted, list.crl().issuer).value().has_value();
    });
    return fmt::format("{:.0f} us a device, {:.0f} times as much{}", walk, walk / index,
                       found == 2 * kWalks ? "" : ", wrong");
  });
  std::filesystem::remove_all(folder);
}
