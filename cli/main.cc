#include <cstdio>
#include <exception>

#include "cli/commands.h"

int main(int argc, char** argv) {
  using namespace attest::cli;
  try {
    Command root("matter-attest", "says whether a Matter device's attestation holds, and if not, which part is wrong and what to do", nullptr);
    add_verify(root);
    add_inspect(root);
    add_extract(root);
    add_payload(root);
    add_checks(root);
    add_explain(root);
    add_completion(root);
    add_dcl(root);
    add_lot(root);
    add_version(root);
    root.footer(
        "Examples:\n"
        "  matter-attest verify --network test dac.der pai.der cd.der device.json\n"
        "  matter-attest explain 604\n\n"
        "Exit codes: 0 approve, 1 reject, 3 undecided, 2 usage or unreadable evidence");
    return parse_and_run(root, argc, argv);
  } catch (const std::exception& wrong) {
    std::fprintf(stderr, "matter-attest: internal error: %s\n", wrong.what());
    return 70;
  }
}
