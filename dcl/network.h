// Network: which ledger is meant. A name chooses policy, default node and chain id; the chain id
// alone identifies the ledger (a node of another network answers just as politely), so it also
// names the cache file.
#pragma once

#include <string>

#include "verifier/base/result.h"

namespace attest::dcl {

struct Network {
  std::string name;      // "main", "test": as the user chose it
  std::string chain_id;  // what node, cache and snapshot must be of
  std::string url;       // of the node's REST interface, no trailing slash
};

// "main" or "test", with the public observer and chain id that belong to it. Host names and ids are
// those of the ledger's own deployment/persistent_chains.
Result<Network> network_by_name(const std::string& name);

// How to ask for the ledger of this chain id: "; it is asked with --network test".
std::string network_hint(const std::string& chain_id);

// A chain id becomes a file name: letters, digits, '.', '-', '_', 1 to 50 of them, not starting
// with '.'.
bool is_chain_id(const std::string& id);

// "https://host[:port][/prefix]" or "http://…"; a trailing slash is dropped. User names, queries
// and fragments are refused.
Result<std::string> node_url(const std::string& text);

// A private ledger's plain http on this machine is reached without the proxy that the environment
// names.
bool is_loopback(const std::string& url);

// Whether a node's answer may send the question from one URL on to another: from https to https
// only, and from http to https or to the same host, so that nobody on the way leads elsewhere.
Result<void> check_redirect(const std::string& from, const std::string& to);

// Without what follows '?' or '#': a place to put a secret, where a person or another's server made
// the URL.
std::string without_query(const std::string& url);

// A URL as it stands in a message: printable, without user and fragment, and cut where it is long.
std::string shown_url(const std::string& url);

// "matter-attest/1.2.3": what a node is told of who asks.
std::string own_user_agent();

}  // namespace attest::dcl
