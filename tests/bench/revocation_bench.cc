// What a list of a million serials costs a device: by the index that the cache keeps beside it, and by walking it. Each
// part runs in a process of its own, so that its peak memory is its own.
//   revocation_bench [SERIALS]
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "dcl/list_file.h"
#include "verifier/crypto.h"

using namespace attest;
using namespace attest::dcl;

namespace {

constexpr size_t kLookups = 20'000, kWalks = 20;

Bytes wrapped(uint8_t tag, const Bytes& body) {
  Bytes out{tag};
  if (body.size() < 0x80) {
    out.push_back(static_cast<uint8_t>(body.size()));
  } else {
    out.push_back(0x84);
    for (const unsigned shift : {24u, 16u, 8u, 0u}) out.push_back(static_cast<uint8_t>(body.size() >> shift));
    // Minimal lengths are the rule: drop the zeros in front.
    while (out[2] == 0) {
      out.erase(out.begin() + 2);
      --out[1];
    }
  }
  out.insert(out.end(), body.begin(), body.end());
  return out;
}
Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}
Bytes octets(const char* hex_digits) { return *from_hex(hex_digits); }

// 16 octets, as a certification authority draws them.
Bytes serial(uint64_t n) {
  const Sha256 digest = sha256(view(fmt::format("{}", n)));
  Bytes out(digest.begin(), digest.begin() + 16);
  out[0] = static_cast<uint8_t>((out[0] & 0x3F) | 0x40);
  return out;
}

Bytes list_of(uint64_t count) {
  const Bytes algorithm = octets("300a06082a8648ce3d040302"), name = octets("300f310d300b06035504030c0442656e63");
  const Bytes date = octets("170d3236303130313030303030305a"), due = octets("180f32303939303130313030303030305a");
  Bytes entries;
  entries.reserve(count * 40);
  for (uint64_t i = 0; i < count; ++i) {
    const Bytes one = wrapped(0x30, joined({wrapped(0x02, serial(i)), date}));
    entries.insert(entries.end(), one.begin(), one.end());
  }
  const Bytes tbs = wrapped(0x30, joined({octets("020101"), algorithm, name, date, due, wrapped(0x30, entries)}));
  return wrapped(0x30, joined({tbs, algorithm, octets("0309003006020101020101")}));
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

double since(std::chrono::steady_clock::time_point start) { return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count(); }

}  // namespace

int main(int argc, char** argv) {
  const uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("revocation-bench-{}", getpid());
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
    const auto start = std::chrono::steady_clock::now();
    const auto file = MappedFile::open(der);
    auto crl = parse_crl((*file)->view(), *file);
    if (!crl) return fmt::format("cannot be read: {}", crl.error().what);
    const RevokedList list(std::move(*crl));
    const auto written = ListFile::write(path, {.url = "bench", .validators = {}, .digest = ""}, list, {0});
    return fmt::format("{:.0f} ms{}", since(start) / 1000, written ? "" : written.error().what);
  });
  apart("open it and ask once", [&] {
    const auto start = std::chrono::steady_clock::now();
    const auto file = ListFile::open(path);
    const auto found = (*file)->list->find(serial(7), (*file)->list->crl().issuer);
    return fmt::format("{:.0f} us, {}", since(start), found && *found ? "revoked" : "wrong");
  });
  apart("ask by the index", [&] {
    const auto file = ListFile::open(path);
    const auto& list = *(*file)->list;
    size_t wrong = 0;
    const auto start = std::chrono::steady_clock::now();
    for (uint64_t i = 0; i < kLookups; ++i) {
      // Half of them are on the list.
      const auto found = list.find(serial(i * (2 * count / kLookups)), list.crl().issuer);
      wrong += !found || found->has_value() != (i * (2 * count / kLookups) < count) ? 1 : 0;
    }
    return fmt::format("{:.2f} us a device, {} wrong", since(start) / kLookups, wrong);
  });
  apart("ask by walking", [&] {
    const auto file = ListFile::open(path);
    const auto& list = *(*file)->list;
    size_t found = 0;
    const auto ask = [&](const auto& how) {
      const auto start = std::chrono::steady_clock::now();
      for (uint64_t i = 0; i < kWalks; ++i) found += how(serial(count / kWalks * i)) ? 1 : 0;
      return since(start) / kWalks;
    };
    const double walk = ask([&](const Bytes& wanted) { return find_revoked(list.crl(), wanted, list.crl().issuer).has_value(); });
    const double index = ask([&](const Bytes& wanted) { return list.find(wanted, list.crl().issuer).value().has_value(); });
    return fmt::format("{:.0f} us a device, {:.0f} times as much{}", walk, walk / index, found == 2 * kWalks ? "" : ", wrong");
  });
  std::filesystem::remove_all(folder);
}
