// What stands between the program and the module that holds libarchive, ZXing, libpng, libjpeg and
// libcbor. The module is loaded when the first archive, picture or CBOR map is met and not before:
// a cold start with certificate files must not pay for five libraries.
#pragma once

#include "verifier/readers/codecs.h"

namespace attest {

// Answers from the module, loading it when first asked. When it cannot be loaded every answer is
// the error that says where it was looked for.
Codecs& loaded_codecs();
// Whether it can be loaded, for who must not take that error for one of the evidence.
Result<void> codecs_there();
// Why it could not be loaded, where it was asked for and missing: nothing that was said without it
// may count as said of the evidence.
std::optional<Error> codecs_missing();

// A function of a module of ours that is opened when it is first needed: beside the program, where
// an installation puts it, or in `folder` of the build. Never a path from the environment.
Result<void*> module_symbol(const char* module, const char* folder, const char* symbol);

namespace codecs {
// The codecs themselves, without the loader: for who links them.
Codecs& direct();
// The module's one symbol. nullptr when it was built for another version of the program.
extern "C" Codecs* matter_attest_codecs(const char* version);
}  // namespace codecs

}  // namespace attest
