// What may be missing, and is looked at by rules: looked behind unasked, it is an exception that
// ends the program as a fault of ours, and the test of this rule by its name. Never a read of
// nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace attest {

[[noreturn]] inline void looked_behind_nothing() {
  throw std::logic_error("a rule looks behind what is not there");
}

// The first of a list that may have none: of a list that goes, itself; else where it lies.
template <class List>
decltype(auto) first_of(List&& list) {
  if (list.empty()) looked_behind_nothing();
  using First = decltype(*list.begin());
  if constexpr (std::is_lvalue_reference_v<List>) {
    return static_cast<const std::remove_reference_t<First>&>(*list.begin());
  } else {
    return std::remove_cvref_t<First>(*list.begin());
  }
}

// A pointer to what somebody else keeps, or to nothing.
template <class T>
class Maybe {
 public:
  Maybe() = default;
  Maybe(const T* thing) : thing_(thing) {}
  explicit operator bool() const { return thing_ != nullptr; }
  bool operator==(std::nullptr_t) const { return thing_ == nullptr; }
  bool operator==(const T* thing) const { return thing_ == thing; }
  const T& operator*() const { return there(); }
  const T* operator->() const { return &there(); }
  const T* get() const { return thing_; }

 private:
  const T& there() const {
    if (thing_ == nullptr) looked_behind_nothing();
    return *thing_;
  }
  const T* thing_ = nullptr;
};

// A value of its own, or none: std::optional but for the two ways to look behind it.
template <class T>
class MaybeValue : public std::optional<T> {
  using Base = std::optional<T>;
  template <class U>
  static constexpr bool kIsOne = std::is_base_of_v<Base, U> || std::is_same_v<U, std::nullopt_t>;

 public:
  using Base::Base;
  MaybeValue() = default;
  MaybeValue(const Base& value) : Base(value) {}
  MaybeValue(Base&& value) : Base(std::move(value)) {}
  template <class U = T>
  requires(!kIsOne<std::remove_cvref_t<U>> && std::is_constructible_v<T, U> &&
           !(std::is_scalar_v<T> && std::is_same_v<T, std::decay_t<U>>)) MaybeValue&
  operator=(U&& value) {
    this->emplace(std::forward<U>(value));
    return *this;
  }
  const T& operator*() const& { return there(*this); }
  T& operator*() & { return there(*this); }
  T&& operator*() && { return std::move(there(*this)); }
  const T* operator->() const { return &there(*this); }
  T* operator->() { return &there(*this); }

  // std's would be ambiguous, or compare a value with an optional.
  friend bool operator==(const MaybeValue& a, const MaybeValue& b) { return a.base() == b.base(); }
  friend bool operator==(const MaybeValue& a, const Base& b) { return a.base() == b; }
  friend bool operator==(const MaybeValue& a, std::nullopt_t) { return !a.has_value(); }
  template <class U>
  requires(!kIsOne<U>) friend bool operator==(const MaybeValue& a, const U& b) {
    return a.base() == b;
  }

 private:
  const Base& base() const { return *this; }
  template <class Self>
  static auto& there(Self& self) {
    if (!self.has_value()) looked_behind_nothing();
    return self.Base::operator*();
  }
};

template <class T>
MaybeValue(T) -> MaybeValue<T>;

// Shared, or nothing.
template <class T>
class MaybeShared : public std::shared_ptr<T> {
  using Base = std::shared_ptr<T>;

 public:
  using Base::Base;
  MaybeShared() = default;
  MaybeShared(const Base& shared) : Base(shared) {}
  MaybeShared(Base&& shared) : Base(std::move(shared)) {}
  T& operator*() const {
    if (!*this) looked_behind_nothing();
    return Base::operator*();
  }
  T* operator->() const { return &**this; }
};

}  // namespace attest
