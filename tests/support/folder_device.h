// A good forged device as files in a folder, and what is judged of it with further files beside.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fixtures/forge/device_builder.h"
#include "tests/support/folder.h"
#include "tests/support/judged.h"

namespace attest::test {

struct FolderDevice {
  forge::DevicePlan plan;
  forge::Device device;

  explicit FolderDevice(const std::string& name)
      : plan(forge::good_plan(name)), device(forge::make(plan)) {}

  using Files = std::vector<std::pair<std::string, std::string>>;
  Judged judged(const Files& beside, const std::vector<std::string>& options = {}) const {
    const Folder folder;
    folder.write("dac.der", chars(device.dac));
    folder.write("pai.der", chars(device.pai));
    folder.write("cd.der", chars(device.cd));
    for (const auto& [name, content] : beside) folder.write(name, content);
    std::vector<std::string> words = {"--network",
                                      "none",
                                      "--at",
                                      forge::kAt,
                                      "--trust-paa",
                                      "fixtures/trust/paa-fff1.pem",
                                      "--trust-cd-signer",
                                      "fixtures/trust/cd-signer.pem"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back(folder.path());
    return judge(words);
  }
  // The ids of all that fails, or why the command would have ended with 2.
  std::string fails(const Files& beside) const {
    const Judged all = judged(beside);
    std::string out;
    for (const std::string& error : all.errors) out += error;
    for (const std::string& id : all.ids(Status::fail)) out += (out.empty() ? "" : " ") + id;
    return out;
  }
  static std::string chars(View bytes) { return std::string(text(bytes)); }
};

}  // namespace attest::test
