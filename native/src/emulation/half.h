// bfloat16 and float16 as storage, converted with round to nearest even, as CUDA's intrinsics do.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace sgconv::cuda {

struct bfloat16 {
  std::uint16_t bits;
};
struct float16 {
  std::uint16_t bits;
};

inline float to_float(float value) { return value; }

inline float to_float(bfloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}

inline float to_float(float16 value) {
  const std::uint32_t exponent = (value.bits >> 10) & 0x1fu;
  const std::uint32_t fraction = value.bits & 0x3ffu;
  float magnitude;
  if (exponent == 0x1f) {
    magnitude = std::bit_cast<float>(0x7f800000u | (fraction << 13));
  } else if (exponent == 0) {
    magnitude = static_cast<float>(fraction) * 0x1p-24f;
  } else {
    magnitude = std::bit_cast<float>(((exponent + 112) << 23) | (fraction << 13));
  }
  return (value.bits & 0x8000u) != 0 ? -magnitude : magnitude;
}

template <class T>
T from_float(float value);

template <>
inline float from_float<float>(float value) {
  return value;
}

template <>
inline bfloat16 from_float<bfloat16>(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) {
    return {0x7fff};
  }
  return {static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16)};
}

template <>
inline float16 from_float<float16>(float value) {
  const auto sign =
      static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(value) >> 16) & 0x8000u);
  const float magnitude = std::fabs(value);
  if (std::isnan(value)) {
    return {0x7fff};
  }
  if (magnitude >= 65520.0f) {  // rounds beyond the largest finite number, 65504
    return {static_cast<std::uint16_t>(sign | 0x7c00u)};
  }
  if (magnitude < 0x1p-14f) {  // subnormal: a multiple of 2^-24, rounded to even
    return {static_cast<std::uint16_t>(
        sign | static_cast<std::uint16_t>(std::nearbyint(magnitude * 0x1p24f)))};
  }
  const auto bits = std::bit_cast<std::uint32_t>(magnitude);
  const std::uint32_t rounded = bits + 0xfffu + ((bits >> 13) & 1u);
  return {static_cast<std::uint16_t>(sign | ((rounded - (112u << 23)) >> 13))};
}

template <class Bits>
std::uint32_t bits_of(const Bits *address) {
  Bits bits;
  std::memcpy(&bits, address, sizeof bits);
  return bits;
}

template <class T>
T from_bits(std::uint32_t bits);

template <>
inline float from_bits<float>(std::uint32_t bits) {
  return std::bit_cast<float>(bits);
}

template <>
inline bfloat16 from_bits<bfloat16>(std::uint32_t bits) {
  return {static_cast<std::uint16_t>(bits)};
}

template <>
inline float16 from_bits<float16>(std::uint32_t bits) {
  return {static_cast<std::uint16_t>(bits)};
}

}  // namespace sgconv::cuda
