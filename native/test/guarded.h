// Arrays with inaccessible pages on both sides: reading or writing outside them is a crash.
#ifndef SGCONV_TEST_GUARDED_H
#define SGCONV_TEST_GUARDED_H

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>

template <class Real>
class Guarded {
 public:
  // Ends exactly at the guard page, or starts at one if `at_start`; numbers are NaN at first.
  Guarded(std::int64_t count, bool at_start) : count_(count) {
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(Real);
    const std::size_t pages = (bytes + kPage - 1) / kPage;
    mapped_ = (pages + 2) * kPage;
    base_ = static_cast<char *>(
        mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base_ == MAP_FAILED || mprotect(base_, kPage, PROT_NONE) != 0 ||
        mprotect(base_ + (pages + 1) * kPage, kPage, PROT_NONE) != 0) {
      std::perror("guard pages");
      std::exit(2);
    }
    char *start = at_start ? base_ + kPage : base_ + (pages + 1) * kPage - bytes;
    numbers_ = reinterpret_cast<Real *>(start);
    poison();
  }
  ~Guarded() { munmap(base_, mapped_); }
  Guarded(const Guarded &) = delete;
  Guarded &operator=(const Guarded &) = delete;

  void poison() {
    for (std::int64_t i = 0; i < count_; ++i) numbers_[i] = std::numeric_limits<Real>::quiet_NaN();
  }
  Real *data() const { return numbers_; }
  std::int64_t count() const { return count_; }
  Real &operator[](std::int64_t i) const { return numbers_[i]; }

 private:
  static constexpr std::size_t kPage = 4096;
  std::int64_t count_;
  std::size_t mapped_;
  char *base_;
  Real *numbers_;
};

#endif
