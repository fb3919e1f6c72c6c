#include "evidence/machine/integer.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>

#include "evidence/machine/elf.h"

namespace sgconv::evidence {
namespace {

[[noreturn]] void refuse(const Instruction &instruction, const char *why) {
  char text[160];
  std::snprintf(text, sizeof text, "instruction %016llx:%016llx, opcode 0x%03x: %s",
                static_cast<unsigned long long>(instruction.high),
                static_cast<unsigned long long>(instruction.low), instruction.opcode(), why);
  throw NotUnderstood(text);
}

std::uint64_t pair(std::uint32_t low, std::uint32_t high) {
  return static_cast<std::uint64_t>(high) << 32 | low;
}
std::uint64_t pair(Value low, Value high) { return pair(low.bits, high.bits); }
std::uint32_t low_of(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high_of(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

// Whether the operand in the slot that begins at bit 32, and the register at bit 64, are negated.
bool slot_negated(const Instruction &i) { return i.form() != 2 && i.form() != 4 && i.bit(63); }
bool b_negated(const Instruction &i) {
  const bool in_slot = i.form() == 1 || i.form() >= 4;
  return (in_slot && i.form() != 7) ? slot_negated(i) : i.bit(75);
}
bool c_negated(const Instruction &i) {
  const bool b_in_slot = (i.form() == 1 || i.form() >= 4) && i.form() != 7;
  return b_in_slot ? i.bit(75) : slot_negated(i);
}

struct Sum {
  std::uint64_t total = 0;
  // Adds x, or its complement: of two, or of one where a carry comes in.
  void add(std::uint32_t x, bool negated, bool extended) {
    total += negated ? std::uint64_t{static_cast<std::uint32_t>(~x)} + (extended ? 0 : 1) : x;
  }
};

Results add3(const Instruction &i, const Operands &o) {
  Results r;
  r.predicates = 2;
  const bool extended = i.bit(74);
  const bool inputs = o.a.known() && o.b.known() && o.c.known() &&
                      (!extended || (o.first.known() && o.second.known()));
  if (!inputs) {
    return r;
  }
  Sum sum;
  sum.add(o.a.bits, i.bit(72), extended);
  sum.add(o.b.bits, b_negated(i), extended);
  sum.add(o.c.bits, c_negated(i), extended);
  if (extended) {
    sum.total += o.first.bits + o.second.bits;
  }
  r.value = known(low_of(sum.total));
  r.predicate = known(high_of(sum.total) >= 1);
  r.other = known(high_of(sum.total) >= 2);
  return r;
}

Results scaled_add(const Instruction &i, const Operands &o) {
  Results r;
  r.predicates = 1;
  const bool high = i.bit(80), extended = i.bit(74), negated = i.bit(72), sign_extended = i.bit(73);
  const unsigned shift = i.bits(75, 5);
  if (!o.a.known() || !o.b.known() || (high && !sign_extended && !o.c.known()) ||
      (extended && !o.first.known())) {
    return r;
  }
  std::uint32_t scaled = o.a.bits << shift;
  if (high) {
    const std::uint32_t upper =
        sign_extended ? low_of(static_cast<std::uint64_t>(
                            static_cast<std::int64_t>(static_cast<std::int32_t>(o.a.bits)) >> 32))
                      : o.c.bits;
    scaled = high_of((static_cast<std::uint64_t>(upper) << 32 | o.a.bits) << shift);
  }
  Sum sum;
  sum.add(scaled, negated, extended);
  sum.add(o.b.bits, b_negated(i) && i.form() != 2 && i.form() != 3 && i.form() != 7, extended);
  if (extended) {
    sum.total += o.first.bits;
  }
  r.value = known(low_of(sum.total));
  r.predicate = known(high_of(sum.total) != 0);
  return r;
}

Results multiply_add(const Instruction &i, const Operands &o) {
  Results r;
  const bool extended = i.bit(74);
  if (i.bit(72)) {
    refuse(i, "a negated factor");
  }
  const bool zero = (o.a.known() && o.a.bits == 0) || (o.b.known() && o.b.bits == 0);
  if (!((o.a.known() && o.b.known()) || zero) || !o.c.known() || (extended && !o.first.known())) {
    return r;
  }
  std::uint32_t product = zero ? 0 : o.a.bits * o.b.bits;
  product = b_negated(i) ? 0 - product : product;
  Sum sum;
  sum.add(product, false, extended);
  sum.add(o.c.bits, c_negated(i), extended);
  if (extended) {
    sum.total += o.first.bits;
  }
  r.value = known(low_of(sum.total));
  return r;
}

std::uint64_t wide_product(const Instruction &i, std::uint32_t a, std::uint32_t b) {
  if (i.bit(73)) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(a)) *
                                      static_cast<std::int32_t>(b));
  }
  return static_cast<std::uint64_t>(a) * b;
}

Results wide_multiply_add(const Instruction &i, const Operands &o, bool high_only) {
  Results r;
  r.words = high_only ? 1 : 2;
  r.predicates = 1;
  if (i.bit(72) || i.form() == 2) {
    refuse(i, "a product of 64 bits with a negated factor or a constant");
  }
  const bool extended = i.bit(74);
  if (!o.a.known() || !o.b.known() || !o.c.known() || !o.c_high.known() ||
      (extended && !o.first.known())) {
    return r;
  }
  std::uint64_t product = wide_product(i, o.a.bits, o.b.bits);
  product = b_negated(i) ? 0 - product : product;
  std::uint64_t addend = pair(o.c, o.c_high);
  addend = c_negated(i) ? 0 - addend : addend;
  const std::uint64_t sum = product + addend;
  const std::uint64_t total = sum + (extended ? o.first.bits : 0);
  r.predicate = known(sum < product || total < sum);
  r.value = known(high_only ? high_of(total) : low_of(total));
  r.high = known(high_of(total));
  return r;
}

bool ordered(unsigned relation, bool less, bool equal) {
  return ((relation & 1) != 0 && less) || ((relation & 2) != 0 && equal) ||
         ((relation & 4) != 0 && !less && !equal);
}

Results compare(const Instruction &i, const Operands &o) {
  Results r;
  r.words = 0;
  r.predicates = 2;
  const unsigned relation = i.bits(76, 3), combined = i.bits(74, 2);
  const bool extended = i.bit(72);
  // AND with false and OR with true are known whatever is compared.
  if (!o.a.known() || !o.b.known() || !o.first.known() || (extended && !o.third.known())) {
    if (o.first.known() &&
        ((combined == 0 && o.first.bits == 0) || (combined == 1 && o.first.bits != 0))) {
      r.predicate = o.first;
      r.other = o.first;
    }
    return r;
  }
  const bool less = i.bit(73)
                        ? static_cast<std::int32_t>(o.a.bits) < static_cast<std::int32_t>(o.b.bits)
                        : o.a.bits < o.b.bits;
  const bool equal = o.a.bits == o.b.bits;
  bool holds = ordered(relation, less, equal);
  if (extended && equal) {
    // The lower halves decide.
    holds = o.third.bits != 0;
  }
  const auto combine = [&](bool x) {
    const bool with = o.first.bits != 0;
    return combined == 0 ? x && with : combined == 1 ? x || with : x != with;
  };
  r.predicate = known(combine(holds));
  r.other = known(combine(!holds));
  return r;
}

Results shift(const Instruction &i, const Operands &o) {
  Results r;
  if (!o.b.known()) {
    return r;
  }
  const unsigned type = i.bits(73, 2);
  const bool wide = type <= 1, is_signed = type % 2 == 0, right = i.bit(76), high = i.bit(80);
  const unsigned width = wide ? 64 : 32;
  const unsigned distance = i.bit(75) ? o.b.bits % width : (o.b.bits < width ? o.b.bits : width);
  const auto moved = [&](std::uint64_t value) {
    if (distance == 64) {
      return right && is_signed && static_cast<std::int64_t>(value) < 0 ? ~std::uint64_t{0} : 0;
    }
    if (!right) {
      return value << distance;
    }
    return is_signed ? static_cast<std::uint64_t>(static_cast<std::int64_t>(value) >> distance)
                     : value >> distance;
  };
  // Zeros that come in are known.
  const std::uint64_t bits = moved(pair(o.a.bits, o.c.bits));
  const std::uint64_t unknown = moved(pair(~o.a.mask, ~o.c.mask));
  r.value = high ? Value{high_of(bits), ~high_of(unknown)} : Value{low_of(bits), ~low_of(unknown)};
  return r;
}

Results permute(const Instruction &i, const Operands &o) {
  Results r;
  if (i.bits(72, 3) != 0) {
    refuse(i, "a permutation of another mode");
  }
  if (!o.b.known()) {
    return r;
  }
  const std::uint64_t bytes = pair(o.a, o.c), masks = pair(o.a.mask, o.c.mask);
  r.value = known(0);
  for (unsigned n = 0; n < 4; ++n) {
    const unsigned selector = o.b.bits >> (4 * n) & 0xf;
    const auto chosen = [&](std::uint64_t from) {
      const auto byte = static_cast<std::uint32_t>(from >> (8 * (selector & 7)) & 0xff);
      return (selector & 8) == 0 ? byte : (byte & 0x80) != 0 ? 0xffu : 0u;  // a byte, or its sign
    };
    r.value.bits |= chosen(bytes) << (8 * n);
    r.value.mask &= ~((0xff ^ chosen(masks)) << (8 * n));
  }
  return r;
}

Results logic_of(const Instruction &i, const Operands &o) {
  Results r;
  r.predicates = 1;
  const unsigned table = i.bits(72, 8);
  const auto result = [&](unsigned ones) {  // with the unknown bits of these operands
    return logic(table, (o.a.bits & o.a.mask) | ((ones & 1) != 0 ? ~o.a.mask : 0),
                 (o.b.bits & o.b.mask) | ((ones & 2) != 0 ? ~o.b.mask : 0),
                 (o.c.bits & o.c.mask) | ((ones & 4) != 0 ? ~o.c.mask : 0));
  };
  r.value = known(result(0));
  for (unsigned ones = 1; ones < 8; ++ones) {
    r.value.mask &= ~(result(ones) ^ r.value.bits);
  }
  const bool not_zero = (r.value.bits & r.value.mask) != 0;
  if (o.first.known() && (not_zero || r.value.known())) {
    const bool with = o.first.bits != 0;
    r.predicate = known(i.bit(80) ? not_zero && with : not_zero || with);
  }
  return r;
}

// The smaller, or the larger if `smaller` does not hold.
Results minimum(const Value &a, const Value &b, bool of_signed, const Value &smaller) {
  Results r;
  if (a.known() && b.known() && smaller.known()) {
    const bool less = of_signed
                          ? static_cast<std::int32_t>(a.bits) < static_cast<std::int32_t>(b.bits)
                          : a.bits < b.bits;
    r.value = less == (smaller.bits != 0) ? a : b;
  }
  return r;
}

// Conversions that the division of integers goes through.
Results convert(const Instruction &i, const Operands &o) {
  Results r;
  const unsigned to = i.bits(75, 2), from = i.bits(84, 2);  // logarithms of the bytes
  r.words = to == 3 ? 2 : 1;
  const bool known_source = o.b.known() && (from != 3 || o.b_high.known());
  if (!known_source) {
    return r;
  }
  const unsigned what = i.operation();
  if ((what == operation::kFloatOf || what == operation::kDoubleOf ||
       what == operation::kFloatOfInteger) &&
      to == 2 && from >= 2) {
    const std::uint64_t source = from == 3 ? pair(o.b, o.b_high) : o.b.bits;
    const auto of_sign = from == 3 ? static_cast<std::int64_t>(source)
                                   : static_cast<std::int64_t>(static_cast<std::int32_t>(o.b.bits));
    const bool negative = i.bit(74) && of_sign < 0;
    const std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(of_sign) : source;
    auto rounded = static_cast<float>(magnitude);
    const auto exact = static_cast<long double>(magnitude),
               found = static_cast<long double>(rounded);
    if (what != operation::kFloatOfInteger && i.bits(78, 2) == 2 &&
        (negative ? found > exact : found < exact)) {
      rounded = std::nextafter(rounded, negative ? 0.0f : std::numeric_limits<float>::infinity());
    }
    rounded = negative ? -rounded : rounded;
    r.value = known(std::bit_cast<std::uint32_t>(rounded));
  } else if ((what == operation::kIntegerOf || what == operation::kIntegerOfDouble) && from == 2 &&
             to >= 2 && !i.bit(72)) {
    const auto source = static_cast<double>(std::bit_cast<float>(o.b.bits));
    const double most = to == 3 ? 0x1p64 : 0x1p32;
    const std::uint64_t result = !(source > 0) ? 0
                                 : source >= most
                                     ? (to == 3 ? ~std::uint64_t{0} : std::uint64_t{0xffffffff})
                                     : static_cast<std::uint64_t>(source);
    r.value = known(low_of(result));
    r.high = known(high_of(result));
  }
  return r;
}

}  // namespace

