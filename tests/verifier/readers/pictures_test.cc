// Labels in all formats of pictures and documents that are read. The small ones were drawn once
// with the code below in them; BMP, whose pixels lie open, is written here.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/readings.h"
#include "verifier/readers/containers/picture_form.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr const char* kPayload = "MT:Y.K9042C00KA0648G00";

constexpr const char* kWebp =
    "UklGRn4AAABXRUJQVlA4THEAAAAvc8AcAA8w//M///MfeGDUNpKkMCj+LMMgAHqPb0T/o6qqqvaLgCTggWXLOkE18Y"
    "q8pKuysi4AVeCialR1AKkLPXHStpPAWHawGGF6QKq2XVQ5kQ4A19ouLAfbvEBjWkewxpU6PClx7QRQR7uoqqp/BAA=";
constexpr const char* kTiff =
    "SUkqABIBAAAmoHgSf////yC5guZFssx/////zYaIl3Nho//////+WRl2XeWR//////////8zFNv///////////NQv/"
    "////////HHH/////4y7Lsu4//////8SKQP/+QXqItl2XZFsikF3////////yIFzMObZt///////+ZijIeeRb//////"
    "yGi5myQKSA8u///////8gvObZtm2bZsFzb/////////4iORZlkFz/////yC5gi2Q9kPZd//////82GjGXfMwX/////"
    "//5ZGQ8y5l2P///////+XVNhyQGj////////Ns2zYpqAv////////x4yLZDz//////45t5IDmw0f/////xERH////+"
    "ACACAAkAAAEDAAEAAAB0AAAAAQEDAAEAAAB0AAAAAgEDAAEAAAABAAAAAwEDAAEAAAAEAAAABgEDAAEAAAABAAAAEQ"
    "EEAAEAAAAIAAAAFgEDAAEAAAB0AAAAFwEEAAEAAAAJAQAAHAEDAAEAAAABAAAAAAAAAA==";
