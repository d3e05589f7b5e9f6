// Reader: how one kind of file becomes statements about a device. One file a format, each with a
// `Reader` constant; the explicit ordered list is in formats.h. Recognition is by content, never
// by name.
//
// A reader that recognises its format reads what is undamaged, reports what is damaged with its
// offset, and never fails the whole for one broken item. Containers (archives, flash images, hex
// files) hand what they hold back to read_inside, which recognises again; depth, count and total
// size of what is unpacked are bounded by the Budget.
#pragma once

#include "verifier/matter/ota_image.h"
#include "verifier/readers/codecs.h"
#include "verifier/readers/device.h"

namespace attest {

// One file of the evidence, as the report lists it.
struct EvidenceFile {
  std::string path;
  std::string kind;  // docs/formats.md
  Sha256 sha256{};
  uint64_t size = 0;
  std::vector<std::string> holds;  // "dac", "pai", "cd", "dac-key", "factory", ...
};

// What opens encrypted containers: raw bytes (hex:, files) or a passphrase (pass:). Never shown. A
// reader that finds a key adds it to Reading::secrets.
struct Secret {
  Bytes bytes;
  bool passphrase = false;
  bool guess = false;  // bytes of the evidence that may be a key: that they do not fit says nothing
  bool given = false;  // by the tester (--unlock): that it does not fit is no fault of the part
  bool opened = false;  // of a given one: it fitted something
};

struct Budget {
  unsigned depth = 8;                    // containers inside containers
  unsigned files = 100'000;              // members of all containers together
  uint64_t unpacked_bytes = 2ull << 30;  // of all members together
};

struct Reading;  // the state of one evidence set being read

// One thing to be read: a file, or a member of a container.
struct Source {
  std::string path;
  View bytes;
  uint64_t base = 0;    // offset of bytes[0] in the file that `path` names (partitions of an image
                        // keep device offsets)
  bool member = false;  // inside a container or folder: nobody named it
  bool sparse = false;  // of records or blocks with addresses, which leave out what is erased:
                        // what does not stand behind `bytes` is not cut off
};

// What is looked for in a file beside what its reader takes (loose_credentials.h).
enum class Rest : uint8_t {
  nothing,        // it takes all there is
  values,         // credentials in all of its text, or in its strings where it is JSON
  around_blocks,  // the same in the text around its blocks of PEM
  lists_and_keys  // in a log, which prints other certificates and declarations as well
};

// What a file of a kind consists of. Text in another encoding than UTF-8, or with the noise of a
// line in it, is read as what it says (text/decoded_text.h); bytes have letters among them by
// chance.
enum class Content : uint8_t {
  text,
  json,    // text; a byte in it that is not UTF-8 is damage
  bytes,   // also text of which each byte counts: slots, or what a check of its own judges
  der,     // bytes: one value of DER, which says itself where it ends
  scraps,  // few bytes of any sort: text where they say something as text
};

struct Reader {
  const char* kind;     // as in docs/formats.md
  const char* expects;  // "an X.509 certificate": for messages about what was expected
  Content content;
  bool (*recognises)(const Source&);  // cheap: a magic number, a first line
  // Adds statements to reading.device and names of what was found to reading.current->holds. An
  // Error says that the file is of this kind and cannot be read at all.
  Result<void> (*read)(const Source&, Reading&);
  Rest rest = Rest::nothing;
};

// A path that was handed over and is no evidence, or a place in one, and why it counts for nothing:
// every report names it.
struct NotUsed {
  std::string path;
  std::string why;

  bool operator==(const NotUsed&) const = default;
};
// How the reason of a picture that may be a label's begins.
inline constexpr const char* kLabelNotChecked = "label not checked";

// A software image found among the evidence.
struct OtaImageFile {
  Place place;
  OtaImage image;
};

// Something encrypted. Files come in any order, so what opens it may be read later: `open` is asked
// again whenever the evidence has brought new secrets, and owns the bytes that it needs for that.
struct Locked {
  Place place;
  std::string what;  // "NVS partition": for messages
  std::function<bool(Reading&)>
      open;  // tries reading.secrets; true: one fitted, and what is inside was read
  std::optional<size_t> file;  // of Reading::files; filled in when the reader returns
  bool only_a_key = false;     // nothing but a private key is inside: no other evidence waits there
  bool by_own_keys = false;    // the part brings the key: one that does not fit is the part's fault
};

struct CrlEvidence;            // verifier/gather/revocation.h
struct RevocationSetEvidence;  // verifier/gather/evidence.h

struct Reading {
  Device device;
  // Revocation lists that lie beside all devices of a lot (lot/shared.h): read once for all of
  // them, and of this one as if it had brought them. Null: none.
  std::shared_ptr<const std::vector<CrlEvidence>> shared_lists;
  // The same of revocation sets, and of those that --revocation-set names.
  std::shared_ptr<const std::vector<RevocationSetEvidence>> shared_sets, given_sets;
  std::vector<EvidenceFile> files;
  std::vector<NotUsed> not_used;
  std::vector<Secret> secrets;
  Budget budget;
  Codecs* codecs = nullptr;  // what opens archives, pictures and CBOR; without it they are refused

  // Opens now or keeps it for later. While nothing fits, one remark at its place says so: wrong_key
  // where the evidence's own keys do not open it, else encrypted_no_key (key_locked where nothing
  // but a private key is inside).
  void open_or_keep(Locked locked);
  std::vector<Locked> locked;
  // A secret opened something. Bare bytes that were this key are explained, and no evidence of
  // anything else.
  void opened_with(View key);

  std::vector<OtaImageFile> ota_images;
  OtaDigestTypes ota_digests = all_ota_digest_types;  // made of each image

  // Within a reader: the file being read, to which holds are added.
  EvidenceFile* current = nullptr;
  void holds(std::string what);  // no doubles
  unsigned depth = 0;
};

// The tester's slip: something stays locked, and a secret that was given fits nothing. Nullopt:
// none.
std::optional<Error> unlock_slip(const Reading& reading);

// All readers, in the order in which they are asked.
std::span<const Reader* const> readers();
// The one that takes this file; null: none does. Of text in UTF-16 it is the one of its UTF-8.
const Reader* reader_of(const Source& source);

// Recognises and reads one file. What is no evidence stands in reading.not_used. An Error says that
// a file of a known kind cannot be read: what was expected, what was found. Either way `reading`
// stays usable.
Result<void> read_evidence(const Source& source, Reading& reading);
// The same for what a container holds.
Result<void> read_inside(const Source& member, Reading& reading);

}  // namespace attest
