// What a client sends, whatever it is: targets, media types and forms. What is taken lies inside
// what came, and a decoded path holds nothing that an encoded one may hide.
#include <algorithm>
#include <cstdlib>

#include "serve/http/address.h"
#include "serve/http/media_type.h"
#include "serve/http/multipart.h"
#include "serve/judge/upload.h"
#include "serve/judge/wire.h"

using namespace attest;
using namespace attest::serve;

namespace {

void must(bool holds) {
  if (!holds) abort();
}
bool is_printable(std::string_view s) {
  return std::none_of(s.begin(), s.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View bytes(data, size);
  const std::string all(text(bytes));
  HttpRequest request;
  request.target = all;
  if (take_target(request)) {
    must(request.path.starts_with('/') && is_printable(request.path));
    for (const auto& [name, value] : request.query) must(is_printable(name + value));
  }
  request.headers = {{"host", all}, {"origin", all}, {"content-length", all}};
  if (!refuse_host(request, {})) must(is_printable(all));
  (void)refuse_origin(request);
  (void)refuse_framing(request);
  if (const auto type = media_type(all)) must(type->boundary.size() <= 70 && !type->name.empty());
  constexpr const char* kOffered[] = {"application/json", "text/html"};
  (void)accepted(all, kOffered);
  if (const auto parts = parse_multipart(bytes, "b")) {
    must(parts->size() <= kMostParts);
    const uint8_t* last = data;
    for (const Part& part : *parts) {
      if (part.content.empty()) continue;
      must(part.content.data() >= last && part.content.data() + part.content.size() <= data + size);
      last = part.content.data() + part.content.size();
    }
  }
  const auto upload = read_upload(bytes, "multipart/form-data; boundary=b");
  must(upload ? upload->has_evidence() : upload.error().status >= 400);
  if (upload) {
    for (const UploadedFile& file : upload->evidence) must(is_printable(file.name));
  }
  (void)job_from(all);
  (void)answer_from({.head = all, .body = all, .handles = {}});
  return 0;
}
