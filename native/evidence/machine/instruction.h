// One instruction of machine code, sm_80 to sm_90: 128 bits, of which the fields are named here by
// their bits. NVIDIA documents none of it; the fields are known from the open compiler of the Mesa
// project (NAK) and held against compiled CUDA kernels by the tests.
#pragma once

#include <cstdint>

namespace sgconv::evidence {

struct Instruction {
  std::uint64_t low, high;

  // Bits [first, first + count), count <= 32, of which none lie in both halves.
  constexpr std::uint32_t bits(unsigned first, unsigned count) const {
    const std::uint64_t half = first < 64 ? low >> first : high >> (first - 64);
    return static_cast<std::uint32_t>(half & ((std::uint64_t{1} << count) - 1));
  }
  constexpr bool bit(unsigned at) const { return bits(at, 1) != 0; }

  constexpr unsigned opcode() const { return bits(0, 12); }
  // What is done, and where the operands of an arithmetic instruction come from.
  constexpr unsigned operation() const { return bits(0, 9); }
  constexpr unsigned form() const { return bits(9, 3); }
  constexpr unsigned target() const { return bits(16, 8); }
};

// Arithmetic in registers of the warp; uniform ones are kUniform more.
namespace operation {
constexpr unsigned kMove = 0x002, kSelect = 0x007, kFloatSelect = 0x008, kFloatMinimum = 0x009,
                   kFloatSet = 0x00a, kFloatCompare = 0x00b, kCompare = 0x00c, kAdd3 = 0x010,
                   kScaledAdd = 0x011, kLogic = 0x012, kAbsolute = 0x013, kPermute = 0x016,
                   kMinimum = 0x017, kShift = 0x019, kFloatMultiply = 0x020, kFloatAdd = 0x021,
                   kFloatMultiplyAdd = 0x023, kMultiplyAdd = 0x024, kWideMultiplyAdd = 0x025,
                   kHighMultiplyAdd = 0x027, kDoubleMultiply = 0x028, kDoubleAdd = 0x029,
                   kDoubleCompare = 0x02a, kDoubleMultiplyAdd = 0x02b, kHalfAdd = 0x030,
                   kHalfMultiplyAdd = 0x031, kHalfMultiply = 0x032, kHalfMatrixAdd = 0x035,
                   kAdd = 0x036, kPack = 0x03e, kFloatOfInteger = 0x045, kAddMinimum = 0x046,
                   kVectorMinimum = 0x048, kLeadingZeros = 0x100, kReverse = 0x101,
                   kConvertFloat = 0x104, kIntegerOf = 0x105, kFloatOf = 0x106, kRound = 0x107,
                   kSpecial = 0x108, kCount = 0x109, kConvertDouble = 0x110,
                   kIntegerOfDouble = 0x111, kDoubleOf = 0x112, kRoundDouble = 0x113,
                   kWarpSync = 0x148;
constexpr unsigned kUniform = 0x080;
constexpr unsigned kUniformShift = 0x099, kUniformAdd3 = 0x090, kUniformScaledAdd = 0x091,
                   kUniformLogic = 0x092, kUniformPermute = 0x096, kUniformMultiplyAdd = 0x0a4,
                   kUniformWideMultiplyAdd = 0x0a5, kUniformCompare = 0x08c, kUniformSelect = 0x087,
                   kUniformMove = 0x082;
}  // namespace operation

// Instructions whose opcode says it all.
namespace opcode {
constexpr unsigned kPredicatesToRegister = 0x803, kRegisterToPredicates = 0x804,
                   kSystemRegister = 0x805, kVote = 0x806, kPredicateLogic = 0x81c,
                   kUniformPredicateLogic = 0x89c, kSpecialRegister = 0x919,
                   kUniformSpecialRegister = 0x9c3, kConstant = 0xb82, kUniformConstant = 0xab9,
                   kUniformIndexedConstant = 0xabb, kToUniform = 0x3c2, kToUniformSame = 0x2ca,
                   kLoad = 0x981, kLoadPlain = 0x381, kLoadGeneric = 0x980, kStore = 0x986,
                   kStorePlain = 0x386, kStoreGeneric = 0x985, kStoreGenericPlain = 0x385,
                   kLoadShared = 0x984, kStoreShared = 0x388, kStoreSharedUniform = 0x988,
                   kLoadLocal = 0x983, kStoreLocal = 0x387, kShuffleRegister = 0x389,
                   kShuffle = 0xf89, kShuffleLane = 0x989, kShuffleBound = 0x589, kBarrier = 0xb1d,
                   kNothing = 0x918, kExit = 0x94d, kBranch = 0x947, kJump = 0x949,
                   kUniformJump = 0x958, kCall = 0x944, kReturn = 0x950, kOpenRegion = 0x945,
                   kCloseRegion = 0x941, kLeaveRegion = 0x942, kYield = 0x946, kWait = 0x91a,
                   kWaitAll = 0x91b, kLetNextBegin = 0x82d, kAwaitPrevious = 0x82e;
}  // namespace opcode

}  // namespace sgconv::evidence