constexpr const char* kGif =
    "R0lGODdhdAB0AIcAAAAAAAEBAQICAgMDAwQEBAUFBQYGBgcHBwgICAkJCQoKCgsLCwwMDA0NDQ4ODg8PDxAQEBERER"
    "ISEhMTExQUFBUVFRYWFhcXFxgYGBkZGRoaGhsbGxwcHB0dHR4eHh8fHyAgICEhISIiIiMjIyQkJCUlJSYmJicnJygo"
    "KCkpKSoqKisrKywsLC0tLS4uLi8vLzAwMDExMTIyMjMzMzQ0NDU1NTY2Njc3Nzg4ODk5OTo6Ojs7Ozw8PD09PT4+Pj"
    "8/P0BAQEFBQUJCQkNDQ0REREVFRUZGRkdHR0hISElJSUpKSktLS0xMTE1NTU5OTk9PT1BQUFFRUVJSUlNTU1RUVFVV"
    "VVZWVldXV1hYWFlZWVpaWltbW1xcXF1dXV5eXl9fX2BgYGFhYWJiYmNjY2RkZGVlZWZmZmdnZ2hoaGlpaWpqamtra2"
    "xsbG1tbW5ubm9vb3BwcHFxcXJycnNzc3R0dHV1dXZ2dnd3d3h4eHl5eXp6ent7e3x8fH19fX5+fn9/f4CAgIGBgYKC"
    "goODg4SEhIWFhYaGhoeHh4iIiImJiYqKiouLi4yMjI2NjY6Ojo+Pj5CQkJGRkZKSkpOTk5SUlJWVlZaWlpeXl5iYmJ"
    "mZmZqampubm5ycnJ2dnZ6enp+fn6CgoKGhoaKioqOjo6SkpKWlpaampqenp6ioqKmpqaqqqqurq6ysrK2tra6urq+v"
    "r7CwsLGxsbKysrOzs7S0tLW1tba2tre3t7i4uLm5ubq6uru7u7y8vL29vb6+vr+/v8DAwMHBwcLCwsPDw8TExMXFxc"
    "bGxsfHx8jIyMnJycrKysvLy8zMzM3Nzc7Ozs/Pz9DQ0NHR0dLS0tPT09TU1NXV1dbW1tfX19jY2NnZ2dra2tvb29zc"
    "3N3d3d7e3t/f3+Dg4OHh4eLi4uPj4+Tk5OXl5ebm5ufn5+jo6Onp6erq6uvr6+zs7O3t7e7u7u/v7/Dw8PHx8fLy8v"
    "Pz8/T09PX19fb29vf39/j4+Pn5+fr6+vv7+/z8/P39/f7+/v///ywAAAAAdAB0AEAI/wD/CRxIsKDBgwgTKlzIsKHD"
    "hxAjSpxIsWJEABgzatzIsSPBjgAQavwIsqRJiwpHDjSJkWTLlRldhlyoUiDLmTZjohSpM+dJmC993sRZsOa/mzJ38h"
    "w6NClQokaZMlV6UCpRp0KxFu259WdWql03LrV6tarHp2PBNgSZFq3br3DXcmWr9inZswaNtk05l2vdt0dZah0bFW/g"
    "oH8fFvZ6GGpfxHrtCk5M+K5YwJGF0uWLmLLnz6BDix5NurTp06hTx4WYOWHr1gxho1xcUuvmsLYnrwYrm3NZi71d+1"
    "UtESnxipZ/N6YdnLbM4DtfGzaeV7dwyMOP08y+/HFtyZ0TQ/83G16z1NzYOVJmPt079caxra/nHj/99+rlw47Xzr+/"
    "//8ABijggAQWaOCBFCV3223oKbjfRfRtl99euE30IGvutWffYOQ5xtiFimWoHmaGNfichspFJ+JlcVlF4XsgOhQjfL"
    "xF6Nt8DjpHon05pmjgewiCd1+FLXIn3Yc2ImdZZTwmqaN5E85WopBAdvgkkaYdyWJ3I+I35ItJJjhlkRvu6KOXJ0YZ"
    "oJbsdcnlmUr1qGV9cF6JI5wUptmUmXreqaedVq7I4Wltblnogk7KJ96KVzZq5HmkzXjoo2q+WZqc3g36ZnNhBunpp6"
    "CGKuqopJZq6qmopqrqqqy26uqroWL/2mR+k951Z499dvjnkotWmqeEyknaaXHDYknnrzIWi+GshmYKGJhI+moho86S"
    "WSe1Zf5Vq4fczmkmotISy6yjbppIZbV1bdtgldaCi+e046Lroq7nZpuuss9KGa6xNe6rqZj+5kuVrNyaC6WCt+ZoMI"
    "0HJzcqu7Au+6Wn86LJJ71eupswYwt7mzGKG+/5MbPHfotvsrYGSjKw654sV7n1TjxywRiLxmDMN8+s6Ywq0opizpsm"
    "aq+fKnc7ZtCVAjrw0eTSvNuNQoYMrdMMV13ywZ+yia3RAfendbwrf0Ywsvxa/PS9mJL978Viu/y1yFUXSrS4wfJqba"
    "7abr021lELU5yl3n7jbWngkQLernWcctwr182C3fi1iufteMfo7gpz25OzHTelcIcmbOZmX7el524bXrZ+LgMs58KW"
    "Q/4ucLKyHvPVEddu++2456777rz3/mpAADs=";
