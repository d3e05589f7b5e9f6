#include "serve/exchange.h"

#include <fmt/format.h>

#include <charconv>
#include <exception>
#include <optional>
#include <utility>

namespace attest::serve {
namespace {

// Of a refused request so much of its body is taken, so that who sends it sees the answer.
constexpr uint64_t kMostDrained = 16u << 20;
constexpr const char* kLotName = "lot";

// What comes from other threads. It outlives an exchange that is given up.
struct Mail {
  std::mutex mutex;
  std::optional<Answer> answer;
  std::optional<std::optional<std::string>> user;  // of a login: nullopt is nobody
  std::function<void()> wake;

  void bring(Answer given) {
    {
      const std::lock_guard lock(mutex);
      answer = std::move(given);
    }
    wake();
  }
};

class Exchange final : public Exchanging {
 public:
  Exchange(Workshop& workshop, std::function<void()> wake)
      : shop_(workshop), mail_(std::make_shared<Mail>()) {
    mail_->wake = std::move(wake);
  }
  ~Exchange() override {
    if (lot_counted_) --shop_.lots;
    if (!lot_name_.empty()) shop_.named_lots.remove(lot_name_);
  }

  Next head(HttpRequest request) override {
    began_ = shop_.service.options().ticks();
    request_ = std::move(request);
    if (const auto done = take_target(request_); !done)
      return refuse(problem(400, done.error().what).with("Connection", "close"));
    if (auto refused = shop_.service.admit(request_)) return refuse(std::move(*refused));
    auto known = shop_.service.log_in(request_);
    if (auto* refused = std::get_if<Answer>(&known)) return refuse(std::move(*refused));
    auto& who = std::get<Users::Known>(known);
    if (who.how == Users::Known::How::yes) {
      request_.user = std::move(who.user);
      return choose();
    }
    const bool taken = shop_.desk.submit([mail = mail_, users = shop_.service.users(),
                                          header = *request_.header("authorization"),
                                          now = shop_.service.options().clock().seconds] {
      auto user = users->check(header, now);
      {
        const std::lock_guard lock(mail->mutex);
        mail->user = std::move(user);
      }
      mail->wake();
    });
    if (taken) return Next::wait;
    shop_.service.login_passed(request_);
    return refuse(busy("too many logins at once", 2));
  }

  Next body(View& piece) override {
    received_ += piece.size();
    if (answer_) {
      piece = {};
      return received_ > kMostDrained ? Next::drop : Next::more;
    }
    if (received_ > chosen_.most_body) {
      piece = {};
      received_ = 0;
      Answer large = problem(413, "the body is too large",
                             fmt::format("at most {} bytes", chosen_.most_body), "more");
      if (feed_) feed_->lines()->end(large);
      return refuse(std::move(large), true);
    }
    if (feed_) {
      const size_t taken = feed_->offer(piece);
      piece = piece.subspan(taken);
      received_ -= piece.size();
      return piece.empty() ? Next::more : Next::wait;
    }
    if (const auto done = request_.body->add(piece); !done) {
      piece = {};
      received_ = 0;
      return refuse(busy(done.error().what, 10, 507), true);
    }
    piece = {};
    return Next::more;
  }

  Next end() override {
    ended_ = true;
    shop_.service.metrics().received(received_);
    if (answer_) return Next::answer;
    switch (chosen_.route->runs) {
      case Runs::here:
        return answered(worked_out(*chosen_.route, request_, chosen_.gives));
      case Runs::aside:
        return shop_.desk.submit(
                   [mail = mail_, route = chosen_.route, gives = chosen_.gives,
                    request = request_] { mail->bring(worked_out(*route, request, gives)); })
                   ? Next::wait
                   : answered(busy("too much is asked for at once", 2));
      case Runs::judge:
        return shop_.judging.submit(
                   {.what = chosen_.route->job,
                    .type = *request_.header("content-type"),
                    .accept = chosen_.gives,
                    .query = {},
                    .keep = chosen_.route->keeps && shop_.service.options().keep != nullptr},
                   std::exchange(request_.body, nullptr),
                   [mail = mail_](Answer answer) { mail->bring(std::move(answer)); })
                   ? woken()
                   : answered(busy("too many uploads wait to be judged", 5));
      case Runs::lot:
        feed_->end();
        return woken();
      case Runs::follow:
        return answered(followed());
    }
    return Next::drop;
  }

  Next woken() override {
    {
      const std::lock_guard lock(mail_->mutex);
      if (mail_->user && !chosen_.route && !answer_) {
        const auto user = std::exchange(mail_->user, std::nullopt);
        if (!*user) return refuse(shop_.service.login_failed(request_));
        shop_.service.login_passed(request_);
        request_.user = **user;
        return choose();
      }
      if (mail_->answer) return answered(std::move(*std::exchange(mail_->answer, std::nullopt)));
    }
    if (feed_) {
      if (!ended_) return Next::more;
      if (auto answer = feed_->answer())
        return answered(wants_last_alone_ ? last_line_of(std::move(*answer)) : std::move(*answer));
    }
    return Next::wait;
  }

