#include "dcl/curl_api.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "dcl/network.h"

namespace attest::dcl {
namespace {

template <class F>
bool bind(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(dlsym(library, name));
  return function != nullptr;
}

Result<CurlApi> load_api() {
  void* library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) library = dlopen("libcurl-gnutls.so.4", RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr)
    return error(
        "libcurl.so.4 is not installed (Debian: apt install libcurl4); without it only caches and "
        "snapshots can be read");
  CurlApi api;
  const bool whole =
      bind(library, "curl_global_init", api.global_init) &&
      bind(library, "curl_easy_init", api.easy_init) &&
      bind(library, "curl_easy_reset", api.easy_reset) &&
      bind(library, "curl_easy_cleanup", api.easy_cleanup) &&
      bind(library, "curl_easy_setopt", api.easy_setopt) &&
      bind(library, "curl_easy_getinfo", api.easy_getinfo) &&
      bind(library, "curl_easy_strerror", api.easy_strerror) &&
      bind(library, "curl_slist_append", api.slist_append) &&
      bind(library, "curl_slist_free_all", api.slist_free_all) &&
      bind(library, "curl_getdate", api.getdate) &&
      bind(library, "curl_multi_init", api.multi_init) &&
      bind(library, "curl_multi_setopt", api.multi_setopt) &&
      bind(library, "curl_multi_add_handle", api.multi_add_handle) &&
      bind(library, "curl_multi_remove_handle", api.multi_remove_handle) &&
      bind(library, "curl_multi_perform", api.multi_perform) &&
      bind(library, "curl_multi_info_read", api.multi_info_read) &&
      bind(library, "curl_multi_poll", api.multi_poll) &&
      bind(library, "curl_multi_cleanup", api.multi_cleanup) &&
      bind(library, "curl_url", api.url) && bind(library, "curl_url_set", api.url_set) &&
      bind(library, "curl_url_get", api.url_get) &&
      bind(library, "curl_url_cleanup", api.url_cleanup) && bind(library, "curl_free", api.free);
  if (!whole) return error("libcurl.so.4 is too old: expected 7.85 or newer");
  if (api.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return error("libcurl could not be initialised");
  return api;
}

}  // namespace

Result<const CurlApi*> curl_api() {
  static const Result<CurlApi> api = load_api();
  if (!api) return tl::unexpected(api.error());
  return &*api;
}

Result<std::string> redirect_target(const CurlApi& api, const std::string& url,
                                    const std::string& location) {
  CURLU* parts = api.url();
  char* text = nullptr;
  const bool good = api.url_set(parts, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
                    api.url_set(parts, CURLUPART_URL, location.c_str(),
                                CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                    api.url_get(parts, CURLUPART_URL, &text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
  std::string out = text != nullptr ? text : "";
  api.free(text);
  api.url_cleanup(parts);
  if (!good)
    return error(
        fmt::format("redirected to \"{}\", expected a URL", shown_url(without_query(location))));
  return out;
}

const char* curl_meaning(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "no such host";
    case CURLE_COULDNT_CONNECT:
      return "no connection";
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
      return "the answer was cut off";
    case CURLE_OPERATION_TIMEDOUT:
      return "timed out";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return "TLS";
    case CURLE_URL_MALFORMAT:
      return "not a URL";
    case CURLE_BAD_CONTENT_ENCODING:
      return "the answer's content encoding is broken";
    default:
      return "failed";
  }
}

}  // namespace attest::dcl
