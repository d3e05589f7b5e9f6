// RevocationLists: the lists behind the ledger's revocation points, from the cache or from the
// addresses that the points name. A list is kept with its validators, asked for again when a newer
// one is due or it is older than the maximal age, and replaced only by a newer one that the point's
// signer signed: whoever can answer for the address cannot lead back to an older list, nor put
// another in its place.
//
// Safe to share between threads.
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "dcl/list_file.h"
#include "verifier/crypto/crypto.h"
#include "verifier/ledger.h"

namespace attest::dcl {

// A list that stands in a snapshot.
struct CarriedList {
  ListSource source;
  Bytes der;
};

struct ListOptions {
  std::string folder;               // of the list files; empty: none is kept
  std::string where = "the cache";  // for saying that it is not there
  bool offline = false;
  std::string elsewhere = {};  // lists are fetched by somebody else, as this says; empty: here
  int64_t max_age = 86'400;    // seconds
  Instant now;
  SignatureEngine& engine;    // tells whether the point's signer signed a list
  MakeDownloader downloader;  // called at most once
  DownloadLimits limits = {.slow_for = std::chrono::milliseconds(10'000), .bytes = 128u << 20};
  OnDownload progress = {};
  std::vector<CarriedList> carried = {};  // read already; asked before the folder
};

// What is known of a list without asking anybody.
struct ListState {
  RevokedListPtr list;  // null: never fetched
  Instant fetched_at;
  std::string problem;  // of the file
};

class RevocationLists {
 public:
  explicit RevocationLists(ListOptions options) : options_(std::move(options)) {}
  ~RevocationLists();
  RevocationLists(const RevocationLists&) = delete;
  RevocationLists& operator=(const RevocationLists&) = delete;

  // The error says why there is no list. It does not name the URL: the asker does.
  Result<RevokedListPtr> get(const RevocationPoint& point);
  ListState state(const RevocationPoint& point) const;
  // Why what get() gave may not be the newest that is served; empty: it is as far as its server
  // says, or was not long ago.
  std::string not_refreshed(const RevocationPoint& point) const;
  // Whether get() met a server that answered, and what it answered is no list of the point: nothing
  // is there, or what is there is no list or not the file that the entry describes.
  bool wrongly_served(const RevocationPoint& point) const;
  // What a person should know: lists that could not be refreshed, older ones that were offered.
  std::vector<std::string> notes() const;

 private:
  struct Fetched;
  static std::string key_of(const RevocationPoint& point);
  std::string path_of(const std::string& url) const;
  Result<void> make_folder();
  Result<Downloader*> downloader();
  Result<RevokedListPtr> look(const RevocationPoint& point);
  Result<RevokedListPtr> refresh(const RevocationPoint& point,
                                 const std::optional<ListFile>& known);
  Result<Fetched> fetch(const RevocationPoint& point, const Validators& known);
  void note(const RevocationPoint& point, const std::string& line);

  ListOptions options_;
  mutable std::mutex mutex_;
  bool own_folder_ = false;  // nothing is kept: it goes with us
  std::unique_ptr<Downloader> downloader_;
  std::optional<Error> no_downloader_;
  std::map<std::string, Result<RevokedListPtr>> answered_;  // by key_of
  std::map<std::string, std::string> not_refreshed_;        // the same
  std::set<std::string> wrongly_served_;                    // the same
  std::vector<std::string> notes_;
};

// A list as the folder keeps it; nullopt when it keeps none, or none that can be read.
std::optional<CarriedList> kept_list(const std::string& folder, const std::string& url);
// Puts a list into the folder, unless a newer one of its series is there.
Result<void> keep_list(const std::string& folder, const CarriedList& list, Instant now);

// <folder>/<chain id>.crl: where the lists of a network's points are kept.
std::string lists_folder(const std::string& cache_folder, const std::string& chain_id);

}  // namespace attest::dcl
