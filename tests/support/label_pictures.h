// Labels in formats that take a library to write: drawn once, with the code below in them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "verifier/base/bytes.h"

namespace attest::test::label {

inline constexpr const char* kPayload = "MT:Y.K9042C00KA0648G00";

inline constexpr const char* kWebp =
    "UklGRn4AAABXRUJQVlA4THEAAAAvc8AcAA8w//M///MfeGDUNpKkMCj+LMMgAHqPb0T/o6qqqvaLgCTggWXLOkE18Y"
    "q8pKuysi4AVeCialR1AKkLPXHStpPAWHawGGF6QKq2XVQ5kQ4A19ouLAfbvEBjWkewxpU6PClx7QRQR7uoqqp/BAA=";
inline constexpr const char* kTiff =
    "SUkqABIBAAAmoHgSf////yC5guZFssx/////zYaIl3Nho//////+WRl2XeWR//////////8zFNv///////////NQv/"
    "////////HHH/////4y7Lsu4//////8SKQP/+QXqItl2XZFsikF3////////yIFzMObZt///////+ZijIeeRb//////"
    "yGi5myQKSA8u///////8gvObZtm2bZsFzb/////////4iORZlkFz/////yC5gi2Q9kPZd//////82GjGXfMwX/////"
    "//5ZGQ8y5l2P///////+XVNhyQGj////////Ns2zYpqAv////////x4yLZDz//////45t5IDmw0f/////xERH////+"
    "ACACAAkAAAEDAAEAAAB0AAAAAQEDAAEAAAB0AAAAAgEDAAEAAAABAAAAAwEDAAEAAAAEAAAABgEDAAEAAAABAAAAEQ"
    "EEAAEAAAAIAAAAFgEDAAEAAAB0AAAAFwEEAAEAAAAJAQAAHAEDAAEAAAABAAAAAAAAAA==";
inline constexpr const char* kGif =
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
inline constexpr const char* kHeic =
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
inline constexpr const char* kPdf =
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

inline Bytes drawn(const char* base64) {
  return from_base64(base64).value();
}
struct Picture {
  const char* name;     // as messages have it
  const char* library;  // without which a build does not read it
  Bytes bytes;
};
inline std::vector<Picture> pictures() {
  return {{"a WebP picture", "libwebp", drawn(kWebp)},
          {"a TIFF picture", "libtiff", drawn(kTiff)},
          {"a GIF picture", "nothing", drawn(kGif)},
          {"a HEIF picture", "libheif", drawn(kHeic)},
          {"a PDF document", "poppler", drawn(kPdf)}};
}

}  // namespace attest::test::label