std::uint32_t logic(unsigned table, std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  std::uint32_t result = 0;
  for (unsigned entry = 0; entry < 8; ++entry) {
    if ((table >> entry & 1) != 0) {
      result |=
          ((entry & 4) != 0 ? a : ~a) & ((entry & 2) != 0 ? b : ~b) & ((entry & 1) != 0 ? c : ~c);
    }
  }
  return result;
}

Results compute(const Instruction &i, const Operands &o) {
  Results r;
  switch (i.operation()) {
    case operation::kMove:
    case operation::kUniformMove:
      r.value = o.b;
      return r;
    case operation::kSelect:
    case operation::kUniformSelect:
    case operation::kFloatSelect:
      if (o.first.known() &&
          !(i.operation() == operation::kFloatSelect && (i.bit(72) || i.bit(73) || b_negated(i)))) {
        r.value = o.first.bits != 0 ? o.a : o.b;
      }
      return r;
    case operation::kCompare:
    case operation::kUniformCompare:
      return compare(i, o);
    case operation::kAdd3:
    case operation::kUniformAdd3:
      return add3(i, o);
    case operation::kScaledAdd:
    case operation::kUniformScaledAdd:
      return scaled_add(i, o);
    case operation::kLogic:
    case operation::kUniformLogic:
      return logic_of(i, o);
    case operation::kAbsolute:
      if (o.b.known()) {
        r.value = known((o.b.bits >> 31) != 0 ? 0 - o.b.bits : o.b.bits);
      }
      return r;
    case operation::kPermute:
    case operation::kUniformPermute:
      return permute(i, o);
    case operation::kShift:
    case operation::kUniformShift:
      return shift(i, o);
    case operation::kMultiplyAdd:
    case operation::kUniformMultiplyAdd:
      return multiply_add(i, o);
    case operation::kWideMultiplyAdd:
    case operation::kUniformWideMultiplyAdd:
      return wide_multiply_add(i, o, false);
    case operation::kHighMultiplyAdd:
      return wide_multiply_add(i, o, true);
    case operation::kAdd:
      if (o.a.known() && o.b.known()) {
        const std::uint32_t a = i.bit(72) ? 0 - o.a.bits : o.a.bits;
        r.value = known(a + (b_negated(i) ? 0 - o.b.bits : o.b.bits));
      }
      return r;
    case operation::kMinimum:
      return minimum(o.a, o.b, i.bit(73), o.first);
    case operation::kVectorMinimum:
      return minimum(o.a, o.b, i.bit(72), o.first);
    case operation::kAddMinimum:
      if (o.a.known() && o.b.known()) {
        const bool negated = i.form() != 4 && b_negated(i);
        return minimum(known(o.a.bits + (negated ? 0 - o.b.bits : o.b.bits)), o.c, i.bit(72),
                       o.first);
      }
      return r;
    case operation::kHalfMatrixAdd:
      // 0 * 0 + constant: how the compiler moves one when the other units are busy.
      if (i.form() == 2 && o.a.known() && o.a.bits == 0 && o.b.known() && o.b.bits == 0) {
        r.value = o.c;
      }
      return r;
    case operation::kFloatCompare:
    case operation::kDoubleCompare:
      r.words = 0;
      r.predicates = 2;
      return r;
    case operation::kFloatOf:
    case operation::kDoubleOf:
    case operation::kIntegerOf:
    case operation::kIntegerOfDouble:
    case operation::kFloatOfInteger:
    case operation::kConvertFloat:
    case operation::kConvertDouble:
    case operation::kRound:
    case operation::kRoundDouble:
      return convert(i, o);
    case operation::kSpecial:
      if (i.bits(74, 6) == 4 && o.b.known()) {  // a reciprocal
        r.value = known(std::bit_cast<std::uint32_t>(1.0f / std::bit_cast<float>(o.b.bits)));
      }
      return r;
    case operation::kFloatMinimum:
    case operation::kFloatSet:
    case operation::kFloatMultiply:
    case operation::kFloatAdd:
    case operation::kFloatMultiplyAdd:
    case operation::kHalfAdd:
    case operation::kHalfMultiplyAdd:
    case operation::kHalfMultiply:
    case operation::kPack:
    case operation::kLeadingZeros:
    case operation::kReverse:
    case operation::kCount:
      return r;
    case operation::kDoubleMultiply:
    case operation::kDoubleAdd:
    case operation::kDoubleMultiplyAdd:
      r.words = 2;
      return r;
    default:
      refuse(i, "not known");
  }
}

}  // namespace sgconv::evidence
