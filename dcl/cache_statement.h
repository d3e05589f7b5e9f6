// Cache::Statement, for the files that implement Cache.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string_view>

#include "dcl/cache.h"
#include "verifier/crypto/crypto.h"

namespace attest::dcl {

// A prepared statement, finalised with its scope. Columns and parameters count from 0 and 1, as in
// SQLite.
class Cache::Statement {
 public:
  Statement(sqlite3* db, const char* sql) { sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr); }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int at, std::string_view text) {
    sqlite3_bind_text64(statement_, at, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
  }
  Statement& bind(int at, int64_t number) {
    sqlite3_bind_int64(statement_, at, number);
    return *this;
  }
  Statement& bind(int at, const Sha256& digest) {
    sqlite3_bind_blob(statement_, at, digest.data(), static_cast<int>(digest.size()),
                      SQLITE_TRANSIENT);
    return *this;
  }
  Statement& bind_null(int at) {
    sqlite3_bind_null(statement_, at);
    return *this;
  }
  int step() { return statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_); }
  void reset() { sqlite3_reset(statement_); }
  sqlite3_stmt* get() { return statement_; }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace attest::dcl
