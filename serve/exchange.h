// Exchange: one request from its head to its answer, through the steps of the Service: admitted,
// logged in, a route chosen, the body taken, worked out here, beside, or by a process that judges.
#pragma once

#include "serve/decisions/desk.h"
#include "serve/http/front.h"
#include "serve/judge/judging.h"
#include "serve/judge/lot_feed.h"
#include "serve/service.h"

namespace attest::serve {

// What all requests share.
struct Workshop {
  Service& service;
  Judging& judging;
  Nursery* nursery = nullptr;  // of lots; null: none are taken
  Desk& desk;
  std::shared_ptr<SpoolRoom> room;
  unsigned most_lots = 2;
  std::atomic<unsigned> lots = 0;
  NamedLots named_lots = {};
};

class ExchangeFront final : public Front {
 public:
  explicit ExchangeFront(Workshop& workshop) : workshop_(workshop) {}
  std::unique_ptr<Exchanging> begin(std::function<void()> wake) override;

 private:
  Workshop& workshop_;
};

}  // namespace attest::serve
