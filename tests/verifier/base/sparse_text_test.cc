#include "verifier/base/sparse_text.h"

#include <sstream>
#include <utility>

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("sparse text: copies what may go, keeps what stays where it lies") {
  constexpr const char* kOurs = "the PAI is missing";
  std::string told = "0xFFF1";
  SparseText own = told, lasting = SparseText::lasting(kOurs);
  told = "gone";
  CHECK(own == "0xFFF1");
  CHECK(own.view().data() != told.data());
  CHECK(lasting == kOurs);
  CHECK(lasting.view().data() == kOurs);

  const SparseText copy = own, same = lasting;
  own = "another";
  CHECK(copy == "0xFFF1");
  CHECK(own == "another");
  CHECK(same.view().data() == kOurs);

  SparseText moved = std::move(own);
  CHECK(moved == "another");
  moved = std::exchange(lasting, SparseText("that one"));
  CHECK(moved == kOurs);
  CHECK(lasting == "that one");
  const SparseText& itself = moved;
  moved = itself;
  CHECK(moved == kOurs);
}

TEST_CASE("sparse text: none, and what is asked of one") {
  SparseText none;
  CHECK(none.empty());
  CHECK(none == "");
  CHECK(none == SparseText(""));
  CHECK(none == SparseText(std::string()));
  CHECK(none.str().empty());

  SparseText text = "expected a DAC, found none";
  CHECK_FALSE(text.empty());
  CHECK_FALSE(text == none);
  CHECK(text == std::string("expected a DAC, found none"));
  CHECK(text.find("a DAC") == 9);
  CHECK(text.find("a PAI") == std::string_view::npos);
  CHECK(text.starts_with("expected"));
  const std::string string = text;
  CHECK(string == "expected a DAC, found none");
  std::ostringstream out;
  out << text;
  CHECK(out.str() == string);
  text.clear();
  CHECK(text == none);
}
