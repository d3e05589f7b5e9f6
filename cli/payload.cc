// payload: onboarding codes read and made.

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/options.h"
#include "codecs/loader.h"
#include "platform/files.h"
#include "platform/output.h"
#include "report/inspect_json.h"
#include "report/qr_picture.h"
#include "verifier/matter/onboarding_payload.h"
#include "verifier/matter/onboarding_words.h"

namespace attest::cli {
namespace {

// --- parse ---

// Both forms are told apart by their characters; a text that begins like neither is a QR code
// without its prefix.
std::vector<OnboardingPayload> parse_code(std::string_view code) {
  const bool digits =
      !code.empty() && code.find_first_not_of("0123456789- \t") == std::string_view::npos;
  return digits ? std::vector<OnboardingPayload>{parse_manual_code(code)} : parse_qr(code);
}

std::string flow_text(const OnboardingPayload& p) {
  if (p.flow)
    return fmt::format("{} ({})", *p.flow < std::size(kFlows) ? kFlows[*p.flow].name : "reserved",
                       *p.flow);
  return p.long_form ? "user intent or custom" : "";
}

std::string capabilities_text(uint8_t bits) {
  std::vector<std::string> out;
  for (size_t i = 0; i < 8; ++i) {
    if ((bits >> i & 1) != 0)
      out.push_back(i < std::size(kDiscoveryWays) ? kDiscoveryWays[i].name
                                                  : fmt::format("reserved bit {}", i));
  }
  return fmt::format("{} (0x{:02X})", out.empty() ? "none" : fmt::to_string(fmt::join(out, ", ")),
                     bits);
}

bool has_values(const OnboardingPayload& p) {
  return CodeEvidence{.payload = p, .place = {}}.has_values();
}

std::string payload_text(const OnboardingPayload& p) {
  std::string out;
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty()) out += fmt::format("{:<24}{}\n", name, value);
  };
  line(p.manual ? "manual code" : "QR code", printable(p.text));
  if (has_values(p)) {
    line("vendor id", p.vendor_id ? hex_id(*p.vendor_id) : "");
    line("product id", p.product_id ? hex_id(*p.product_id) : "");
    line("flow", flow_text(p));
    if (p.capabilities) line("discovery capabilities", capabilities_text(*p.capabilities));
    line(p.manual ? "short discriminator" : "discriminator", std::to_string(p.discriminator));
    line("passcode", fmt::format("{:08}", p.passcode));
    line("serial number", p.serial_number ? printable(*p.serial_number) : "");
    line("PBKDF iterations", p.pbkdf_iterations ? std::to_string(*p.pbkdf_iterations) : "");
    line("PBKDF salt", p.pbkdf_salt ? hex(*p.pbkdf_salt) : "");
    line("number of devices", p.number_of_devices ? std::to_string(*p.number_of_devices) : "");
    line("commissioning timeout",
         p.commissioning_timeout ? std::to_string(*p.commissioning_timeout) : "");
    for (const auto& element : p.vendor_elements)
      line(fmt::format("vendor element 0x{:02X}", element.tag).c_str(), printable(element.value));
  }
  for (const PayloadProblem& problem : p.problems)
    line(problem.warning ? "warning" : "error", printable(problem.message));
  return out;
}

struct ParseOptions {
  std::string code, format = "text";
};

int parse(const ParseOptions& options, const Console& console) {
  std::string code = options.code;
  if (code == "-") {
    const auto input = FileBytes::standard_input(console);
    if (!input) return print_error(console, input.error().what);
    code = text(input->view());
    while (!code.empty() && (code.back() == '\n' || code.back() == '\r')) code.pop_back();
  }
  const auto payloads = parse_code(code);
  bool valid = true;
  std::string text;
  Json list{Json::Array{}};
  for (const OnboardingPayload& p : payloads) {
    valid = valid && p.valid();
    text += (text.empty() ? "" : "\n") + payload_text(p);
    list.push(payload_json(p));
  }
  if (options.format == "json")
    text = dump_pretty(Json(Json::Object{})
                           .set("schema", "matter-attest/payload/1")
                           .set("valid", valid)
                           .set("payloads", std::move(list)));
  if (const auto written = write_output("", text, console); !written)
    return print_error(console, written.error().what);
  return valid ? 0 : 1;
}

// --- make ---

struct MakeOptions {
  std::string vid, pid, passcode, discriminator, flow = "0", capabilities = "2", qr_image,
                                                 format = "text";
};

