#include "report/identity_table.h"

#include <algorithm>
#include <map>

namespace attest {
namespace {

using Values = std::vector<uint64_t>;

Values one(const std::optional<uint16_t>& id) {
  return id ? Values{*id} : Values{};
}

// What files say in so many words: a row for each file, and another where it says a second thing.
void add_statements(std::vector<IdentityRow>& rows, const Device& device, const char* name) {
  const auto first = static_cast<std::ptrdiff_t>(rows.size());
  for (const Statement& s : device.statements) {
    const auto* value = std::get_if<uint64_t>(&s.value);
    if ((s.fact != FactId::vendor_id && s.fact != FactId::product_id) || value == nullptr) continue;
    const auto said = s.fact == FactId::vendor_id ? &IdentityRow::vids : &IdentityRow::pids;
    const std::string where = printable(s.place.path);
    const auto fits = [&](const IdentityRow& r) {
      return r.where == where && ((r.*said).empty() || r.*said == Values{*value});
    };
    auto row = std::find_if(rows.begin() + first, rows.end(), fits);
    if (row == rows.end())
      row = rows.insert(rows.end(), {.place = name, .where = where, .vids = {}, .pids = {}});
    (*row).*said = {*value};
  }
}

// The value that most places allow is taken for the right one; where two are equally frequent, all
// of them are odd.
template <class Member, class Mark>
void mark_odd(std::vector<IdentityRow*> rows, Member values, Mark odd) {
  std::map<uint64_t, size_t> support;
  for (const IdentityRow* row : rows) {
    for (const uint64_t value : row->*values) ++support[value];
  }
  size_t most = 0;
  for (const auto& [value, count] : support) most = std::max(most, count);
  Values best;
  for (const auto& [value, count] : support) {
    if (count == most) best.push_back(value);
  }
  const auto agrees = [&](const IdentityRow& row, uint64_t value) {
    return std::find((row.*values).begin(), (row.*values).end(), value) != (row.*values).end();
  };
  // One value that every place allows is enough, whatever else a list holds.
  for (const uint64_t value : best) {
    if (std::all_of(rows.begin(), rows.end(), [&](const IdentityRow* row) {
          return (row->*values).empty() || agrees(*row, value);
        }))
      return;
  }
  for (IdentityRow* row : rows)
    row->*odd = !(row->*values).empty() && (best.size() > 1 || !agrees(*row, best.front()));
}

}  // namespace

std::vector<IdentityRow> identity_table(const Evidence& e) {
  std::vector<IdentityRow> rows;
  const auto certificate = [&](const char* name, const CertificateEvidence& given) {
    if (given.certificate)
      rows.push_back({.place = name,
                      .where = place_text(*given.place),
                      .vids = one(given.certificate->vid()),
                      .pids = one(given.certificate->pid()),
                      .of_certificates = true});
  };
  if (e.paa)
    rows.push_back({.place = "PAA",
                    .where = printable(e.paa->source),
                    .vids = one(e.paa->vid),
                    .pids = {},
                    .of_certificates = true});
  certificate("PAI", e.pai);
  certificate("DAC", e.dac);
  const bool origin = e.cd && e.cd->dac_origin_vendor_id;
  if (e.cd) {
    rows.push_back({.place = "CD",
                    .where = e.cd_place ? place_text(*e.cd_place) : "",
                    .vids = {e.cd->vendor_id},
                    .pids = {e.cd->product_ids.begin(), e.cd->product_ids.end()}});
    if (origin)
      rows.push_back({.place = "CD, origin of the DAC",
                      .where = "",
                      .vids = one(e.cd->dac_origin_vendor_id),
                      .pids = one(e.cd->dac_origin_product_id),
                      .of_certificates = true});
  }
  add_statements(rows, e.device, "Basic Information");
  for (const CodeEvidence& code : e.onboarding.codes) {
    if (code.other_device || !code.payload.vendor_id) continue;
    rows.push_back({.place = code.payload.manual ? "Manual code" : "QR code",
                    .where = place_text(code.place),
                    .vids = one(code.payload.vendor_id),
                    .pids = one(code.payload.product_id)});
  }
  for (const CsrEvidence& csr : e.csrs) {
    if (csr.csr)
      rows.push_back({.place = "Certification request",
                      .where = place_text(csr.place),
                      .vids = one(csr.csr->vid),
                      .pids = one(csr.csr->pid),
                      .of_certificates = true});
  }
  if (const auto* model = std::get_if<Found<Model>>(&e.facts->model))
    rows.push_back({.place = "Ledger, model",
                    .where = printable(model->from.source),
                    .vids = {model->value.vid},
                    .pids = {model->value.pid}});
  if (e.ordered) add_statements(rows, *e.ordered, "What was ordered");

  std::vector<IdentityRow*> product, certificates;
  for (IdentityRow& row : rows)
    (row.of_certificates && origin ? certificates : product).push_back(&row);
  for (const auto& group : {product, certificates}) {
    mark_odd(group, &IdentityRow::vids, &IdentityRow::vid_odd);
    mark_odd(group, &IdentityRow::pids, &IdentityRow::pid_odd);
  }
  return rows;
}

}  // namespace attest