constexpr const char* kHeic =
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUBtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAA"
    "AAAAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFkAAEAAAAAAAAD8QAAACNpaW5mAAAAAAAB"
    "AAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAwGlwcnAAAACiaXBjbwAAAHZodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADw"
    "MgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQApQgEBA3AAAAMAkAAAAwAAAwAeoDyB53eW6kkprmwIAAAD"
    "AAgAAAMACEAiAAEAB0QBwXKwIkAAAAAUaXNwZQAAAAAAAAB0AAAAdAAAABBwaXhpAAAAAAMICAgAAAAWaXBtYQAAAA"
    "AAAAABAAEDgQKDAAAD+W1kYXQAAAPtKAGvE4AJzNh8iE5b6wbK13e1EISG1/wnaBJ1Q2MxjKDDDHlWRLohQBPq/LNS"
    "FiQtPLQLQzZ9lTj3ikr//8zYaz92/pk2wuNSqTmiMX4968gsX3JyYduGXZWfANZf8OntyRNw4dfGWwMQCgOGf7AJHt"
    "LJaT9dOuku/iccQN/4G7/WDQ29O63B4QBDtqAV5hgXecRlqNwAEaf9SbH6uPOm7ff32+nKSUyJxrM5f/uevmk2Cjf+"
    "kyc/QtJ7QKoNvvQF5GS/h8V5wwRixd4T6q1a5dCDXLb71ZTH5Gsp/kyvBbJn3flleZ6b+f/FBZ7SzqPC2+dwzcAR4W"
    "0+uhogIG/42X1rjPFAB2lhA3OyHcMZUACPC2n10IO+JGRh/1Gkddi//J6Hx2fGvaryAjUIAFzYKtmnjN8/ULnb/b/x"
    "89sKDfS3WQlt5/gQAuqLGZ2wm3jorS/VtYzn/2v1ioelXRMiqLg/Xq9PG/+CqRcO4PPf1Dpxvf6yBEyL2HcyEX3Fm6"
    "VV4Utvp31+wCJmseYwBbwOeqv9pmyXqymPyNaXMQCe3kAOIxfg1DZbDV/NqacnreJo8k7Qfgn6VDuURRp9p3vbr34u"
    "AEhDceGnA0K23gWyN95/5YAG5u8k0IK8txUAG8srzPMGa7iLu39mpRHi3YDMZ0qIseR7s7qvirEVvCkpfX+2Vb1Mwz"
    "ZJtvVTvb5byb/t5B4SkHz+aeH2bTGq+8xYUND6l2cPGn1PfYDWUcbk/9a/K8LLAoIio8rrHY/YArKig/ZAI5CPEz+p"
    "erEHxSx55qCRpr7zoIiAAarpBy092XaC71zV2fduuoAccTEW2CoXWes+qSgAKvzMRzkN7mxK7axErkVn4/yJ8gX27e"
    "fM6z2aoNop/fMGmhiwqRQvqAfGYgtniqqDVGIAX/sOuYFMBqAIRMNuQGSDQiH322s8NfN+NAvnFKPgAAf9PZXaRiUA"
    "TUkLHCqHoxJy6n3ob5eYAlG0Ed97YAOOJiLbHlkoY/GsJ5sKuYeCkMhk9z2K040gI/BeABYMs9CrxYXacCD5YssOV9"
    "j2aoNop/pdAF4gtnimd96QCXONvHaDx4Rl430fIddvdtxB7vtxGVndjKtwHUExb/dPrdEe+0Wzm8Oe7iPyKF2mpHDZ"
    "JSwA+Eox86vQAPv+4nVb51XnuozOXoB68AcuFftYJmXVA5qmclHgJ42rv83+mKefEdxD3l9e0smXsAEjRv463Xr2wZ"
    "6N1wRGHNJzk0MeVtmIOfkVmBnDF2AC2aOnJEq7BNPglyr+BOdKVBkBU0wOx3C71Uua6wqjDDzSfZBw9zgiOny//+kI"
    "WBeLi8wKoYOGYAPmMARs";
