// Carving a large raw file: carve_bench FILE [times]. Prints the speed of the search and of the
// whole reading (with the file's SHA-256), and the memory that the process itself took. Beside it:
// time grep -c 'CERTIFICATE' FILE.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "codecs/loader.h"
#include "verifier/readers/containers/carve.h"

using namespace attest;

namespace {

template <class Work>
double seconds(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const int file = open(argv[1], O_RDONLY);
  struct stat about {};
  if (file < 0 || fstat(file, &about) != 0 || about.st_size == 0) return 2;
  const auto size = static_cast<size_t>(about.st_size);
  void* mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (mapped == MAP_FAILED) return 2;
  const View bytes(static_cast<const uint8_t*>(mapped), size);
  const double megabytes = static_cast<double>(size) / 1e6;
  for (int round = argc > 2 ? std::atoi(argv[2]) : 3; round > 0; --round) {
    Reading reading;
    reading.codecs = &codecs::direct();
    EvidenceFile entry;
    reading.current = &entry;
    const double search = seconds([&] { (void)carve({.path = argv[1], .bytes = bytes}, reading); });
    Reading whole;
    whole.codecs = &codecs::direct();
    const double all =
        seconds([&] { (void)read_evidence({.path = argv[1], .bytes = bytes}, whole); });
    fmt::print("carve {:.0f} MB/s, recognised, carved and digested {:.0f} MB/s, {} statements\n",
               megabytes / search, megabytes / all, whole.device.statements.size());
  }
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("peak {} KiB resident, of which the mapped file {} KiB\n", usage.ru_maxrss,
             size / 1024);
  return 0;
}
