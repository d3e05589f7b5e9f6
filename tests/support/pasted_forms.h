// The forms in which people paste bytes, each made here from bytes: what the reader of source text
// has to turn back.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "verifier/base/bytes.h"

namespace attest::test {

inline std::string listed(View v, const char* form, const char* between, size_t per_line = 0,
                          const char* line_end = "\n") {
  std::string out;
  for (size_t i = 0; i < v.size(); ++i) {
    if (i != 0) out += per_line != 0 && i % per_line == 0 ? line_end : between;
    out += fmt::format(fmt::runtime(form), v[i]);
  }
  return out;
}
inline std::string picture(View v) {
  std::string out;
  for (const uint8_t b : v) out += b >= 0x20 && b < 0x7F ? static_cast<char>(b) : '.';
  return out;
}
// Lines of 16 bytes; `line` writes one of an address and bytes.
inline std::string in_lines(View v, const std::function<std::string(size_t, View)>& line,
                            size_t per_line = 16) {
  std::string out;
  for (size_t at = 0; at < v.size(); at += per_line)
    out += line(at, v.subspan(at, std::min(per_line, v.size() - at))) + "\n";
  return out;
}
inline std::string in_chunks(std::string_view s, size_t size, const char* before,
                             const char* behind) {
  std::string out;
  for (size_t at = 0; at < s.size(); at += size)
    out += before + std::string(s.substr(at, size)) + behind;
  return out;
}

inline std::string xxd_line(size_t at, View v) {
  std::string bytes;
  for (size_t i = 0; i < v.size(); ++i) bytes += fmt::format("{:02x}{}", v[i], i % 2 ? " " : "");
  return fmt::format("{:08x}: {:<41} {}", at, bytes, picture(v));
}
inline std::string hexdump_line(size_t at, View v) {
  std::string bytes;
  for (size_t i = 0; i < v.size(); ++i) bytes += fmt::format("{:02x} {}", v[i], i == 7 ? " " : "");
  return fmt::format("{:08x}  {:<49} |{}|", at, bytes, picture(v));
}
inline std::string python_bytes(View v) {
  std::string out;
  for (const uint8_t b : v) {
    if (b == '\n')
      out += "\\n";
    else if (b == '\r')
      out += "\\r";
    else if (b == '\t')
      out += "\\t";
    else if (b == '\\' || b == '\'')
      out += std::string("\\") + static_cast<char>(b);
    else if (b >= 0x20 && b < 0x7F)
      out += static_cast<char>(b);
    else
      out += fmt::format("\\x{:02x}", b);
  }
  return out;
}
// The device certificate's array as Java writes it: bytes above 127 are negative.
inline std::string java_bytes(View v) {
  std::string out;
  for (const uint8_t b : v)
    out += b < 128 ? fmt::format("0x{:02x}, ", b) : fmt::format("(byte) 0x{:02x}, ", b);
  return out;
}
inline std::string signed_bytes(View v) {
  std::string out;
  for (const uint8_t b : v) out += fmt::format("{}, ", static_cast<int>(static_cast<int8_t>(b)));
  return out;
}

struct PastedForm {
  const char* name;
  std::function<std::string(View)> write;
};
inline const std::vector<PastedForm>& pasted_forms() {
  static const std::vector<PastedForm> forms = {
      {"xxd", [](View v) { return in_lines(v, xxd_line); }},
      {"gdb's words",
       [](View v) {
         std::string out;
         for (size_t at = 0; at < v.size(); at += 4) {
           uint32_t word = 0;
           for (size_t i = at; i < std::min(at + 4, v.size()); ++i)
             word |= static_cast<uint32_t>(v[i]) << 8 * (i - at);
           out += fmt::format("0x{:08x}: 0x{:08x}\n", 0x3E0000 + at, word);
         }
         return out;
       }},
      {"a data base's bytes", [](View v) { return "1\t\\x" + hex(v) + "\n"; }},
      {"xxd of a place in memory",
       [](View v) {
         return in_lines(v, [](size_t at, View l) { return xxd_line(0x3F0000 + at, l); });
       }},
      {"xxd -c 8",
       [](View v) {
         return in_lines(
             v,
             [](size_t at, View l) {
               return fmt::format("{:08x}: {:<20} {}", at, listed(l, "{:02x}", ""), picture(l));
             },
             8);
       }},
      {"hexdump -C",
       [](View v) { return in_lines(v, hexdump_line) + fmt::format("{:08x}\n", v.size()); }},
      {"hexdump",
       [](View v) {
         Bytes even = to_bytes(v);
         if (even.size() % 2 != 0) even.push_back(0);
         std::string out;
         for (size_t at = 0; at < even.size(); at += 16) {
           out += fmt::format("{:07x}", at);
           for (size_t i = at; i < std::min(at + 16, even.size()); i += 2)
             out += fmt::format(" {:02x}{:02x}", even[i + 1], even[i]);
           out += "\n";
         }
         return out + fmt::format("{:07x}\n", v.size());
       }},
      {"od -A x -t x1",
       [](View v) {
         return in_lines(v,
                         [](size_t at, View l) {
                           return fmt::format("{:06x} {}", at, listed(l, "{:02x}", " "));
                         }) +
                fmt::format("{:06x}\n", v.size());
       }},
      {"od -t x1, octal addresses",
       [](View v) {
         return in_lines(v,
                         [](size_t at, View l) {
                           return fmt::format("{:07o} {}", at, listed(l, "{:02x}", " "));
                         }) +
                fmt::format("{:07o}\n", v.size());
       }},
      {"od -A d -t x1",
       [](View v) {
         return in_lines(v,
                         [](size_t at, View l) {
                           return fmt::format("{:07d} {}", at, listed(l, "{:02x}", " "));
                         }) +
                fmt::format("{:07d}\n", v.size());
       }},
      {"od",
       [](View v) {
         return in_lines(v,
                         [](size_t at, View l) {
                           std::string out = fmt::format("{:07o}", at);
                           for (size_t i = 0; i < l.size(); i += 2)
                             out += fmt::format(
                                 " {:03o}{:03o}",
                                 (l[i] | (i + 1 < l.size() ? l[i + 1] << 8 : 0)) >> 9,
                                 (l[i] | (i + 1 < l.size() ? l[i + 1] << 8 : 0)) & 0777);
                           return out;
                         }) +
                fmt::format("{:07o}\n", v.size());
       }},
      {"od -b",
       [](View v) {
         return in_lines(v,
                         [](size_t at, View l) {
                           return fmt::format("{:07o} {}", at, listed(l, "{:03o}", " "));
                         }) +
                fmt::format("{:07o}\n", v.size());
       }},
      {"hexdump -b",
       [](View v) {
         return in_lines(v,
                         [](size_t at, View l) {
                           return fmt::format("{:07x} {}", at, listed(l, "{:03o}", " "));
                         }) +
                fmt::format("{:07x}\n", v.size());
       }},
      {"od -t u1",
       [](View v) {
         return in_lines(v,
                         [](size_t at, View l) {
                           return fmt::format("{:07o} {}", at, listed(l, "{:3}", " "));
                         }) +
                fmt::format("{:07o}\n", v.size());
       }},
      {"hex with blanks in one line behind a name",
       [](View v) { return "DAC: " + listed(v, "{:02X}", " ") + "\n"; }},
      {"device tree", [](View v) { return "dac = [" + listed(v, "{:02x}", " ") + "];\n"; }},
      {"NSData",
       [](View v) {
         std::string out = "dac = <";
         for (size_t at = 0; at < v.size(); at += 4)
           out += (at == 0 ? "" : " ") + hex(v.subspan(at, std::min<size_t>(4, v.size() - at)));
         return out + ">\n";
       }},
      {"od -A n with a heading",
       [](View v) {
         return "dac.der:\n" +
                in_lines(v, [](size_t, View l) { return " " + listed(l, "{:02x}", " "); });
       }},
      {"Format-Hex of Windows PowerShell",
       [](View v) {
         return "\r\n           Path: C:\\dac.der\r\n\r\n           00 01 02 03 04 05 06 07 08 09 "
                "0A 0B "
                "0C 0D 0E 0F\r\n\r\n" +
                in_lines(v, [](size_t at, View l) {
                  return fmt::format("{:08X}   {:<47}  {}\r", at, listed(l, "{:02X}", " "),
                                     picture(l));
                });
       }},
      {"Format-Hex of PowerShell 7",
       [](View v) {
         return "\n   Label: /home/a/dac.der\n\n          Offset Bytes                             "
                "              Ascii\n                 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D "
                "0E "
                "0F\n          ------ ----------------------------------------------- -----\n" +
                in_lines(v, [](size_t at, View l) {
                  return fmt::format("{:016X} {:<47} {}", at, listed(l, "{:02X}", " "), picture(l));
                });
       }},
      {"gdb x/xb",
       [](View v) {
         return "(gdb) x/461xb dac_cert\n" +
                in_lines(
                    v,
                    [](size_t at, View l) {
                      const std::string symbol =
                          at == 0 ? "<dac_cert>" : fmt::format("<dac_cert+{}>", at);
                      return fmt::format("0x{:08x} {}:\t{}", 0x20001000 + at, symbol,
                                         listed(l, "0x{:02x}", "\t"));
                    },
                    8);
       }},
      {"gdb print, with repeats",
       [](View v) {
         std::string out = "$1 = {";
         for (size_t i = 0; i < v.size();) {
           size_t n = 1;
           while (i + n < v.size() && v[i + n] == v[i]) ++n;
           if (n < 3) n = 1;
           out += fmt::format("{}0x{:x}", i == 0 ? "" : ", ", v[i]);
           if (n > 1) out += fmt::format(" <repeats {} times>", n);
           i += n;
         }
         return out + "}\n";
       }},
      {"lldb memory read",
       [](View v) {
         return "(lldb) memory read --count 461 dac\n" + in_lines(v, [](size_t at, View l) {
                  return fmt::format("0x{:x}: {:<47}  {}", 0x16FDFF1F0 + at,
                                     listed(l, "{:02x}", " "), picture(l));
                });
       }},
      {"U-Boot md.b",
       [](View v) {
         return in_lines(v, [](size_t at, View l) {
           return fmt::format("{:08x}: {:<47}    {}", 0x20001000 + at, listed(l, "{:02x}", " "),
                              picture(l));
         });
       }},
      {"J-Link mem8",
       [](View v) {
         return in_lines(v, [](size_t at, View l) {
           return fmt::format("{:08X} = {:<47}  {}", 0x20001000 + at, listed(l, "{:02X}", " "),
                              picture(l));
         });
       }},
      {"ESP_LOG_BUFFER_HEX",
       [](View v) {
         return in_lines(v,
                         [](size_t, View l) { return "I (316) app: " + listed(l, "{:02x}", " "); });
       }},
      {"ESP_LOG_BUFFER_HEXDUMP",
       [](View v) {
         return in_lines(v, [](size_t at, View l) {
           return fmt::format("I (316) app: 0x{:08x}   {:<48}  |{}|", 0x3FFB4280 + at,
                              listed(l, "{:02x}", " "), picture(l));
         });
       }},
      {"xxd -i",
       [](View v) {
         return "unsigned char dac_der[] = {\n  " + listed(v, "0x{:02x}", ", ", 12, ",\n  ") +
                fmt::format("\n}};\nunsigned int dac_der_len = {};\n", v.size());
       }},
      {"xxd -i without its head",
       [](View v) { return "  " + listed(v, "0x{:02x}", ", ", 12, ",\n  ") + "\n"; }},
      {"C array of a size, with comments",
       [](View v) {
         return fmt::format(
                    "// the device's own\nstatic const uint8_t kDac[{}] PROGMEM = {{ /* DER "
                    "*/\n    ",
                    v.size()) +
                listed(v, "0x{:02X}U", ", ", 16, ", // more\n    ") + ",\n};\n";
       }},
      {"C++ span",
       [](View v) {
         return "constexpr std::array<uint8_t, 461> kDac{ {" + listed(v, "0x{:02x}", ",") + "} };";
       }},
      {"C macro continued by backslashes",
       [](View v) {
         return "#define DAC_CERT \\\n{ \\\n    " + listed(v, "0x{:02x}", ", ", 12, ", \\\n    ") +
                " \\\n}\n";
       }},
      {"C string",
       [](View v) {
         return "const char dac[] =\n" +
                in_chunks(listed(v, "\\x{:02x}", ""), 64, "    \"", "\"\n") + "    ;\n";
       }},
      {"escapes without quotes", [](View v) { return listed(v, "\\x{:02x}", "") + "\n"; }},
      {"assembler",
       [](View v) {
         return "dac:\n    .byte " + listed(v, "0x{:02x}", ", ", 8, "\n    .byte ") + "\n";
       }},
      {"DB of an assembler",
       [](View v) { return "DAC DB " + listed(v, "0{:02X}h", ", ", 8, "\n    DB ") + "\n"; }},
      {"Python bytes", [](View v) { return "dac = b'" + python_bytes(v) + "'\n"; }},
      {"Python bytes in brackets",
       [](View v) {
         std::string out = "dac = (\n";
         for (size_t at = 0; at < v.size(); at += 20)
           out +=
               "    b'" + python_bytes(v.subspan(at, std::min<size_t>(20, v.size() - at))) + "'\n";
         return out + ")\n";
       }},
      {"Python list",
       [](View v) { return "dac = [" + listed(v, "{}", ", ", 20, ",\n  ") + "]\n"; }},
      {"Python bytes.fromhex",
       [](View v) {
         return "dac = bytes.fromhex(\n" + in_chunks(hex(v), 64, "    '", "'\n") + ")\n";
       }},
      {"bytes(\"...\")", [](View v) { return "dac = bytes(\"" + hex_upper(v) + "\")\n"; }},
      {"chip-tool's hex:",
       [](View v) { return "chip-tool any command-by-id 0x3E 3 hex:" + hex(v) + " 1 0\n"; }},
      {"hex behind a name", [](View v) { return "DAC: " + hex(v) + "\nand so on.\n"; }},
      {"hex with colons behind a name",
       [](View v) { return "DAC = " + hex_colons(v) + "\nand so on.\n"; }},
      {"base64 behind a name", [](View v) { return "dac_cert: " + base64(v) + "\n\nThanks!\n"; }},
      {"base64 in lines between prose",
       [](View v) {
         return "This is what the device sent:\n\n" + in_chunks(base64(v), 64, "", "\n") +
                "\nCan you see why it fails?\n";
       }},
      {"Java array",
       [](View v) { return "static final byte[] DAC = new byte[] {" + java_bytes(v) + "};\n"; }},
      {"Java array of signed bytes",
       [](View v) { return "private static byte[] DAC = {" + signed_bytes(v) + "};\n"; }},
      {"Java base64",
       [](View v) {
         return "String dac =\n" + in_chunks(base64(v), 60, "    \"", "\" +\n") + "    \"\";\n";
       }},
      {"Kotlin",
       [](View v) {
         return "val dac = byteArrayOf(" + listed(v, "0x{:02x}.toByte()", ", ") + ")\n";
       }},
      {"Go base64",
       [](View v) { return "const dac = `\n" + in_chunks(base64(v), 76, "", "\n") + "`\n"; }},
      {"Go bytes", [](View v) { return "var dac = []byte{" + listed(v, "0x{:x}", ", ") + "}\n"; }},
      {"Rust",
       [](View v) {
         return fmt::format("pub const DAC: [u8; {}] = [", v.size()) +
                listed(v, "0x{:02x}u8", ", ") + "];\n";
       }},
      {"Rust with underscores",
       [](View v) { return "const DAC: &[u8] = &[" + listed(v, "0x{:02x}_u8", ", ") + "];\n"; }},
      {"JavaScript",
       [](View v) { return "const dac = new Uint8Array([" + listed(v, "{}", ",") + "]);\n"; }},
      {"Swift",
       [](View v) { return "let dac: [UInt8] = [" + listed(v, "0x{:02X}", ", ") + "]\n"; }},
  };
  return forms;
}

}  // namespace attest::test
