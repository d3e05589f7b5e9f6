// A lot of eFuse summaries against its bound: opening and reading each file once, looking for the
// word that it is known by, parsing its JSON once. Everything else that `matter-attest lot` does
// with them is what the ratio shows: whose file it is, reading it as every reader might, judging,
// writing. Processor time, of one job. Usage: summaries_bench MATTER_ATTEST [COUNT]

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "verifier/base/bytes.h"
#include "verifier/base/contains.h"
#include "verifier/base/json.h"

namespace fs = std::filesystem;
using namespace attest;

namespace {

constexpr size_t kRounds = 5;

// A part of an ESP32-C3, locked for release but for its JTAG through USB: some hundred fuses, as
// many as the tool lists.
std::string summary_of(size_t number) {
  struct Fuse {
    const char *name, *value, *raw;
    int block, bits;
    bool writeable;
  };
  constexpr Fuse kFuses[] = {{"SPI_BOOT_CRYPT_CNT", "Enable", "0x7", 0, 3, false},
                             {"SECURE_BOOT_EN", "True", "0x1", 0, 1, true},
                             {"DIS_PAD_JTAG", "True", "0x1", 0, 1, true},
                             {"DIS_USB_JTAG", "False", "0x0", 0, 1, true},
                             {"SOFT_DIS_JTAG", "0", "0x0", 0, 3, true},
                             {"DIS_DIRECT_BOOT", "True", "0x1", 0, 1, true},
                             {"DIS_DOWNLOAD_ICACHE", "True", "0x1", 0, 1, true},
                             {"DIS_DOWNLOAD_MANUAL_ENCRYPT", "True", "0x1", 0, 1, true},
                             {"DIS_DOWNLOAD_MODE", "False", "0x0", 0, 1, true},
                             {"ENABLE_SECURITY_DOWNLOAD", "False", "0x0", 0, 1, true},
                             {"DIS_ICACHE", "False", "0x0", 0, 1, false},
                             {"RD_DIS", "1", "0x1", 0, 7, false},
                             {"SECURE_VERSION", "1", "0x1", 0, 16, true},
                             {"KEY_PURPOSE_0", "XTS_AES_128_KEY", "0x4", 0, 4, false},
                             {"KEY_PURPOSE_1", "SECURE_BOOT_DIGEST0", "0x9", 0, 4, false}};
  constexpr size_t kAll = 100;
  Json out{Json::Object{}};
  const auto add = [&](const std::string& name, Json value, const std::string& raw, int block,
                       int bits, bool readable, bool writeable) {
    Json fuse{Json::Object{}};
    fuse.set("bit_len", bits).set("block", block).set("category", "security");
    fuse.set("description", fmt::format("What {} stands for, in some words", name));
    fuse.set("efuse_type", fmt::format("uint:{}", bits)).set("name", name).set("pos", 4);
    fuse.set("raw_value", raw).set("readable", readable).set("value", std::move(value));
    fuse.set("word", 2).set("writeable", writeable);
    out.set(name, std::move(fuse));
  };
  for (const Fuse& f : kFuses) {
    const std::string_view value = f.value;
    add(f.name, value == "True" || value == "False" ? Json(value == "True") : Json(value), f.raw,
        f.block, f.bits, true, f.writeable);
  }
  const std::string mac = fmt::format("60:55:49:{:02x}:{:02x}:{:02x}", number >> 16 & 0xFF,
                                      number >> 8 & 0xFF, number & 0xFF);
  add("MAC", mac + " (OK)", fmt::format("0x605549{:06x}", number), 1, 48, true, false);
  for (int block = 0; block < 6; ++block) {
    std::string bytes, hex;
    for (int i = 0; i < 32; ++i) {
      const int byte = block == 1 ? 0x11 + 7 * i : 0;
      bytes += i == 0 ? "" : " ";
      bytes += block == 0 ? std::string("??") : fmt::format("{:02x}", byte);
      hex += fmt::format("{:02x}", byte);
    }
    add(fmt::format("BLOCK_KEY{}", block), bytes, "0x" + hex, 4 + block, 256, block != 0,
        block > 1);
  }
  for (size_t i = out.object()->size(); i < kAll; ++i)
    add(fmt::format("CALIBRATION_{}", i), Json(static_cast<uint64_t>(i)), fmt::format("0x{:x}", i),
        2, 8, true, true);
  return dump_pretty(out);
}

fs::path folder_of(const fs::path& lot, size_t number) {
  return lot / fmt::format("part-{:05}", number);
}
void write_lot(const fs::path& lot, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    fs::create_directories(folder_of(lot, i));
    std::ofstream(folder_of(lot, i) / "efuse.json", std::ios::binary) << summary_of(i);
  }
}

double seconds(const rusage& used) {
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

// Negative: something of it is not as it was written.
double bound(const fs::path& lot, size_t count) {
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  for (size_t i = 0; i < count; ++i) {
    const std::string path = folder_of(lot, i) / "efuse.json";
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about {};
    if (fd < 0 || ::fstat(fd, &about) != 0) return -1;
    std::string all(static_cast<size_t>(about.st_size), '\0');
    const bool whole = ::read(fd, all.data(), all.size()) == about.st_size;
    ::close(fd);
    const auto json = parse_json(all);
    if (!whole || !contains(all, "\"writeable\"") || !json || json->find("MAC") == nullptr)
      return -1;
  }
  getrusage(RUSAGE_SELF, &after);
  return seconds(after) - seconds(before);
}

double lot_time(const std::string& program, const fs::path& lot) {
  std::string words[] = {program,    "lot",    "--network", "none",      "--jobs",    "1",
                         "--format", "ndjson", "-o",        "/dev/null", lot.string()};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const bool begun =
      ::posix_spawn(&child, program.c_str(), &files, nullptr, arguments.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&files);
  int status = 0;
  rusage used{};
  // (Nothing tells of attestation there: such parts are undecided.)
  if (!begun || ::wait4(child, &status, 0, &used) != child || !WIFEXITED(status) ||
      WEXITSTATUS(status) == 2 || WEXITSTATUS(status) > 3)
    return -1;
  return seconds(used);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const size_t count = argc == 3 ? static_cast<size_t>(std::atol(argv[2])) : 10'000;
  if (argc < 2 || argc > 3 || count == 0)
    return std::fprintf(stderr, "usage: summaries_bench MATTER_ATTEST [COUNT]\n"), 2;
  std::string name = (fs::temp_directory_path() / "summaries-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 1;
  const fs::path lot = name;
  write_lot(lot, count);
  std::vector<double> bounds, lots;
  bool done = true;
  // In turn: what else the machine does meets both.
  for (size_t round = 0; round < kRounds && done; ++round) {
    bounds.push_back(bound(lot, count));
    lots.push_back(lot_time(argv[1], lot));
    done = bounds.back() >= 0 && lots.back() >= 0;
  }
  fs::remove_all(lot);
  if (!done) return std::fprintf(stderr, "summaries_bench: the lot was not judged\n"), 1;
  const double each = 1e6 / static_cast<double>(count);
  fmt::print(
      "{} summaries: read and parsed in {:.0f} us each, judged as a lot in {:.0f} us each, "
      "ratio {:.2f}\n",
      count, median(bounds) * each, median(lots) * each, median(lots) / median(bounds));
  return 0;
}
