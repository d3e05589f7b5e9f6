#include "dcl/certificate_list.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "dcl/first_pem.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/der.h"
#include "verifier/pki/name.h"
#include "verifier/pki/subject_id.h"

namespace attest::dcl {
namespace {

// What its key says, which has to be readable for it to be kept at all.
UnreadEntry filed_under(const std::string& key, std::string why) {
  UnreadEntry out;
  out.why = std::move(why);
  const size_t slash = key.find('/');
  const std::string id = key.substr(0, slash);
  if (const auto bytes = from_hex(id)) out.subject_key_id = key_id(*bytes);
  out.about = out.subject_key_id ? hex_colons(*out.subject_key_id) : printable(id);
  auto subject = from_base64(slash == std::string::npos ? std::string_view()
                                                        : std::string_view(key).substr(slash + 1));
  if (!subject || subject->empty()) return out;
  der::Cursor cursor(*subject);
  if (const auto name = read_name(cursor, "subject")) {
    if (const auto vid = readable_id(subject_ids(*name).vendor)) out.vids.insert(*vid);
  }
  out.subject = std::move(*subject);
  return out;
}

void add_what_it_says(UnreadEntry& out, const Json& entry) {
  const Json* certs = entry.find("certs");
  if (certs == nullptr || certs->array() == nullptr) return;
  out.is_root = !certs->array()->empty() &&
                std::all_of(certs->array()->begin(), certs->array()->end(), [](const Json& one) {
                  const Json* root = one.find("isRoot");
                  return root != nullptr && root->boolean().value_or(false);
                });
  for (const Json& one : *certs->array()) {
    const Json* value = one.find("vid");
    const auto vid = value == nullptr ? std::nullopt : value->natural();
    if (vid && *vid != 0 && *vid <= 0xFFFF) out.vids.insert(static_cast<uint16_t>(*vid));
  }
}

void add_unread(CertificateList& list, const CachedRecord& record, const CertificateEntry* entry,
                const std::string& why) {
  UnreadEntry filed = filed_under(record.key, why);
  add_what_it_says(filed, record.object);
  std::vector<UnreadEntry> others;
  for (const std::string& pem : pem_of(record.object)) {
    const auto der = first_pem(pem);
    const auto certificate = der ? parse_certificate(*der) : Result<CertificatePtr>(error(""));
    const bool is_read =
        der && entry != nullptr &&
        std::any_of(entry->certificates.begin(), entry->certificates.end(),
                    [&](const EntryCertificate& one) { return one.certificate.der == *der; });
    if (!certificate || is_read) continue;
    const auto vid = (*certificate)->vid();
    if (vid) filed.vids.insert(*vid);
    const auto id = (*certificate)->skid();
    if (!id || filed.may_be(*id, (*certificate)->subject.der)) continue;
    UnreadEntry own{.subject_key_id = *id,
                    .subject = to_bytes((*certificate)->subject.der),
                    .vids = {},
                    .is_root = filed.is_root,
                    .about = hex_colons(*id),
                    .why = why};
    if (vid) own.vids.insert(*vid);
    others.push_back(std::move(own));
  }
  list.unread.push_back(std::move(filed));
  for (UnreadEntry& one : others) list.unread.push_back(std::move(one));
}

}  // namespace

const UnreadEntry* CertificateList::unread_of(const KeyId& id, View subject) const {
  const auto found = std::find_if(unread.begin(), unread.end(),
                                  [&](const UnreadEntry& u) { return u.may_be(id, subject); });
  return found == unread.end() ? nullptr : &*found;
}

CertificateList certificate_list(const std::vector<CachedRecord>& records) {
  CertificateList out;
  for (const CachedRecord& record : records) {
    const auto entry = certificate_entry(record.object);
    if (!entry) {
      add_unread(out, record, nullptr, entry.error().what);
      continue;
    }
    for (const EntryCertificate& one : entry->certificates)
      out.certificates.insert(one.certificate.der);
    if (!entry->unread.empty()) add_unread(out, record, &*entry, entry->unread.front().why);
  }
  return out;
}

}  // namespace attest::dcl
