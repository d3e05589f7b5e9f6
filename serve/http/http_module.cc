#include <fmt/format.h>

#include "codecs/loader.h"
#include "serve/http/http_server.h"

namespace attest::serve {

Result<std::unique_ptr<HttpServer>> http_server(const HttpOptions& options, Front& front) {
  const auto symbol = module_symbol("matter-attest-http.so", "serve", kHttpSymbol);
  if (!symbol) return tl::unexpected(symbol.error());
  const auto make = reinterpret_cast<decltype(&matter_attest_http)>(*symbol);
  std::string wrong;
  std::unique_ptr<HttpServer> out(make(MATTER_ATTEST_VERSION, options, front, wrong));
  if (!out) return error(wrong);
  return out;
}

}  // namespace attest::serve
