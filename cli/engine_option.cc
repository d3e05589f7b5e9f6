#include "cli/engine_option.h"

#include "engines/crypto_mb.h"
#include "engines/ippcp.h"

namespace attest::cli {

void add_engine_option(Command& command, EngineOption& option) {
  command.group(Group::decide)
      .choice("--engine", {"auto", "openssl", "crypto_mb"}, option.engine,
              "what checks the signatures (default auto: the fastest that is there)")
      .list("--engine-library", "FILE", option.libraries,
            "Intel's libcrypto_mb.so or libippcp.so (ML-DSA), when not where libraries are; "
            "repeatable");
}

namespace {

using Engine = std::shared_ptr<SignatureEngine>;

// Of the libraries that were named, which one is which shows when they are loaded.
Result<Engine> named_engine(const EngineOption& option, Engine engine) {
  std::string ml_dsa;
  bool fast = false;
  for (const std::string& library : option.libraries) {
    if (auto mb = load_crypto_mb(library); mb && option.engine != "openssl") {
      engine = Engine(std::move(*mb));
      fast = true;
    } else if (with_ippcp(engine, library)) {
      ml_dsa = library;
    } else if (!mb) {
      return tl::unexpected(mb.error());
    }
  }
  if (option.engine == "crypto_mb" && !fast) {
    auto mb = load_crypto_mb("");
    if (!mb) return tl::unexpected(mb.error());
    engine = Engine(std::move(*mb));
  }
  return ml_dsa.empty() ? Result<Engine>(with_ippcp_where_needed(engine))
                        : with_ippcp(engine, ml_dsa);
}

}  // namespace

Result<Engine> engine_from(const EngineOption& option) {
  const Engine openssl(&openssl_engine(), [](SignatureEngine*) {});  // lives as long as the program
  // A library that was named has to do.
  if (!option.libraries.empty() || option.engine == "crypto_mb")
    return named_engine(option, openssl);
  Engine engine = openssl;
  if (option.engine == "auto") {
    if (auto fast = load_crypto_mb("")) engine = Engine(std::move(*fast));
  }
  return with_ippcp_where_needed(engine);
}

}  // namespace attest::cli
