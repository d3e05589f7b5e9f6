#include "engines/ippcp.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <climits>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "engines/shared_object.h"
#include "verifier/crypto/ml_dsa.h"

namespace attest {
namespace {

// The library's C interface, as its headers of 2026.2 declare it. A status of 0 is success.
struct Sizes {
  int public_key, private_key, signature;
};
using GetInfo = int (*)(Sizes*, int set);
using GetSize = int (*)(int* bytes);
using Init = int (*)(void* state, int most_message_bytes, int set);
using BufferSize = int (*)(int* bytes, const void* state);
using Verify = int (*)(const uint8_t* message, int message_bytes, const uint8_t* context,
                       int context_bytes, const uint8_t* key, const uint8_t* signature, int* good,
                       void* state, uint8_t* scratch);
struct Functions {
  GetInfo info = nullptr;
  GetSize size = nullptr;
  Init init = nullptr;
  BufferSize buffer_size = nullptr;
  Verify verify = nullptr;
  bool all() const { return info && size && init && buffer_size && verify; }
};

int number_of(MlDsa set) {
  return set == MlDsa::set_44 ? 1 : 2;
}

std::vector<std::string> names_of(const std::string& library) {
  if (!library.empty()) return {library};
  std::vector<std::string> out;
  if (MATTER_ATTEST_IPPCP[0] != '\0') out.emplace_back(MATTER_ATTEST_IPPCP);
  out.insert(out.end(), {"libippcp.so.13", "libippcp.so"});
  return out;
}

Result<Functions> load(const std::string& library) {
  void* module = nullptr;
  std::string why;
  for (const std::string& name : names_of(library)) {
    auto opened = open_shared_object(name, RTLD_NOW | RTLD_LOCAL);  // it stays loaded
    if (opened) {
      module = *opened;
      break;
    }
    if (why.empty()) why = std::move(opened.error().what);
  }
  if (module == nullptr) return error(fmt::format("libippcp cannot be loaded: {}", why));
  const Functions out{
      .info = reinterpret_cast<GetInfo>(dlsym(module, "ippsMLDSA_GetInfo")),
      .size = reinterpret_cast<GetSize>(dlsym(module, "ippsMLDSA_GetSize")),
      .init = reinterpret_cast<Init>(dlsym(module, "ippsMLDSA_Init")),
      .buffer_size = reinterpret_cast<BufferSize>(dlsym(module, "ippsMLDSA_VerifyBufferGetSize")),
      .verify = reinterpret_cast<Verify>(dlsym(module, "ippsMLDSA_Verify"))};
  if (!out.all())
    return error("libippcp: expected the function ippsMLDSA_Verify in the library, found none");
  for (const MlDsa set : {MlDsa::set_44, MlDsa::set_65}) {
    Sizes said{};
    const MlDsaSizes sizes = sizes_of(set);
    if (out.info(&said, number_of(set)) != 0 || said.public_key != static_cast<int>(sizes.key) ||
        said.signature != static_cast<int>(sizes.signature))
      return error("libippcp: expected keys and signatures of the sizes of FIPS 204, found others");
  }
  return out;
}

// What the library works in: as large as ever asked for, kept for the thread's next signature.
struct Room {
  std::vector<uint8_t> state, scratch;
  static uint8_t* of(std::vector<uint8_t>& kept, int bytes) {
    if (kept.size() < static_cast<size_t>(bytes)) kept.resize(static_cast<size_t>(bytes));
    return kept.data();
  }
};

Checked ask(const Functions& f, const MlDsaJob& job, View context) {
  if (!is_of_the_sets_sizes(job) || context.size() > kLongestMlDsaContext) return Checked::refused;
  // The library takes no empty message, however it is signed.
  if (job.message.empty() || job.message.size() > INT_MAX) return Checked::unsupported;
  const int length = static_cast<int>(job.message.size());
  int bytes = 0, scratch_bytes = 0, good = 0;
  if (f.size(&bytes) != 0 || bytes <= 0) return Checked::unsupported;
  thread_local Room room;
  uint8_t* const state = Room::of(room.state, bytes);
  if (f.init(state, length, number_of(job.set)) != 0 || f.buffer_size(&scratch_bytes, state) != 0 ||
      scratch_bytes <= 0)
    return Checked::unsupported;
  uint8_t* const scratch = Room::of(room.scratch, scratch_bytes);
  const int status =
      f.verify(job.message.data(), length, context.empty() ? nullptr : context.data(),
               static_cast<int>(context.size()), job.key.data(), job.signature.data(), &good, state,
               scratch);
  return status == 0 && good == 1 ? Checked::verified : Checked::refused;
}

class WithIppcp final : public SignatureEngine {
 public:
  // Without functions it looks for them when the first signature needs them.
  WithIppcp(std::shared_ptr<SignatureEngine> engine, std::optional<Functions> functions)
      : engine_(std::move(engine)), functions_(functions) {}
  const char* name() const override { return engine_->name(); }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    engine_->verify(jobs, answers);
  }
  bool has(MlDsa set) const override { return engine_->has(set) || functions() != nullptr; }
  Checked verify_ml_dsa(const MlDsaJob& job) override {
    if (!is_of_the_sets_sizes(job)) return Checked::refused;
    if (engine_->has(job.set)) return engine_->verify_ml_dsa(job);
    return functions() == nullptr ? Checked::unsupported : ask(*functions(), job, {});
  }

 private:
  const Functions* functions() const {
    std::call_once(looked_, [this] {
      if (functions_) return;
      if (const auto found = load("")) functions_ = *found;
    });
    return functions_ ? &*functions_ : nullptr;
  }

  std::shared_ptr<SignatureEngine> engine_;
  mutable std::once_flag looked_;
  mutable std::optional<Functions> functions_;
};

}  // namespace

Result<std::shared_ptr<SignatureEngine>> with_ippcp(std::shared_ptr<SignatureEngine> engine,
                                                    const std::string& library) {
  const auto functions = load(library);
  if (!functions) return tl::unexpected(functions.error());
  return std::shared_ptr<SignatureEngine>(
      std::make_shared<WithIppcp>(std::move(engine), *functions));
}

Result<MlDsaVerify> ippcp_ml_dsa(const std::string& library) {
  const auto functions = load(library);
  if (!functions) return tl::unexpected(functions.error());
  return MlDsaVerify(
      [f = *functions](const MlDsaJob& job, View context) { return ask(f, job, context); });
}

std::shared_ptr<SignatureEngine> with_ippcp_where_needed(std::shared_ptr<SignatureEngine> engine) {
  return std::make_shared<WithIppcp>(std::move(engine), std::nullopt);
}

}  // namespace attest