constexpr const char* kPdf =
    "JVBERi0xLjQNJeLjz9MNCjEgMCBvYmogPDwvVHlwZSAvQ2F0YWxvZyAvUGFnZXMgMiAwIFI+Pg0KZW5kb2JqDQoyID"
    "Agb2JqIDw8L1R5cGUgL1BhZ2VzIC9LaWRzIFszIDAgUl0gL0NvdW50IDE+Pg0KZW5kb2JqDQozIDAgb2JqIDw8L1R5"
    "cGUgL1BhZ2UgL1BhcmVudCAyIDAgUiAvTWVkaWFCb3ggWzAgMCAyOSAyOV0gL0NvbnRlbnRzIDQgMCBSPj4NCmVuZG"
    "9iag0KNCAwIG9iaiA8PC9MZW5ndGggNTQ1IC9GaWx0ZXIgL0ZsYXRlRGVjb2RlPj4NCnN0cmVhbQ0KeNpNlUty3DAM"
    "RK8yF0hKTYK/c+QI2dr330YEXrtSUzVytwg8EnKP9Hnejz7xafF7fP5+p/7+rPf767Pzbz0p1Er1UpGqKdXz+aV771"
    "6+PrPUKiVxs6EDPUo3ihvVr2zVq927pUapWWqV2qVOKbmQystpcFJTLNY31jfWv7IXtxe3F7cXtxe3F7fXXFKKte9k"
    "SgeaYlF9wR1wB9wLHAWOAkeBo8BR4ChwMMkAFIACUAAKQAEoCjQKNKr1qNaDXoNeg9pB7ajaWatnbWTW5CeTn0x+Mp"
    "DJQCa9J72ufssWx1jVer8y7iW3tQu0C7QLtAFtQKk7mlpRLNY31jfWv/LUbM+rVqlTSty8u0o90BPNcm30KX17HyKQ"
    "icjr1z1O6oNWw1DYGXamnW3np+q9iq6i69UTvdB392mo2Rl2tp2D0x53Fc41GpgGhtiJ3IngieSJ6MnZk8NXTrPT7S"
    "w7284xVv/17fTt/u1wtuRwlbPsuCiPRaBEahT1/5ZaD0Z2Cz+L8ObCmwtvLtyW+Ij8iACJBKU+vh8Y+QiGH/AwZhgz"
    "jHHQRNI0wcz6QUg90BO90PopaHa6HdfIRXLVLVpQFpQFZUFZUBZPxqFNIyHLx10+3PLESLY2kA1kAyHrIuwi7SLuct"
    "7lwJfjFonfHrJDL1KuA/VAOVAOlOOmx0c5PorDXs7BuS+Lh1fPw7uHeKeWF+Tr56Frc7zLOTjtwfnzD/8fefYNCmVu"
    "ZHN0cmVhbQ0KZW5kb2JqDQo1IDAgb2JqIDw8L0NyZWF0aW9uRGF0ZShEOjIwMjYxMTI5MjE0OTM1KzAwJzAwJykvUH"
    "JvZHVjZXIoU2Vnbm8gPGh0dHBzOi8vcHlwaS5vcmcvcHJvamVjdC9zZWduby8+KS9DcmVhdG9yKFNlZ25vIDxodHRw"
    "czovL3B5cGkub3JnL3Byb2plY3Qvc2Vnbm8vPikNCj4+DQplbmRvYmoNCnhyZWYNCjAgNg0KMDAwMDAwMDAwMCA2NT"
    "UzNSBmDQowMDAwMDAwMDE2IDAwMDAwIG4NCjAwMDAwMDAwNjUgMDAwMDAgbg0KMDAwMDAwMDEyMiAwMDAwMCBuDQow"
    "MDAwMDAwMjA3IDAwMDAwIG4NCjAwMDAwMDA4MjcgMDAwMDAgbg0KdHJhaWxlciA8PC9TaXplIDYvUm9vdCAxIDAgUi"
    "9JbmZvIDUgMCBSPj4NCnN0YXJ0eHJlZg0KOTg4DQolJUVPRg0K";

Bytes drawn(const char* base64) {
  return from_base64(base64).value();
}

// What a label reads as; a build without the format's library says so instead.
void check_label(const Bytes& picture, const char* library) {
  const Reading reading = read_bytes(picture, {}, "label");
  CHECK(kind(reading) == "label-image");
  if (has_problem(reading, fmt::format("this build was made without {}", library))) {
    CHECK(has_problem(reading, "label not checked: a "));
    return;
  }
  CHECK(problems(reading) == "");
  REQUIRE(reading.device.string(FactId::qr_payload) != nullptr);
  CHECK(*reading.device.string(FactId::qr_payload) == kPayload);
}

