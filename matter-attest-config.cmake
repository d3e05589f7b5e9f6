# find_package(matter-attest): matter-attest::verifier (evidence in, report out) and matter-attest::dcl (the ledger).
include(CMakeFindDependencyMacro)
find_dependency(fmt)
find_dependency(tl-expected)
find_dependency(OpenSSL 3.0 COMPONENTS Crypto)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/matter-attest.cmake)
