// A ledger for the lot of lot_maker, served until it is told to stop: PAAs, and the PAI's
// revocation list with so many serial numbers, among them those of the devices 333, 1333, 2333, …
// Writes the PAAs into FOLDER, and prints its URL.
//   lot_ledger SERIALS PAAS FOLDER
#include "fixtures/ledger/lot_ledger.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>

#include "fixtures/ledger/ledger_server.h"
#include "tests/bench/lot_plan.h"
#include "verifier/pki/key.h"

using namespace attest;

namespace {

// 16 octets, as a certification authority draws them.
Bytes drawn(uint64_t n) {
  const Sha256 digest = sha256(view(fmt::format("{}", n)));
  Bytes out(digest.begin(), digest.begin() + 16);
  out[0] = static_cast<uint8_t>((out[0] & 0x3F) | 0x40);
  return out;
}

std::vector<Bytes> revoked(size_t count) {
  std::vector<Bytes> out;
  out.reserve(count);
  for (uint64_t device = 333; out.size() < count / 1000; device += 1000)
    out.push_back(forge::numbered_serial(device));
  while (out.size() < count) out.push_back(drawn(out.size()));
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return fmt::print(stderr, "usage: lot_ledger SERIALS PAAS FOLDER\n"), 2;
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigaddset(&end, SIGINT);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);  // the server's threads, too: main waits for them
  const std::vector<Bytes> paas = fixtures::lot_paas(std::strtoul(argv[2], nullptr, 10));
  for (size_t i = 0; i < paas.size(); ++i)
    std::ofstream(fmt::format("{}/paa-{:03}.pem", argv[3], i)) << to_pem("CERTIFICATE", paas[i]);
  fixtures::LedgerServer server({}, {});
  if (!server.start()) return fmt::print(stderr, "lot_ledger: no port is free\n"), 2;
  auto facts = fixtures::lot_ledger(bench::lot_plan(), server.url(), paas,
                                    revoked(std::strtoul(argv[1], nullptr, 10)));
  facts.time = {std::time(nullptr)};  // of its newest block
  server.set_facts(std::move(facts));
  fmt::print("{}\n", server.url());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&end, &signal);
  server.stop();
}