// The pixels of the GIF, which is read without a library, are asked for nowhere: a BMP is drawn by
// the modules of the code.
Bytes bmp(unsigned bits, bool from_top = false) {
  const QrModules modules = codecs::direct().qr_modules(kPayload).value();
  constexpr size_t kScale = 4, kQuiet = 4;
  const size_t side = (modules.side + 2 * kQuiet) * kScale;
  const size_t stride = (side * bits + 31) / 32 * 4;
  const size_t palette = bits <= 8 ? size_t{4} << bits : 0, head = 54 + palette;
  Bytes out(head + stride * side, 0xFF);
  std::fill(out.begin(), out.begin() + 54, uint8_t{0});
  const auto put32 = [&](size_t at, uint32_t value) {
    for (size_t i = 0; i < 4; ++i) out[at + i] = static_cast<uint8_t>(value >> (8 * i));
  };
  out[0] = 'B', out[1] = 'M';
  put32(2, static_cast<uint32_t>(out.size()));
  put32(10, static_cast<uint32_t>(head));
  put32(14, 40);
  put32(18, static_cast<uint32_t>(side));
  put32(22, from_top ? 0u - static_cast<uint32_t>(side) : static_cast<uint32_t>(side));
  out[26] = 1;
  out[28] = static_cast<uint8_t>(bits);
  if (palette != 0) put32(54, 0);  // index 0 is black
  for (size_t y = 0; y < side; ++y) {
    for (size_t x = 0; x < side; ++x) {
      const size_t mx = x / kScale - kQuiet, my = y / kScale - kQuiet;
      if (mx >= modules.side || my >= modules.side || modules.dark[my * modules.side + mx] == 0)
        continue;
      uint8_t* row = out.data() + head + (from_top ? y : side - 1 - y) * stride;
      if (bits < 8) {
        const size_t bit = x * bits;
        row[bit / 8] &= static_cast<uint8_t>(~(((1u << bits) - 1) << (8 - bits - bit % 8)));
      } else {
        std::fill_n(row + x * bits / 8, bits / 8, uint8_t{0});
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("labels: WebP, TIFF, GIF, HEIC and PDF are read") {
  check_label(drawn(kWebp), "libwebp");
  check_label(drawn(kTiff), "libtiff");
  check_label(drawn(kGif), "nothing");
  check_label(drawn(kHeic), "libheif");
  check_label(drawn(kPdf), "poppler");
}

TEST_CASE("labels: BMP of every depth, from below and from above") {
  for (const unsigned bits : {1u, 4u, 8u, 16u, 24u, 32u}) {
    CAPTURE(bits);
    check_label(bmp(bits), "nothing");
    check_label(bmp(bits, true), "nothing");
  }
}

TEST_CASE("labels: what cannot be decoded is named as what it is, and stops nothing") {
  const struct {
    Bytes picture;
    const char* name;
  } rows[] = {{drawn(kWebp), "a WebP picture"}, {drawn(kTiff), "a TIFF picture"},
              {drawn(kGif), "a GIF picture"},   {drawn(kHeic), "a HEIF picture"},
              {drawn(kPdf), "a PDF document"},  {bmp(24), "a BMP picture"}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(std::string(picture_name(picture_form(row.picture))) == row.name);
    for (const size_t part : {row.picture.size() / 2, size_t{60}}) {
      const Bytes cut(row.picture.begin(), row.picture.begin() + static_cast<long>(part));
      const Reading reading = read_bytes(cut, {}, "label");
      // (A document may have all that is drawn in its first half.)
      if (reading.device.string(FactId::qr_payload) != nullptr) continue;
      CHECK(has_problem(reading, "label not checked: "));
      CHECK(reading.device.statements.empty());
    }
    // In a folder it is no finding.
    Reading beside;
    beside.codecs = &codecs::direct();
    const Bytes cut(row.picture.begin(), row.picture.begin() + 60);
    REQUIRE(read_evidence({.path = "part/label", .bytes = cut, .member = true}, beside));
    REQUIRE(beside.not_used.size() == 1);
    CHECK(beside.not_used[0].why.find(std::string("label not checked: ") + row.name) == 0);
    CHECK(problems(beside) == "");
  }
  // A header that claims 65,535 by 65,535 pixels costs nothing.
  Bytes huge = drawn(kGif);
  std::fill(huge.begin() + 6, huge.begin() + 10, uint8_t{0xFF});
  CHECK(has_problem(read_bytes(huge), "65535 by 65535 pixels are outside what is read"));
  Bytes wide = bmp(24);
  wide[20] = 1;
  CHECK(has_problem(read_bytes(wide), "pixels are outside what is read"));
}

TEST_CASE("labels: formats that are not read are named, drawings in text as well") {
  const auto why = [](std::string_view bytes) {
    Reading reading;
    reading.codecs = &codecs::direct();
    REQUIRE(read_evidence({.path = "label", .bytes = view(bytes), .member = true}, reading));
    return reading.not_used.empty() ? "" : reading.not_used[0].why;
  };
  using namespace std::string_view_literals;
  const std::string read = "; PNG, JPEG, WebP, HEIC, BMP, TIFF, GIF and PDF can be read";
  CHECK(why("8BPS\0\1\0\0\0\0\0\0\0\3\0\0\0\0"sv) ==
        "label not checked: a Photoshop picture" + read);
  CHECK(why("\0\0\0\x0CjP  \r\n\x87\n\0\0\0\0"sv) ==
        "label not checked: a JPEG 2000 picture" + read);
  CHECK(why("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><path/></svg>\n") ==
        "label not checked: an SVG drawing" + read);
  CHECK(why("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n") ==
        "label not checked: a PostScript drawing" + read);
  // A code in words is read.
  const Reading words = read_bytes(view("<svg><text>MT:Y.K9042C00KA0648G00</text></svg>"));
  CHECK(words.device.string(FactId::qr_payload) != nullptr);
}
