// CurlApi: the functions of libcurl that are used, found by name in the library when it is first
// needed. The only file of this room that includes <curl/...>.
#pragma once

#include <curl/curl.h>

#include <string>

#include "verifier/base/result.h"

namespace attest::dcl {

struct CurlApi {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_reset) easy_reset = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;
  decltype(&::curl_url) url = nullptr;
  decltype(&::curl_url_set) url_set = nullptr;
  decltype(&::curl_url_get) url_get = nullptr;
  decltype(&::curl_url_cleanup) url_cleanup = nullptr;
  decltype(&::curl_free) free = nullptr;
  decltype(&::curl_getdate) getdate = nullptr;
  decltype(&::curl_multi_init) multi_init = nullptr;
  decltype(&::curl_multi_setopt) multi_setopt = nullptr;
  decltype(&::curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&::curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&::curl_multi_perform) multi_perform = nullptr;
  decltype(&::curl_multi_info_read) multi_info_read = nullptr;
  decltype(&::curl_multi_poll) multi_poll = nullptr;
  decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
};

// Loads libcurl once and for all threads. Fails when it is not installed or too old, and says what
// to install.
Result<const CurlApi*> curl_api();

// RFC 3986 5: where a Location leads, which may be relative to the URL that answered.
Result<std::string> redirect_target(const CurlApi& api, const std::string& url,
                                    const std::string& location);

// What went wrong on the wire, in a word or two: "no such host", "timed out".
const char* curl_meaning(CURLcode code);

}  // namespace attest::dcl