  Reply take() override {
    feed_.reset();
    Answer& answer = *answer_;
    shop_.service.finish(request_, chosen_.route, began_, answer);
    Reply out{.status = answer.status,
              .type = std::move(answer.type),
              .body = std::move(answer.body),
              .headers = std::move(answer.headers)};
    out.growing = std::move(answer.growing);
    out.size = answer.file ? answer.file->size() : out.body.size();
    if (answer.file) out.file = answer.file->release();
    return out;
  }

 private:
  static Answer worked_out(const Route& route, const HttpRequest& request, const char* gives) {
    try {
      return route.answer(request, gives);
    } catch (const std::exception& wrong) {
      return problem(500, std::string("internal error: ") + wrong.what());
    }
  }

  Next answered(Answer answer) {
    answer_ = std::move(answer);
    return Next::answer;
  }

  // Of a body so much is taken that who sends it gets to see the answer, unless it waits for one.
  Next refuse(Answer answer, bool amid_body = false) {
    answer_ = std::move(answer);
    if (amid_body) return Next::more;
    if (answer_->header("Connection") != nullptr) return Next::answer;
    const std::string* length = request_.header("content-length");
    uint64_t bytes = UINT64_MAX;
    if (length != nullptr) std::from_chars(length->data(), length->data() + length->size(), bytes);
    return request_.has_body() && bytes <= kMostDrained && request_.header("expect") == nullptr
               ? Next::more
               : Next::answer;
  }

  Next choose() {
    auto chosen = shop_.service.choose(request_);
    if (!chosen) return refuse(std::move(chosen.error()));
    chosen_ = *chosen;
    if (chosen_.route->runs == Runs::lot) return begin_lot();
    if (!chosen_.route->takes.empty()) request_.body = std::make_shared<Spool>(shop_.room);
    return Next::more;
  }

  // What is asked about the lot itself, not about its devices.
  std::optional<Answer> take_lot_name() {
    const std::string* prefer = request_.header("prefer");
    wants_last_alone_ = prefer != nullptr && *prefer == "return=minimal";
    const std::string* name = request_.asked(kLotName);
    if (name == nullptr) return std::nullopt;
    if (!NamedLots::is_name(*name))
      return problem(400, "the parameter lot is wrong", "16 to 64 letters, digits, - and _",
                     name->substr(0, 64));
    lot_named_ = *name;
    if (std::erase_if(request_.query, [](const auto& p) { return p.first == kLotName; }) != 1)
      return problem(400, "the parameter lot is there twice", "one name", "two");
    return std::nullopt;
  }

  // A lot is found once it was begun, and until the request that brings it is answered.
  Answer followed() {
    const auto lines = shop_.named_lots.find(request_.values.front(), request_.user);
    if (!lines) return problem(404, "no lot of this name is being judged").with("Retry-After", "1");
    Answer out{.type = chosen_.gives, .body = {}, .headers = {}};
    out.growing = LotFollower::of(lines, mail_->wake);
    return out.growing ? out : busy("as many follow this lot as may", 10);
  }

  static Answer last_line_of(Answer answer) {
    if (!answer.file) return answer;
    const auto all = answer.file->view();
    if (!all) return problem(500, all.error().what);
    const std::string_view lines = text(*all);
    const size_t before = lines.size() < 2 ? lines.npos : lines.rfind('\n', lines.size() - 2);
    answer.body = lines.substr(before == lines.npos ? 0 : before + 1);
    answer.file = nullptr;
    return answer.with("Preference-Applied", "return=minimal");
  }

  Next begin_lot() {
    if (shop_.nursery == nullptr) return refuse(problem(501, "lots are not judged here"));
    if (auto wrong = take_lot_name()) return refuse(std::move(*wrong));
    lot_counted_ = true;
    if (++shop_.lots > shop_.most_lots)
      return refuse(
          busy(fmt::format("as many lots as may be judged at once, {}, are", shop_.most_lots), 30));
    auto feed = LotFeed::start(*shop_.nursery,
                               {.what = "lot",
                                .type = "application/x-ndjson",
                                .accept = chosen_.gives,
                                .query = request_.query},
                               std::make_shared<Spool>(shop_.room), mail_->wake);
    if (!feed) return refuse(busy(feed.error().what, 10));
    feed_ = std::move(*feed);
    if (lot_named_.empty()) return Next::more;
    if (!shop_.named_lots.add(lot_named_, request_.user, feed_->lines())) {
      feed_.reset();
      return refuse(problem(409, "a lot of this name is being judged already"));
    }
    lot_name_ = lot_named_;
    return Next::more;
  }

  Workshop& shop_;
  std::shared_ptr<Mail> mail_;
  HttpRequest request_;
  Service::Chosen chosen_;
  std::optional<Answer> answer_;
  std::unique_ptr<LotFeed> feed_;
  uint64_t received_ = 0;
  double began_ = 0;
  bool ended_ = false, lot_counted_ = false, wants_last_alone_ = false;
  std::string lot_named_, lot_name_;  // as asked for; as it is known by
};

}  // namespace

std::unique_ptr<Exchanging> ExchangeFront::begin(std::function<void()> wake) {
  return std::make_unique<Exchange>(workshop_, std::move(wake));
}

}  // namespace attest::serve
