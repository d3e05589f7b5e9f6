// Cache::Statement, for the files that implement Cache.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "dcl/cache.h"
#include "verifier/crypto/crypto.h"

namespace attest::dcl {

// A prepared statement. Most are asked again and again, and preparing one takes longer than asking:
// with its scope it goes back to its cache, which finalises all with the connection. Columns and
// parameters count from 0 and 1, as in SQLite.
class Cache::Statement {
 public:
  Statement(Cache& cache, std::string_view sql) : cache_(cache), sql_(sql) {
    if (const auto at = cache.idle_.find(sql); at != cache.idle_.end()) {
      statement_ = at->second;
      cache.idle_.erase(at);
    } else {
      sqlite3_prepare_v3(cache.db_, sql_.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement_,
                         nullptr);
    }
  }
  ~Statement() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    if (!cache_.idle_.emplace(sql_, statement_).second) sqlite3_finalize(statement_);
  }
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
  Cache& cache_;
  const std::string sql_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace attest::dcl
