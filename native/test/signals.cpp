#include "signals.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "random.h"

namespace oracle {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kDecades = 6.0;  // that a decaying row falls by

class Rows {
 public:
  Rows(std::uint64_t seed, std::int64_t length)
      : random_(seed), length_(static_cast<std::size_t>(length)) {}

  void set_length(std::int64_t length) { length_ = static_cast<std::size_t>(length); }

  Row noise() {
    Row row(length_);
    for (double &value : row) value = random_.gauss();
    return row;
  }

  Row impulse(std::size_t place) {
    Row row(length_, 0.0);
    row[place] = amplitude();
    return row;
  }

  Row first() { return impulse(0); }
  Row middle() { return impulse(length_ / 2); }
  Row last() { return impulse(length_ - 1); }

  // Near half the sample rate.
  Row tone() {
    const double step = kPi * between(0.7, 0.95), phase = between(0.0, 2.0 * kPi);
    Row row(length_);
    for (std::size_t i = 0; i < length_; ++i)
      row[i] = std::sin(step * static_cast<double>(i) + phase);
    return row;
  }

  // A Gaussian of unit sum; its other half, at lags -1, -2, ..., if `backward`.
  Row low_pass(bool backward) {
    const double length = static_cast<double>(length_);
    const double width = std::max(1.0, std::min(length / 12.0, 40.0));
    const double center = backward ? -1.0 : std::min(6.0 * width, length / 2.0);
    Row row(length_);
    for (std::size_t i = 0; i < length_; ++i) {
      const double distance = (static_cast<double>(i) - center) / width;
      row[i] = std::exp(-distance * distance / 2.0) / (width * std::sqrt(2.0 * kPi));
    }
    return row;
  }

  Row constant() { return Row(length_, amplitude()); }

  // Pairs of opposite values: nothing of a constant beyond the last of them.
  Row differences() {
    Row row(length_, 0.0);
    for (int pair = 0; pair < 5; ++pair) {
      // As the device gets it, or else the pair leaves the difference of their roundings.
      const double value = static_cast<double>(static_cast<float>(amplitude()));
      row[early_place()] += value;
      row[early_place()] -= value;
    }
    return row;
  }

  Row decaying() {
    const double rate = kDecades * std::log(10.0) / static_cast<double>(length_);
    Row row = noise();
    for (std::size_t i = 0; i < length_; ++i) row[i] *= std::exp(-rate * static_cast<double>(i));
    return row;
  }

  // Of norm about 1, so that y has the size of u.
  Row unit_noise() {
    Row row = noise();
    for (double &value : row) value /= std::sqrt(static_cast<double>(length_));
    return row;
  }

 private:
  double between(double low, double high) { return low + (high - low) * random_.uniform(); }
  double amplitude() { return between(0.5, 2.0) * ((random_.word() & 1) != 0 ? 1.0 : -1.0); }
  std::size_t early_place() {
    return static_cast<std::size_t>(random_.word()) % std::max<std::size_t>(1, length_ / 4);
  }

  Random random_;
  std::size_t length_;
};

Row input_row(SignalClass signals, Rows &rows) {
  switch (signals) {
    case SignalClass::kImpulseFirst:
      return rows.first();
    case SignalClass::kImpulseMiddle:
      return rows.middle();
    case SignalClass::kImpulseLast:
      return rows.last();
    case SignalClass::kTone:
      return rows.tone();
    case SignalClass::kConstant:
      return rows.constant();
    default:
      return rows.noise();
  }
}

// `backward`: at lags -1, -2, ...
Row kernel_row(SignalClass signals, Rows &rows, bool backward) {
  switch (signals) {
    case SignalClass::kTone:
      return rows.low_pass(backward);
    case SignalClass::kConstant:
      return rows.differences();
    case SignalClass::kDecay:
      return rows.decaying();
    case SignalClass::kSelf:
      return rows.unit_noise();
    default:
      return rows.noise();
  }
}

Row gradient_row(SignalClass signals, Rows &rows) {
  switch (signals) {
    case SignalClass::kTone:
      return rows.tone();
    case SignalClass::kConstant:
      return rows.constant();
    case SignalClass::kDecay:
      return rows.decaying();
    default:
      return rows.noise();
  }
}

template <class Make>
Row tensor(std::int64_t count, const Make &make) {
  Row all;
  for (std::int64_t row = 0; row < count; ++row) {
    const Row values = make(row);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

// Makes every second part of so many values the one before, times `sign`.
void repeat(Row &values, std::int64_t part, double sign) {
  const std::size_t size = static_cast<std::size_t>(part);
  for (std::size_t i = size; i < values.size(); ++i) {
    if (i / size % 2 == 1) values[i] = sign * values[i - size];
  }
}

}  // namespace

const char *name_of(SignalClass signals) {
  static const char *const names[] = {"noise",        "impulse-first", "impulse-middle",
                                      "impulse-last", "tone",          "constant",
                                      "decay",        "self",          "cancel"};
  return names[static_cast<std::size_t>(signals)];
}

Signals draw(SignalClass signals, const Problem &p, std::uint64_t seed, const Extras &extras,
             Type type) {
  Rows rows(seed, p.length);
  Rows items(seed + 1, p.heads * p.hidden);
  const auto noise = [&](std::int64_t) { return rows.noise(); };
  Signals s;
  s.u = tensor(p.batch * p.hidden, [&](std::int64_t) { return input_row(signals, rows); });
  rows.set_length(p.lags());
  s.kernel = tensor(p.channels() * p.hidden, [&](std::int64_t row) {
    return kernel_row(signals, rows, row >= p.heads * p.hidden);
  });
  rows.set_length(p.length);
  s.dy = tensor(p.batch * p.heads * p.hidden,
                [&](std::int64_t) { return gradient_row(signals, rows); });
  const Type kernel = type == Type::kFloat64 ? type : Type::kFloat32;
  if (extras.skip) s.skip = rounded(items.noise(), kernel);
  if (extras.pre) s.pre = rounded(tensor(p.batch * p.hidden, noise), type);
  if (extras.post) s.post = rounded(tensor(p.batch * p.hidden, noise), type);
  if (signals == SignalClass::kCancel) {
    repeat(s.u, p.hidden * p.length, 1.0);
    repeat(s.dy, p.heads * p.hidden * p.length, -1.0);
  }
  s.u = rounded(std::move(s.u), type);
  s.kernel = rounded(std::move(s.kernel), kernel);
  if (signals == SignalClass::kSelf) {
    s.dy.clear();
    s.dy = ExactConvolution(p, s).output();
  }
  s.dy = rounded(std::move(s.dy), type);
  return s;
}

}  // namespace oracle
