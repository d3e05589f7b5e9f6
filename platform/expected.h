// What was ordered (--expect): a cpms.json or the keys of device.json, with the certificates that a
// cpms.json names.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "verifier/readers/device.h"

namespace attest {

// What was ordered, and the files that were read for it: the order's own and those beside it.
struct Order {
  std::optional<Device> device;  // none where there is no order
  std::vector<std::string> files;
};
// Of the file at --expect; empty: no order. An error names the file, what was expected and found.
Result<Order> order_from(const std::string& path);
inline std::vector<std::string> files_read(const Result<Order>& order) {
  return order ? order->files : std::vector<std::string>();
}
// Of a file in memory. `beside` gives the content of what it names; nullopt: not there.
using FileBeside = std::function<std::optional<Bytes>(const std::string& name)>;
Result<Device> expected_from(const std::string& name, View content, const FileBeside& beside);

}  // namespace attest
