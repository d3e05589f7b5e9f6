// The OpenAPI document: derived from the table of routes, so that it cannot say anything else.
#pragma once

#include "serve/http/routes.h"
#include "verifier/base/json.h"

namespace attest::serve {

// `asks_who`: users or tokens are asked for.
Json openapi(const Routes& routes, bool asks_who);

}  // namespace attest::serve
