// Validation of arguments at the C boundary: each failure names the value and what was expected.
#ifndef SGCONV_COMMON_CHECK_H
#define SGCONV_COMMON_CHECK_H

#include <cstdint>
#include <initializer_list>

namespace sgconv {

void require_pointer(const void *pointer, const char *name);
void require_null(const void *pointer, const char *name, const char *reason);
void require_at_least(std::int64_t value, std::int64_t least, const char *name);
void require_between(std::int64_t value, std::int64_t least, std::int64_t most, const char *name);
void require_aligned(const void *pointer, std::uintptr_t alignment, const char *name);

// Product of positive sizes; a failure if it exceeds what an array in memory can hold.
std::int64_t checked_product(std::initializer_list<std::int64_t> sizes, const char *name);

}  // namespace sgconv

#endif
