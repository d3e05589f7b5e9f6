// What --pai and --cd lend to the devices of a lot.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "platform/roles.h"

namespace attest::cli {

struct ChosenRoles {
  Device lent;
  std::vector<NotUsed> not_lent;  // of each file what else it holds
  std::set<std::string> more;     // those files
};
// Of what read_roles has read.
ChosenRoles chosen_roles(Device given, const RoleFiles& roles);

}  // namespace attest::cli
