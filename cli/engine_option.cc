#include "cli/engine_option.h"

#include "engines/crypto_mb.h"

namespace attest::cli {

void add_engine_option(Command& command, EngineOption& option) {
  command.group(Group::decide)
      .choice("--engine", {"auto", "openssl", "crypto_mb"}, option.engine,
              "what checks the signatures (default auto: the fastest that is there)")
      .text("--engine-library", "FILE", option.library,
            "where Intel's libcrypto_mb.so is, when not where libraries are");
}

Result<std::shared_ptr<SignatureEngine>> engine_from(const EngineOption& option) {
  const std::shared_ptr<SignatureEngine> openssl(
      &openssl_engine(), [](SignatureEngine*) {});  // lives as long as the program
  if (option.engine == "openssl") return openssl;
  auto fast = load_crypto_mb(option.library);
  if (fast) return std::shared_ptr<SignatureEngine>(std::move(*fast));
  // A library that was named has to do.
  if (option.engine == "crypto_mb" || !option.library.empty()) return tl::unexpected(fast.error());
  return openssl;
}

}  // namespace attest::cli