Result<OnboardingPayload> payload_from(const MakeOptions& options) {
  uint32_t vid = 0, pid = 0, passcode = 0, discriminator = 0, flow = 0, capabilities = 0;
  const struct {
    const char* option;
    const std::string& given;
    uint32_t most;
    uint32_t& into;
  } rows[] = {{"--vid", options.vid, 0xFFFF, vid},
              {"--pid", options.pid, 0xFFFF, pid},
              {"--passcode", options.passcode, 99999999, passcode},
              {"--discriminator", options.discriminator, 4095, discriminator},
              {"--flow", options.flow, 2, flow},
              {"--capabilities", options.capabilities, 0xFF, capabilities}};
  for (const auto& row : rows) {
    if (row.given.empty()) return error(fmt::format("{} is needed", row.option));
    const auto number = number_of(row.option, row.given, row.most);
    if (!number) return tl::unexpected(number.error());
    row.into = static_cast<uint32_t>(*number);
  }
  OnboardingPayload p;
  if (vid != 0) p.vendor_id = static_cast<uint16_t>(vid);
  if (vid != 0 || pid != 0) p.product_id = static_cast<uint16_t>(pid);
  p.passcode = passcode;
  p.discriminator = static_cast<uint16_t>(discriminator);
  p.flow = static_cast<uint8_t>(flow);
  p.capabilities = static_cast<uint8_t>(capabilities);
  return p;
}

int make(const MakeOptions& options, const Console& console) {
  const auto payload = payload_from(options);
  if (!payload) return print_error(console, payload.error().what);
  const auto qr = make_qr(*payload);
  if (!qr) return print_error(console, qr.error().what);
  const auto manual = make_manual_code(*payload);
  if (!manual) return print_error(console, manual.error().what);
  if (!options.qr_image.empty()) {
    const auto picture = qr_picture(*qr, options.qr_image, loaded_codecs());
    if (!picture) return print_error(console, picture.error().what);
    if (const auto written = write_output(options.qr_image, *picture, console); !written)
      return print_error(console, written.error().what);
    if (options.qr_image == "-") return 0;
  }
  std::string text = fmt::format("{:<24}{}\n{:<24}{}\n", "QR code", *qr, "manual code", *manual);
  if (options.format == "json")
    text = dump_pretty(Json(Json::Object{}).set("qr", *qr).set("manual_code", *manual));
  return show(text, console);
}

}  // namespace

void add_payload(Command& root) {
  auto parse_options = std::make_shared<ParseOptions>();
  auto make_options = std::make_shared<MakeOptions>();
  Command& payload = root.subcommand(
      "payload", "read and make onboarding codes: QR codes and manual pairing codes");
  payload.example("matter-attest payload parse MT:Y.K9042C00KA0648G00");
  payload.subcommand("parse", "say what a code holds and which rules it breaks")
      .group(Group::output)
      .choice("--format", {"text", "json"}, parse_options->format,
              "how it is written (default text)")
      .group(Group::input)
      .positional("CODE", parse_options->code,
                  "an MT: payload or a manual pairing code; - is stdin", true)
      .offers(Offer::nothing)
      .example("matter-attest payload parse 34970112332")
      .example("matter-attest payload parse MT:Y.K9042C00KA0648G00")
      .footer("Exit codes: 0 a code without fault, 1 a code that commissioners refuse")
      .run(runs(parse_options, parse));
  payload.subcommand("make", "make the QR code and the manual code of a device")
      .group(Group::input)
      .text("--vid", "ID", make_options->vid, "vendor id, decimal or 0x...; 0 leaves it out")
      .text("--pid", "ID", make_options->pid, "product id, decimal or 0x...")
      .text("--passcode", "NUMBER", make_options->passcode, "1 to 99999998")
      .text("--discriminator", "NUMBER", make_options->discriminator, "0 to 4095")
      .text("--flow", "NUMBER", make_options->flow, flow_list(" (default 0)").c_str())
      .text("--capabilities", "BITS", make_options->capabilities,
            capability_list(Bits::before, "", " (default 2)").c_str())
      .group(Group::output)
      .text("--qr-image", "FILE", make_options->qr_image,
            "write the QR code as a picture: .svg, .png or .txt; - shows it here")
      .choice("--format", {"text", "json"}, make_options->format,
              "how the codes are written (default text)")
      .example(
          "matter-attest payload make --vid 0xFFF1 --pid 0x8000 --passcode 34567890 \\\n"
          "      --discriminator 3840 --qr-image label.svg")
      .run(runs(make_options, make));
}

}  // namespace attest::cli
