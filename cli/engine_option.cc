#include "cli/engine_option.h"

#include <fmt/format.h>

#include "engines/crypto_mb.h"
#include "engines/ippcp.h"

namespace attest::cli {

void add_engine_option(Command& command, EngineOption& option) {
  command.group(Group::decide)
      .choice("--engine", {"auto", "openssl", "crypto_mb"}, option.engine,
              option.of_one
                  ? "what checks the signatures (default auto: OpenSSL, for one device)"
                  : "what checks the signatures (default auto: the fastest that is there)")
      .list("--engine-library", "FILE", option.libraries,
            "Intel's libcrypto_mb.so or libippcp.so (ML-DSA), when not where libraries are; "
            "repeatable");
}

namespace {

using Engine = std::shared_ptr<SignatureEngine>;
Engine openssl() {
  return {&openssl_engine(), [](SignatureEngine*) {}};  // lives as long as the program
}

// Of the libraries that were named, which one is which shows when they are loaded.
struct Named {
  Engine fast;         // null: none of them
  std::string ml_dsa;  // the file
};
Result<Named> named_engines(const EngineOption& option) {
  Named out;
  for (const std::string& library : option.libraries) {
    auto fast = load_crypto_mb(library);
    if (fast) {
      out.fast = Engine(std::move(*fast));
      continue;
    }
    const auto ml_dsa = with_ippcp(openssl(), library);
    if (!ml_dsa)
      return error(
          fmt::format("--engine-library {}: expected libcrypto_mb or libippcp, found neither: {}; "
                      "{} (MATTER_ATTEST_ENGINE_LIBRARY counts as --engine-library)",
                      library, fast.error().what, ml_dsa.error().what));
    out.ml_dsa = library;
  }
  return out;
}

}  // namespace

Result<Engine> engine_from(const EngineOption& option) {
  auto named = named_engines(option);  // one that was named has to do
  if (!named) return tl::unexpected(named.error());
  Engine engine = openssl();
  const bool looks = option.engine == "crypto_mb" || (option.engine == "auto" && !option.of_one);
  if (looks || (option.engine == "auto" && named->fast != nullptr)) {
    if (looks && named->fast == nullptr) {
      auto found = load_crypto_mb("");
      if (!found && option.engine == "crypto_mb") return tl::unexpected(found.error());
      if (found) named->fast = Engine(std::move(*found));
    }
    if (named->fast != nullptr) engine = named->fast;
  }
  return named->ml_dsa.empty() ? Result<Engine>(with_ippcp_where_needed(std::move(engine)))
                               : with_ippcp(std::move(engine), named->ml_dsa);
}

}  // namespace attest::cli
