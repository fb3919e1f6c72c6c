// Checks of arguments at the C boundary: each failure names the value and what was expected. The
// name comes first, as it does in the text.
#ifndef SGCONV_COMMON_CHECK_H
#define SGCONV_COMMON_CHECK_H

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace sgconv {

// Neither NULL nor misaligned.
void require_pointer(const char *name, const void *pointer, std::size_t alignment);
// The same, or NULL.
void require_optional(const char *name, const void *pointer, std::size_t alignment);

template <class T>
void require_pointer(const char *name, const T *pointer) {
  require_pointer(name, pointer, alignof(T));
}

template <class T>
void require_optional(const char *name, const T *pointer) {
  require_optional(name, pointer, alignof(T));
}

void require_null(const char *name, const void *pointer, const char *reason);
// The gradient of a gate that is not there cannot be asked for.
void require_gate(const char *gradient, const void *wanted, const char *name, const void *gate);

void require_at_least(const char *name, std::int64_t value, std::int64_t least);
void require_range(const char *name, std::int64_t value, std::int64_t least, std::int64_t most);

// Product of positive sizes; a failure if it exceeds what an array in memory can hold.
std::int64_t checked_product(const char *name, std::initializer_list<std::int64_t> sizes);

}  // namespace sgconv

#endif
