// Large buffers: page-aligned, zeroed on first touch, on huge pages where the system has them.
#ifndef SGCONV_CPU_MEMORY_H
#define SGCONV_CPU_MEMORY_H

#include <cstddef>
#include <cstdint>

namespace sgconv {

class Buffer {
 public:
  Buffer() = default;
  // Throws Failure(SGCONV_OUT_OF_MEMORY) that names the bytes and `purpose`.
  Buffer(std::int64_t bytes, const char *purpose);
  Buffer(Buffer &&other) noexcept;
  Buffer &operator=(Buffer &&other) noexcept;
  ~Buffer();

  // What a buffer of so many bytes takes at most, huge pages counted whole.
  static std::int64_t held(std::int64_t bytes);

  template <class Number>
  Number *of() const {
    return static_cast<Number *>(start_);
  }

 private:
  void *start_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace sgconv

#endif
