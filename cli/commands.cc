#include "cli/commands.h"

namespace attest::cli {

void add_commands(Command& root) {
  add_verify(root);
  add_replay(root);
  add_checklist(root);
  add_inspect(root);
  add_extract(root);
  add_payload(root);
  add_checks(root);
  add_explain(root);
  add_completion(root);
  add_man_page(root);
  add_dcl(root);
  add_lot(root);
  add_version(root);
  root.footer(
      "Examples:\n"
      "  matter-attest verify --network test dac.der pai.der cd.der device.json\n"
      "  matter-attest explain 604\n\n"
      "Exit codes: 0 approve, 1 reject, 3 undecided, 2 usage or unreadable evidence");
}

}  // namespace attest::cli
