// Published test vectors of ML-DSA verification, through each engine that is here: NIST's ACVP
// (sigVer of FIPS 204, its internalProjection.json, which has the answers) and Wycheproof's
// (mldsa_*_verify_test.json). They are not part of this repository.
// Usage: ml_dsa_vectors [--engine-library LIBIPPCP] FILE...
// Exit code 0: every answer is the file's; 1: one is not, or nothing was asked; 2: no such vectors.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engines/ippcp.h"
#include "verifier/base/json.h"
#include "verifier/crypto/ml_dsa.h"

using namespace attest;

namespace {

struct Vector {
  MlDsa set;
  std::string id;
  Bytes key, message, context, signature;
  bool good;
};
struct Vectors {
  std::vector<Vector> asked;
  std::map<std::string, size_t> skipped;  // by "ML-DSA-44: why"
};

std::string word(const Json& object, const char* key) {
  const Json* found = object.find(key);
  if (found == nullptr) return {};
  if (found->number() != nullptr) return found->number()->text;
  return found->string() != nullptr ? *found->string() : std::string();
}
// A part that is missing is empty; of one that is no hex the error names the vector.
Result<Bytes> part(const Json& object, const char* key) {
  return from_hex(word(object, key));
}
Result<Vector> vector_of(MlDsa set, const Json& test, Bytes key, const char* message,
                         const char* context, const char* signature, bool good) {
  Vector out{.set = set,
             .id = word(test, "tcId"),
             .key = std::move(key),
             .message = {},
             .context = {},
             .signature = {},
             .good = good};
  for (const auto& [name, to] : {std::pair{message, &out.message}, std::pair{context, &out.context},
                                 std::pair{signature, &out.signature}}) {
    auto bytes = part(test, name);
    if (!bytes) return error(fmt::format("vector {}: {}: {}", out.id, name, bytes.error().what));
    *to = std::move(*bytes);
  }
  return out;
}

std::optional<MlDsa> set_named(const std::string& name) {
  if (name == "ML-DSA-44") return MlDsa::set_44;
  if (name == "ML-DSA-65") return MlDsa::set_65;
  return std::nullopt;
}

// Why certificates have nothing of this kind; empty: they may.
std::string why_not(const Json& group) {
  if (!set_named(word(group, "parameterSet"))) return "no set of Matter";
  if (word(group, "signatureInterface").empty())
    return "internal interface (an early draft's file)";
  if (word(group, "signatureInterface") != "external") return "internal interface";
  return word(group, "preHash") == "pure" ? "" : "pre-hash";
}

Result<Vectors> acvp(const Json& file) {
  Vectors out;
  for (const Json& group : *file.find("testGroups")->array()) {
    const Json* tests = group.find("tests");
    if (tests == nullptr || tests->array() == nullptr) return error("a group without tests");
    const std::string name = word(group, "parameterSet"), why = why_not(group);
    if (!why.empty()) {
      out.skipped[name + ": " + why] += tests->array()->size();
      continue;
    }
    for (const Json& test : *tests->array()) {
      const Json* passed = test.find("testPassed");
      if (passed == nullptr || !passed->boolean())
        return error("vectors without answers: expected internalProjection.json");
      auto key = part(test, "pk");
      if (!key) return tl::unexpected(key.error());
      auto one = vector_of(*set_named(name), test, std::move(*key), "message", "context",
                           "signature", *passed->boolean());
      if (!one) return tl::unexpected(one.error());
      out.asked.push_back(std::move(*one));
    }
  }
  return out;
}

Result<Vectors> wycheproof(const Json& file) {
  Vectors out;
  const std::string name = word(file, "algorithm");
  const auto set = set_named(name);
  for (const Json& group : *file.find("testGroups")->array()) {
    const auto key = part(group, "publicKey");
    const Json* tests = group.find("tests");
    if (!key || tests == nullptr || tests->array() == nullptr)
      return error("a group without key or tests");
    for (const Json& test : *tests->array()) {
      if (!set) {
        ++out.skipped[name + ": no set of Matter"];
        continue;
      }
      auto one = vector_of(*set, test, *key, "msg", "ctx", "sig", word(test, "result") == "valid");
      if (!one) return tl::unexpected(one.error());
      out.asked.push_back(std::move(*one));
    }
  }
  return out;
}

Result<Vectors> read(const char* path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return error("cannot be read");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto file = parse_json(text);
  if (!file) return tl::unexpected(file.error());
  const Json* groups = file->find("testGroups");
  if (groups != nullptr && groups->array() != nullptr) {
    if (word(*file, "mode") == "sigVer") return acvp(*file);
    if (word(*file, "schema") == "mldsa_verify_schema.json") return wycheproof(*file);
  }
  return error("expected vectors of ML-DSA verification, of ACVP or Wycheproof");
}

struct Engine {
  std::string name;
  MlDsaVerify verify;
};
struct Counts {
  size_t agree = 0, disagree = 0, unsupported = 0;
};

// How many disagree.
size_t ask(const Engine& engine, const Vectors& vectors) {
  std::map<MlDsa, Counts> of;
  for (const Vector& v : vectors.asked) {
    const Checked answer = engine.verify(
        {.set = v.set, .key = v.key, .message = v.message, .signature = v.signature}, v.context);
    Counts& counts = of[v.set];
    if (answer == Checked::unsupported) {
      ++counts.unsupported;
    } else if ((answer == Checked::verified) == v.good) {
      ++counts.agree;
    } else {
      ++counts.disagree;
      std::printf("  %s says of vector %s: %s\n", engine.name.c_str(), v.id.c_str(),
                  v.good ? "refused, which is good" : "verified, which is not");
    }
  }
  size_t wrong = 0;
  for (const auto& [set, counts] : of) {
    std::printf("  %s, %s: %zu agree, %zu disagree, %zu not answered\n",
                set == MlDsa::set_44 ? "ML-DSA-44" : "ML-DSA-65", engine.name.c_str(), counts.agree,
                counts.disagree, counts.unsupported);
    wrong += counts.disagree;
  }
  return wrong;
}

}  // namespace

int main(int argc, char** argv) {
  std::string library;
  std::vector<const char*> files;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--engine-library" && i + 1 < argc) {
      library = argv[++i];
    } else {
      files.push_back(argv[i]);
    }
  }
  if (files.empty())
    return std::fputs("usage: ml_dsa_vectors [--engine-library LIBIPPCP] FILE...\n", stderr), 2;
  std::vector<Engine> engines;
  if (openssl_engine().has(MlDsa::set_44) && openssl_engine().has(MlDsa::set_65))
    engines.push_back({"openssl", openssl_verify_ml_dsa});
  else
    std::puts("openssl is left out: it has no ML-DSA (3.5 and later have it)");
  if (auto ippcp = ippcp_ml_dsa(library))
    engines.push_back({"libippcp", std::move(*ippcp)});
  else
    std::printf("libippcp is left out: %s\n", ippcp.error().what.c_str());
  size_t wrong = 0, asked = 0;
  for (const char* path : files) {
    const auto vectors = read(path);
    if (!vectors) return std::fprintf(stderr, "%s: %s\n", path, vectors.error().what.c_str()), 2;
    std::printf("%s\n", path);
    for (const Engine& engine : engines) wrong += ask(engine, *vectors);
    for (const auto& [why, count] : vectors->skipped)
      std::printf("  skipped, %s: %zu\n", why.c_str(), count);
    asked += vectors->asked.size() * engines.size();
  }
  return wrong == 0 && asked > 0 ? 0 : 1;
}
