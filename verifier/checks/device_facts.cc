// Checks on what the device says of itself, each value alone: whether it can be at all, and whether
// Basic Information could carry it (cluster 0x0028; lengths are of bytes in UTF-8).

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/catalogue.h"
#include "verifier/matter/manufacturing_date.h"
#include "verifier/readers/quoted.h"

namespace attest {
namespace {

constexpr uint64_t kMostDiscriminator = 0xFFF, kMostFlow = 2;
// A factory's calendar may be this far ahead of the instant that is judged by.
constexpr int64_t kAheadOfUtc = 14 * 3600;

// Every statement of a fact, not only the first: two files may both be wrong, or one of them.
template <FactId F, class Body>
Outcome for_each(const Stated<F>& stated, const char* nothing, Body&& body) {
  const auto all = stated.all();
  for (const Statement* s : all) {
    if (Outcome outcome = body(*s); outcome.status != Status::pass) return outcome;
  }
  return all.empty() ? skipped(nothing) : pass();
}

template <FactId F>
Outcome is_at_most(const Stated<F>& stated, uint64_t most, const char* what, const char* nothing) {
  return for_each(stated, nothing, [&](const Statement& s) {
    const Maybe<uint64_t> number = std::get_if<uint64_t>(&s.value);
    if (number == nullptr || *number <= most) return pass();
    return fail(fmt::format("the {} in {} is {}", what, place_text(s.place), *number),
                fmt::format("0 to {}", most), std::to_string(*number), place_text(s.place));
  });
}
Outcome discriminator_is_in_range(const Stated<FactId::discriminator>& stated) {
  return is_at_most(stated, kMostDiscriminator, "discriminator",
                    "no discriminator in the evidence");
}
Outcome flow_is_defined(const Stated<FactId::commissioning_flow>& stated) {
  return is_at_most(stated, kMostFlow, "commissioning flow",
                    "no commissioning flow in the evidence");
}

MaybeValue<Instant> date_of(std::string_view s) {
  const auto written = written_date(s);
  if (!written) return std::nullopt;
  const std::string& digits = written->digits;
  const auto number = [&](size_t at, size_t size) {
    int out = 0;
    for (const char c : digits.substr(at, size)) out = out * 10 + (c - '0');
    return out;
  };
  const auto day = instant_from(number(0, 4), number(4, 2), number(6, 2), 0, 0, 0);
  return day ? MaybeValue(*day) : std::nullopt;
}

constexpr const char* kNoDate = "no manufacturing date in the evidence";

Outcome date_is_a_date(const Stated<FactId::manufacturing_date>& stated) {
  return for_each(stated, kNoDate, [](const Statement& s) {
    const Maybe<std::string> date = std::get_if<std::string>(&s.value);
    if (date == nullptr || date_of(*date)) return pass();
    return fail(fmt::format("the manufacturing date in {} is none: \"{}\"", place_text(s.place),
                            shown_text(*date)),
                "YYYYMMDD or YYYY-MM-DD, of the calendar", shown_text(*date), place_text(s.place));
  });
}
Outcome date_is_plausible(const LotView& lot, const Stated<FactId::manufacturing_date>& stated) {
  return for_each(stated, kNoDate, [&](const Statement& s) {
    const Maybe<std::string> text = std::get_if<std::string>(&s.value);
    const auto date = text == nullptr ? std::nullopt : date_of(*text);
    if (!date) return pass();
    static const Instant first = *instant_from(2022, 10, 4, 0, 0, 0),
                         fallback = *instant_from(2020, 1, 1, 0, 0, 0);
    const char* why = *date == fallback ? "is the default of the Matter SDK"
                      : *date < first   ? "is before there was Matter"
                      : date->seconds > lot.policy.at.seconds + kAheadOfUtc ? "lies in the future"
                                                                            : nullptr;
    if (why == nullptr) return pass();
    return fail(fmt::format("the manufacturing date in {} {}", place_text(s.place), why),
                "2022-10-04 to today", shown_text(*text), place_text(s.place));
  });
}

struct Length {
  FactId fact;
  size_t least, most;
};
constexpr Length kLengths[] = {
    {FactId::vendor_name, 0, 32},
    {FactId::product_name, 0, 32},
    {FactId::hardware_version_string, 1, 64},
    {FactId::software_version_string, 1, 64},
    {FactId::part_number, 0, 32},
    {FactId::serial_number, 0, kMostSerialNumberBytes},
    {FactId::unique_id, 0, 32},
    {FactId::product_url, 0, 256},
    {FactId::product_label, 0, 64},
    {FactId::manufacturing_date, 0, 16},  // a shorter one is no date
    {FactId::node_label, 0, 32},
    {FactId::location_name, 0, 128},
};
// Factory data group the digits of a date with two dashes, which the attribute does not have.
size_t size_of(const Statement& s, std::string_view text) {
  const auto date =
      s.fact == FactId::manufacturing_date ? written_date(text) : MaybeValue<WrittenDate>();
  return text.size() - (date && date->grouped ? 2 : 0);
}

Outcome texts_fit(const Evidence& e) {
  std::string message, expected, actual, source;
  FactSet facts;
  bool any = false;
  for (const Statement& s : e.device.statements) {
    const auto* row = std::find_if(std::begin(kLengths), std::end(kLengths),
                                   [&](const Length& l) { return l.fact == s.fact; });
    const Maybe<std::string> text = std::get_if<std::string>(&s.value);
    if (row == std::end(kLengths) || text == nullptr) continue;
    any = true;
    const size_t size = size_of(s, *text);
    if (size >= row->least && size <= row->most) continue;
    const std::string range = row->least == 0
                                  ? fmt::format("at most {} bytes", row->most)
                                  : fmt::format("{} to {} bytes", row->least, row->most);
    facts.set(static_cast<size_t>(s.fact));
    message += fmt::format("{}{} in {} has {} bytes ({})", message.empty() ? "" : "; ",
                           fact_name(s.fact), place_text(s.place), size, range);
    if (!source.empty()) continue;
    expected = range;
    actual = fmt::format("{} bytes", size);
    source = place_text(s.place);
  }
  for (const Noted& noted : e.device.remarks) {
    if (noted.remark != Remark::empty_text) continue;
    for (const Length& row : kLengths) {
      if (noted.message == fact_name(row.fact)) facts.set(static_cast<size_t>(row.fact));
    }
    message += fmt::format("{}{} in {} has 0 bytes (1 to 64 bytes)", message.empty() ? "" : "; ",
                           noted.message, place_text(noted.place));
    if (!source.empty()) continue;
    expected = "1 to 64 bytes";
    actual = "0 bytes";
    source = place_text(noted.place);
  }
  if (!message.empty())
    return of_facts(
        facts, fail(std::move(message), std::move(expected), std::move(actual), std::move(source)));
  return any ? pass() : skipped("no names or version texts in the evidence");
}

Outcome device_type_is_the_declarations(const LotView& lot, const Declaration& cd,
                                        const Stated<FactId::device_type_id>& stated) {
  // The ledger tells which of the two is wrong: one fault, one finding.
  if (std::holds_alternative<Found<Model>>(lot.facts.model))
    return skipped("the ledger's entry is compared with both");
  return for_each(stated, "the device's own type is not in the evidence", [&](const Statement& s) {
    const Maybe<uint64_t> type = std::get_if<uint64_t>(&s.value);
    if (type == nullptr || *type == cd->device_type_id) return pass();
    return fail(fmt::format("the device type in {} is {}, the certification declaration names "
                            "{}",
                            place_text(s.place), *type, cd->device_type_id),
                std::to_string(cd->device_type_id), std::to_string(*type), place_text(s.place));
  });
}

constexpr Check kChecks[] = {
    {
        .id = "onboarding.discriminator-is-in-range",
        .title = "the discriminator has at most 12 bits",
        .spec = "Matter Core 5.4.2.4",
        .proves_authenticity = false,
        .run = rule<discriminator_is_in_range>,
        .rule = "A discriminator is 0 to 4095. A device that stores a larger number advertises "
                "another one than its label gives, or none.",
        .remedy = "give the device a discriminator of 12 bits, and a new label with it",
    },
    {
        .id = "onboarding.flow-is-defined",
        .title = "the commissioning flow is a defined one",
        .spec = "Matter Core 5.1.3.1",
        .proves_authenticity = false,
        .run = rule<flow_is_defined>,
        .rule = "0 is standard, 1 user intent, 2 custom; 3 is reserved and nothing lies above.",
        .remedy = "correct the commissioning flow",
    },
    {
        .id = "basic.manufacturing-date-is-a-date",
        .title = "the manufacturing date is one",
        .spec = "Matter Core 11.1.5.12",
        .proves_authenticity = false,
        .run = rule<date_is_a_date>,
        .rule = "Its first eight characters are YYYYMMDD, a day of the calendar; factory data "
                "write it with dashes as well.",
        .remedy = "correct the manufacturing date in the factory data",
    },
    {
        .id = "basic.manufacturing-date-is-plausible",
        .title = "the manufacturing date lies between the first Matter device and today",
        .severity = kErrorAtLab,
        .spec = "TC-BINFO-2.1",
        .after = {"basic.manufacturing-date-is-a-date"},
        .proves_authenticity = false,
        .run = rule<date_is_plausible>,
        .rule = "A date before October 2022 or in the future is a clock or a template that nobody "
                "set; 2020-01-01 is what the SDK says for a device that has none.",
        .remedy = "write the day of production into the factory data",
    },
    {
        .id = "basic.texts-fit-their-attributes",
        .title = "names, numbers and version texts fit their attributes",
        .severity = kErrorAtLab,
        .spec = "TC-BINFO-2.1",
        .proves_authenticity = false,
        .run = rule<texts_fit>,
        .alike =
            "only the serial number is its own, and with one that is empty or does not fit it is "
            "alike to none",
        .rule = "Basic Information bounds each of its texts, in bytes of UTF-8. A longer one is "
                "cut, or the attribute cannot be read.",
        .remedy = "shorten the text; letters beyond ASCII take two to four bytes each",
    },
    {
        .id = "basic.device-type-is-the-declarations",
        .title = "the device type is the one of the declaration",
        .severity = kWarning,
        .spec = "Matter Core 6.3.1",
        .proves_authenticity = false,
        .run = rule<device_type_is_the_declarations>,
        .rule = "The declaration names the primary device type of the certified product.",
        .remedy = "correct the device type, or use the declaration of this product",
    },
};

}  // namespace

std::span<const Check> device_fact_checks() {
  return kChecks;
}

}  // namespace attest
