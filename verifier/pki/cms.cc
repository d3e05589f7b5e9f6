#include "verifier/pki/cms.h"

#include <fmt/format.h>

#include "verifier/pki/der.h"
#include "verifier/pki/public_key.h"

namespace attest {
namespace {

constexpr uint8_t kSignedData[] = {0x2A, 0x86, 0x48, 0x86, 0xF7,
                                   0x0D, 0x01, 0x07, 0x02};  // 1.2.840.113549.1.7.2
// Beyond every version there is (RFC 5652 knows 0 to 5); a wrong one is for the checks to name.
constexpr uint64_t kMaxVersion = 255;

// RFC 5652 section 3: ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT }. Answers with
// a cursor inside the SignedData, and moves `outer` behind the whole.
Result<der::Cursor> enter_signed_data(der::Cursor& outer) {
  auto info = outer.enter(der::kSequence, "contentInfo");
  if (!info) return tl::unexpected(info.error());
  const auto type = info->oid("contentType");
  if (!type) return tl::unexpected(type.error());
  if (!equal(*type, kSignedData))
    return error(fmt::format("contentType: expected signedData ({}), found {}",
                             der::oid_text(kSignedData), der::oid_text(*type)),
                 info->offset() - type->size());
  auto tagged = info->enter(der::context_constructed(0), "content");
  if (!tagged) return tl::unexpected(tagged.error());
  if (const auto done = info->end("contentInfo"); !done) return tl::unexpected(done.error());
  auto data = tagged->enter(der::kSequence, "signedData");
  if (!data) return tl::unexpected(data.error());
  if (const auto done = tagged->end("content"); !done) return tl::unexpected(done.error());
  return data;
}

CmsAlgorithm named(const Algorithm& algorithm) {
  CmsAlgorithm out{.oid = to_bytes(algorithm.oid), .parameters = std::nullopt};
  if (algorithm.parameters) out.parameters = algorithm.parameters->tag;
  return out;
}

Result<void> read_digest_algorithms(der::Cursor& data, Cms& out) {
  auto set = data.enter(der::kSet, "digestAlgorithms");
  if (!set) return tl::unexpected(set.error());
  while (!set->empty()) {
    const auto algorithm = read_algorithm(*set, "digestAlgorithms");
    if (!algorithm) return tl::unexpected(algorithm.error());
    out.digest_algorithms.push_back(named(*algorithm));
  }
  return {};
}

Result<void> read_content(der::Cursor& data, Cms& out) {
  auto info = data.enter(der::kSequence, "encapContentInfo");
  if (!info) return tl::unexpected(info.error());
  const auto type = info->oid("eContentType");
  if (!type) return within("encapContentInfo", type.error());
  out.content_type = to_bytes(*type);
  auto tagged = info->enter(der::context_constructed(0), "eContent");
  if (!tagged) return within("encapContentInfo", tagged.error());
  const auto content = tagged->expect(der::kOctetString, "eContent");
  if (!content) return within("encapContentInfo", content.error());
  out.content = to_bytes(content->body);
  if (const auto done = tagged->end("eContent"); !done)
    return within("encapContentInfo", done.error());
  return info->end("encapContentInfo");
}

// RFC 5652 5.3.
Result<Cms::Signer> read_signer(der::Cursor& signers) {
  auto info = signers.enter(der::kSequence, "signerInfo");
  if (!info) return tl::unexpected(info.error());
  Cms::Signer out;
  const auto version = info->small_integer("version", kMaxVersion);
  if (!version) return tl::unexpected(version.error());
  out.version = *version;
  const auto key_id = info->optional(der::context(0), "sid");
  if (!key_id) return tl::unexpected(key_id.error());
  if (*key_id) {
    out.subject_key_id = to_bytes((*key_id)->body);
  } else if (const auto issuer_and_serial = info->expect(der::kSequence, "sid");
             !issuer_and_serial) {
    return tl::unexpected(issuer_and_serial.error());
  }
  const auto digest = read_algorithm(*info, "digestAlgorithm");
  if (!digest) return tl::unexpected(digest.error());
  out.digest_algorithm = named(*digest);
  const auto signed_attributes = info->optional(der::context_constructed(0), "signedAttrs");
  if (!signed_attributes) return tl::unexpected(signed_attributes.error());
  out.has_signed_attributes = signed_attributes->has_value();
  const auto algorithm = read_algorithm(*info, "signatureAlgorithm");
  if (!algorithm) return tl::unexpected(algorithm.error());
  out.signature_algorithm = named(*algorithm);
  const auto signature = info->expect(der::kOctetString, "signature");
  if (!signature) return tl::unexpected(signature.error());
  out.signature = to_bytes(signature->body);
  if (const auto ecdsa = der::ecdsa_signature(out.signature)) out.ecdsa = *ecdsa;
  const auto unsigned_attributes = info->optional(der::context_constructed(1), "unsignedAttrs");
  if (!unsigned_attributes) return tl::unexpected(unsigned_attributes.error());
  out.has_unsigned_attributes = unsigned_attributes->has_value();
  if (const auto done = info->end("signerInfo"); !done) return tl::unexpected(done.error());
  return out;
}

// RFC 5652 5.1.
Result<void> read_signed_data(der::Cursor& data, Cms& out) {
  const auto version = data.small_integer("version", kMaxVersion);
  if (!version) return tl::unexpected(version.error());
  out.version = *version;
  if (auto read = read_digest_algorithms(data, out); !read) return read;
  if (auto read = read_content(data, out); !read) return read;
  const auto certificates = data.optional(der::context_constructed(0), "certificates");
  if (!certificates) return tl::unexpected(certificates.error());
  out.has_certificates = certificates->has_value();
  const auto crls = data.optional(der::context_constructed(1), "crls");
  if (!crls) return tl::unexpected(crls.error());
  out.has_crls = crls->has_value();
  auto signers = data.enter(der::kSet, "signerInfos");
  if (!signers) return tl::unexpected(signers.error());
  while (!signers->empty()) {
    auto signer = read_signer(*signers);
    if (!signer) return within("signerInfo", signer.error());
    out.signers.push_back(std::move(*signer));
  }
  return data.end("signedData");
}

}  // namespace

Result<Cms> parse_cms(View input, size_t* consumed) {
  der::Cursor outer(input);
  auto data = enter_signed_data(outer);
  if (!data) return within("cms", data.error());
  const auto size = static_cast<size_t>(outer.offset());
  if (size > kMaxCmsBytes)
    return error(fmt::format("cms: expected at most {} bytes, found {}", kMaxCmsBytes, size), 0);
  Cms out;
  if (auto read = read_signed_data(*data, out); !read)
    return within("cms: signedData", read.error());
  out.der = to_bytes(input.first(size));
  if (consumed != nullptr) *consumed = size;
  return out;
}

bool looks_like_cms(View input) {
  const auto info = der::peel(input, der::kSequence);
  const auto type = info ? der::peel(*info, der::kOid) : std::nullopt;
  return type && equal(*type, kSignedData);
}

bool holds_declaration(View input) {
  der::Cursor outer(input);
  auto data = enter_signed_data(outer);
  Cms out;
  if (!data || !data->small_integer("version", kMaxVersion) ||
      !data->expect(der::kSet, "digestAlgorithms") || !read_content(*data, out))
    return false;
  constexpr uint8_t kStructure = 0x15;  // an anonymous TLV structure
  return !out.content.empty() && out.content[0] == kStructure;
}

namespace {

// The elements of a SET that stands under this tag, where it is there: those that are a SEQUENCE.
// Others are counted.
Result<void> read_bag_part(der::Cursor& data, unsigned tag, const char* name,
                           std::vector<Bytes>& out, size_t& others) {
  if (data.peek() != der::context_constructed(tag)) return {};
  auto part = data.enter(der::context_constructed(tag), name);
  if (!part) return tl::unexpected(part.error());
  while (!part->empty()) {
    const auto choice = part->any(name);
    if (!choice) return tl::unexpected(choice.error());
    if (choice->tag == der::kSequence) {
      out.push_back(to_bytes(choice->whole));
    } else {
      ++others;
    }
  }
  return {};
}

}  // namespace

Result<CmsBag> cms_bag(View input) {
  der::Cursor outer(input);
  auto data = enter_signed_data(outer);
  if (!data) return within("pkcs7", data.error());
  if (const auto done = outer.end("pkcs7"); !done) return tl::unexpected(done.error());
  if (const auto version = data->small_integer("version", kMaxVersion); !version)
    return within("pkcs7", version.error());
  for (const auto& [tag, name] :
       {std::pair(der::kSet, "digestAlgorithms"), std::pair(der::kSequence, "encapContentInfo")}) {
    if (const auto skipped = data->expect(tag, name); !skipped)
      return within("pkcs7", skipped.error());
  }
  CmsBag out;
  size_t forms_out_of_use = 0;  // RFC 5652 10.2.2: attribute certificates among them
  if (auto read = read_bag_part(*data, 0, "certificate", out.certificates, forms_out_of_use); !read)
    return within("pkcs7", read.error());
  if (auto read = read_bag_part(*data, 1, "crl", out.crls, out.other_revocation); !read)
    return within("pkcs7", read.error());
  return out;
}

namespace {

bool is_content_info(der::Cursor& cursor, bool with_algorithm) {
  auto info = cursor.enter(der::kSequence, "contentInfo");
  return info && info->oid("contentType") &&
         (!with_algorithm || info->enter(der::kSequence, "contentEncryptionAlgorithm"));
}

// RFC 5652 6.1 and RFC 5083: for whom it is encrypted, and the content.
bool is_enveloped(der::Cursor data) {
  if (!data.small_integer("version", 255) ||
      !data.optional(der::context_constructed(0), "originatorInfo"))
    return false;
  auto recipients = data.enter(der::kSet, "recipientInfos");
  if (!recipients || recipients->empty()) return false;
  if (recipients->peek() == der::kSequence) {
    auto first = recipients->enter(der::kSequence, "recipientInfo");
    if (!first || !first->small_integer("version", 255)) return false;
  }
  return is_content_info(data, true);
}
// RFC 5652 8.
bool is_encrypted(der::Cursor data) {
  return data.small_integer("version", 255) && is_content_info(data, true);
}
// RFC 5652 7.
bool is_digested(der::Cursor data) {
  return data.small_integer("version", 255) && data.enter(der::kSequence, "digestAlgorithm") &&
         is_content_info(data, false) && data.expect(der::kOctetString, "digest");
}

}  // namespace

const char* other_cms(View input) {
  constexpr uint8_t kPkcs7[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07};
  constexpr uint8_t kAuthEnveloped[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D,
                                        0x01, 0x09, 0x10, 0x01, 0x17};
  der::Cursor outer(input);
  auto info = outer.enter(der::kSequence, "contentInfo");
  const auto type = info ? info->oid("contentType") : Result<View>(View{});
  if (!info || !type || !outer.empty()) return nullptr;
  auto tagged = info->enter(der::context_constructed(0), "content");
  auto data = tagged ? tagged->enter(der::kSequence, "content") : std::move(tagged);
  if (!data) return nullptr;
  if (equal(*type, kAuthEnveloped)) return is_enveloped(*data) ? "AuthEnvelopedData" : nullptr;
  if (type->size() != sizeof kPkcs7 + 1 || !equal(type->first(sizeof kPkcs7), kPkcs7))
    return nullptr;
  switch (type->back()) {
    case 3:
      return is_enveloped(*data) ? "EnvelopedData" : nullptr;
    case 5:
      return is_digested(*data) ? "DigestedData" : nullptr;
    case 6:
      return is_encrypted(*data) ? "EncryptedData" : nullptr;
    default:
      return nullptr;
  }
}

}  // namespace attest
