#include "report/html_chain.h"

#include <fmt/format.h>

#include "report/html_page.h"
#include "verifier/rules/check.h"

namespace attest {
namespace {

// The check that gave a part its status, as a link to where the page explains it.
void reason(Markup& page, Status status, const Finding* f) {
  page.leaf("b", status_name(status));
  if (f == nullptr) return;
  const Check* shown = f->blocked_by != nullptr ? f->blocked_by : f->check;
  page.text(f->blocked_by != nullptr ? " by " : " ");
  const auto link = page.in("a", {Attribute::link_to(shown->id)});
  page.leaf("code", shown->id);
}

void box(Markup& page, const ChainPicture& picture, Part part, const char* place,
         const Box& shown) {
  const Status status = picture.status(part);
  const auto li = page.in("li", {{"class", fmt::format("box at-{} {}{}", place, tone_class(status),
                                                       shown.there ? "" : " is-absent")}});
  {
    const auto name = page.in("p", {{"class", "name"}});
    page.leaf("b", shown.name).text(" ").leaf("span", shown.title);
  }
  if (!shown.ids.empty()) page.leaf("p", shown.ids, {{"class", "ids"}});
  const auto row = [&](const std::string& text, const char* kind) {
    if (text.empty()) return;
    const auto p = page.in("p", {{"class", kind}});
    page.isolated(text);
  };
  row(shown.text, "text");
  row(shown.detail, "detail");
  if (status == Status::pass || status == Status::skipped) return;
  const auto state = page.in("p", {{"class", "state"}});
  reason(page, status, picture.reason(part));
}

// Two ends that do not meet, and a cross between them. A link that runs across turns it.
void broken(Markup& page) {
  const auto svg = page.in("svg", {{"class", "broken"},
                                   {"viewBox", "0 0 40 64"},
                                   {"aria-hidden", "true"},
                                   {"focusable", "false"}});
  const auto g = page.in("g", {{"fill", "none"},
                               {"stroke", "currentColor"},
                               {"stroke-width", "3"},
                               {"stroke-linecap", "round"},
                               {"stroke-linejoin", "round"}});
  page.empty("path", {{"d", "M20 0v8l-10 5M20 64v-8l10-5"}});
  page.empty("path", {{"d", "M12 24l16 16M28 24L12 40"}, {"stroke-width", "4"}});
}

void link(Markup& page, const ChainPicture& picture, Part part, const char* place,
          const char* what) {
  const Status status = picture.status(part);
  const auto li =
      page.in("li", {{"class", fmt::format("tie at-{} {}", place, tone_class(status))}});
  {
    const auto wire = page.in("span", {{"class", "wire"}});
    page.leaf("i", "");
    if (status == Status::fail) {
      broken(page);
    } else {
      status_symbol(page, status);
    }
    page.leaf("i", "");
  }
  const auto words = page.in("span", {{"class", "what"}});
  page.text(what).text(": ");
  reason(page, status, picture.reason(part));
}

void html_chain(Markup& page, const ChainPicture& picture, bool with_device) {
  const auto list = page.in("ol", {{"class", "chain"}});
  box(page, picture, Part::ledger, "ledger", picture.ledger);
  link(page, picture, Part::approves, "approves", picture.trusted_by.c_str());
  box(page, picture, Part::paa, "paa", picture.paa);
  link(page, picture, Part::issued_pai, "issued-pai", "issued");
  box(page, picture, Part::pai, "pai", picture.pai);
  link(page, picture, Part::issued_dac, "issued-dac", "issued");
  box(page, picture, Part::dac, "dac", picture.dac);
  link(page, picture, Part::covers, "covers", "covered by");
  box(page, picture, Part::cd, "cd", picture.cd);
  if (!with_device) return;
  link(page, picture, Part::certifies, "certifies", "certified on the ledger");
  link(page, picture, Part::proves, "proves", "DAC's key shown by the device");
  link(page, picture, Part::describes, "describes", "declaration describes the device");
  box(page, picture, Part::device, "device", picture.device);
  link(page, picture, Part::onboards, "onboards", "label fits the device");
  box(page, picture, Part::label, "label", picture.label);
}

}  // namespace

void html_chains(Markup& page, const ChainPictures& pictures) {
  for (const ChainPicture& picture : pictures.all) {
    if (pictures.several()) {
      const auto h3 = page.in("h3", {{"class", "of-chain"}});
      page.text(fmt::format("The {} chain: ", picture.chain))
          .leaf("b", verdict_name(picture.verdict), {{"class", tone_class(picture.verdict)}});
    }
    html_chain(page, picture, &picture == &pictures.first());
  }
}

}  // namespace attest
