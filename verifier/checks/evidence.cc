// Checks on what was handed over as a whole: that nothing of it was lost on the way to the other
// checks.

#include <fmt/format.h>

#include "verifier/checks/catalogue.h"

namespace attest {
namespace {

constexpr size_t kMostNamed = 32;  // of a hostile archive there may be many

struct Remarked {
  std::string text, source;
  size_t count = 0;

  Remarked(const RecordView& record, Remark what) {
    for (const Noted& noted : record.device.remarks()) {
      if (noted.remark != what || count++ >= kMostNamed) continue;
      text +=
          fmt::format("{}{}: {}", text.empty() ? "" : "; ", place_text(noted.place), noted.message);
      if (source.empty()) source = place_text(noted.place);
    }
    if (count > kMostNamed) text += fmt::format("; and {} more", count - kMostNamed);
  }
};

Outcome credentials_are_readable(const RecordView& record) {
  Remarked damaged(record, Remark::damaged_credential);
  return damaged.count == 0
             ? pass()
             : fail(std::move(damaged.text), "credentials that can be read",
                    fmt::format("{} that cannot", damaged.count), std::move(damaged.source));
}

Outcome is_understood(const RecordView& record) {
  Remarked odd(record, Remark::resembles_evidence);
  return odd.count == 0 ? pass()
                        : fail(std::move(odd.text), "evidence in a form that is read",
                               "something like it", std::move(odd.source));
}

Outcome could_be_read(const RecordView& record) {
  const Remarked closed(record, Remark::unreadable_file);
  return closed.count == 0 ? pass() : unknown(closed.text);
}

// Units of a lot are counted there (lot.two-units-are-shown).
Outcome second_unit(const LotView& lot) {
  if (lot.policy.stage != Stage::lab) return skipped("asked at a certification lab alone");
  if (lot.policy.one_of_many) return pass();
  return unknown("a lab needs two units of the product, each with a DAC of its own; here is one");
}

constexpr Check kChecks[] = {
    {
        .id = "evidence.credentials-are-readable",
        .title = "every certificate, declaration, key and list that was handed over can be read",
        .run = rule<credentials_are_readable>,
        .rule = "What began as a credential and cannot be read may say something else than the "
                "good one beside it. To leave it out would be to choose what the part is judged "
                "by.",
        .remedy = "hand over a whole copy of this file; if it was read from the part, the part "
                  "holds damaged credentials",
    },
    {
        .id = "evidence.is-understood",
        .title = "nothing that looks like evidence is left unread",
        .severity = kErrorOnMain,
        .run = rule<is_understood>,
        .rule = "Facts under misspelt or nested keys or in another form than JSON, PEM in the "
                "middle of a line, and keys on another curve, are read by nobody. Whoever wrote "
                "them down took them for evidence.",
        .remedy = "facts: name them as the device.json that matter-attest extract writes does; "
                  "PEM: put it into a file of its own; a key on another curve: hand over the "
                  "DAC's, on P-256; or take away what is not about this device",
    },
    {
        .id = "evidence.could-be-read",
        .title = "every file in the folders that were handed over could be read to its end",
        .severity = kErrorOnMain,
        .open_on_main_only = true,
        .run = rule<could_be_read>,
        .rule = "A file that may not be opened, the part of a text that is too long to be "
                "searched, or what an archive holds behind a limit, can hold anything.",
        .remedy = "hand over a file that can be read, or take it away",
        .when_unknown = "give this user the right to read the file; of a text that is too long, "
                        "hand over the part that is about this device; of an archive, unpack "
                        "it and hand over what counts; or take the file away",
    },
    {
        .id = "evidence.second-unit-is-shown",
        .title = "at a lab, a second unit of the product is shown",
        .spec = "TC-DA-1.7",
        .run = rule<second_unit>,
        .rule = "A certification lab takes two units of one vendor and product id, each "
                "provisioned by itself: one alone does not show that their keys differ.",
        .remedy = "judge two units together: matter-attest lot --stage lab FIRST/ SECOND/",
        .when_unknown = "judge two units together: matter-attest lot --stage lab FIRST/ SECOND/",
    },
};

}  // namespace

std::span<const Check> evidence_checks() {
  return kChecks;
}

}  // namespace attest
