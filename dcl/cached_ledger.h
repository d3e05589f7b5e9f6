// CachedLedger: the verifier's Ledger over whichever source the user named: the network's own
// cache, a snapshot, or a node asked directly. Nothing is opened before the first question, and no
// network library before something is missing or too old.
//
// A list that was read whole answers both ways: what is not in it is absent. Everything else
// (software versions; all single records of a node asked directly) is fetched when asked for and
// remembered. Offline, or when the node cannot be believed, such a question is unknown, with the
// reason.
//
// Safe to share between threads.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "dcl/cache.h"
#include "dcl/node.h"
#include "dcl/revocation_lists.h"
#include "verifier/ledger.h"

namespace attest::dcl {

struct LedgerOptions {
  Network network;           // whose facts; its URL is the node that is asked
  std::string cache_folder;  // of all networks' caches
  std::string ledger;  // a snapshot file or a node's URL in place of the cache; empty: the cache
  bool offline = false;
  int64_t max_age = 86'400;  // seconds after which cached facts are refreshed before use
  // Somebody else refreshes: facts are used however old they are, and lists are not fetched, but
  // one past its time is told of. The words say who. Empty: it is done here.
  bool facts_elsewhere = false;
  std::string lists_elsewhere = {};
  Instant now;
  SignatureEngine& engine;         // tells whether a revocation list is its signer's
  MakeTransport transport;         // called at most once, when something has to be fetched
  OnProgress progress;             // of a refresh
  MakeDownloader downloader = {};  // called at most once, when a revocation list has to be fetched
  // Told what is waited for.
  Say say = {};
};

// <folder>/<chain id>.sqlite: two ledgers never share a file, whatever they are called.
std::string cache_path(const std::string& folder, const std::string& chain_id);
// " (known versions: 1, 2)" for whoever asked for another one, a few of many; nothing of none.
std::string known_versions_text(std::vector<uint64_t> numbers);

class CachedLedger final : public Ledger {
 public:
  // A snapshot is read here, since a file that cannot be read or is of another chain is the user's
  // error. Caches and nodes are not touched yet.
  static Result<std::unique_ptr<CachedLedger>> open(LedgerOptions options);
  ~CachedLedger() override;

  LedgerStatus status() override;
  Fact<std::vector<LedgerCertificate>> approved_paa(const KeyId& skid) override;
  Fact<std::vector<LedgerCertificate>> approved_pai(const KeyId& skid) override;
  Fact<std::vector<LedgerCertificate>> revoked_certificates(const KeyId& skid) override;
  Fact<std::vector<LedgerCertificate>> cd_signer(const KeyId& skid) override;
  Fact<VendorInfo> vendor(uint16_t vid) override;
  Fact<Model> model(uint16_t vid, uint16_t pid) override;
  Fact<ModelVersion> version(uint16_t vid, uint16_t pid, uint32_t software_version) override;
  Fact<ComplianceInfo> compliance(uint16_t vid, uint16_t pid, uint32_t software_version) override;
  Fact<CertificateCoverage> coverage(const std::string& certificate_id) override;
  Fact<std::vector<RevocationPoint>> revocation_points(const KeyId& issuer) override;
  Fact<RevokedListPtr> crl(const RevocationPoint& point) override;

  // What is known of the list behind a point, nobody asked.
  ListState list_state(const RevocationPoint& point);
  // Why the list that crl() gave may not be the newest; empty: nothing kept us from asking.
  std::string list_not_refreshed(const RevocationPoint& point);
  // Whether what its server answered is no list of the point.
  bool list_wrongly_served(const RevocationPoint& point);

  // The ledger's own objects, for showing. One record, or all whose keys start with the prefix.
  Fact<CachedRecord> record(Schema schema, const std::string& key);
  Fact<std::vector<CachedRecord>> records(Schema schema, const std::string& prefix = "");
  // What a certificate entry is to a verifier.
  enum class Role : uint8_t { paa, pai, cd_authority, cd_signer };
  Result<Role> role(const CachedRecord& entry);

  // What a person should know: a refresh that failed, a cache that was set aside.
  std::vector<std::string> notes();

 private:
  explicit CachedLedger(LedgerOptions options) : options_(std::move(options)) {}

  RevocationLists& lists();
  void prepare();  // opens what is to be asked, refreshes what is too old
  void open_cache();
  void refresh();
  Result<Node*> node();    // begun; the same failure every time after the first
  Result<Cache*> store();  // the cache, made when there is none
  bool too_old(const ReadAt& when) const {
    return !options_.facts_elsewhere &&
           options_.now.seconds - when.read_at.seconds > options_.max_age;
  }
  Provenance provenance(const ReadAt& when) const;
  Unknown unknown(const std::string& what, const std::string& command = {}) const;
  Unknown unknown(Schema schema, const std::string& key);
  std::string versions_at_hand(const std::string& model);
  bool overtaken(Schema schema, const ReadAt& when);
  Result<std::optional<Record>> ask_node(Schema schema, const std::string& key);
  Fact<CachedRecord> fetch(Schema schema, const std::string& key,
                           const std::optional<CachedRecord>& known);
  Fact<CachedRecord> find_record(Schema schema, const std::string& key);
  Fact<std::vector<CachedRecord>> find_records(Schema schema, const std::string& prefix);
  Unknown damaged(const Error& failure);
  Result<bool> below_cd_authority(const EntryCertificate& certificate);
  // What an unreadable certificate under the key id is to a question: its answer is unknown, or it
  // is so where nothing readable answers it, or it has nothing to do with it.
  enum class Unread : uint8_t { decides, may_answer, irrelevant };
  template <class Keep, class Weigh>
  Fact<std::vector<LedgerCertificate>> certificates(Schema schema, const KeyId& skid,
                                                    const Keep& keep, const Weigh& weigh);
  std::optional<Unknown> misfiled(Schema schema, const KeyId& skid);
  template <class T, class Read>
  Fact<T> decoded(Schema schema, const std::string& key, const Read& read);

  LedgerOptions options_;
  std::mutex mutex_;
  bool prepared_ = false;
  bool remembered_ = false;  // the node is one that a sync was told to read
  bool direct_ = false;      // a node's URL was given: every question is the node's
  std::string source_name_;
  LedgerTrust trust_ = LedgerTrust::none;
  std::optional<Cache> cache_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<Node> node_;
  std::optional<NodeState> node_state_;
  std::optional<Error> node_error_, refresh_error_, cache_error_;
  std::vector<std::string> notes_;
  std::unique_ptr<RevocationLists> lists_;
  std::vector<CarriedList> carried_;  // of a snapshot, until lists_ has them
};

}  // namespace attest::dcl
