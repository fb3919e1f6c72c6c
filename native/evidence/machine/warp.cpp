#include "evidence/machine/warp.h"

#include <algorithm>
#include <bit>
#include <cstdio>

#include "evidence/machine/lanes.h"

namespace sgconv::evidence {
namespace {

bool is_uniform(const Instruction &i) {
  switch (i.operation()) {
    case operation::kUniformMove:
    case operation::kUniformSelect:
    case operation::kUniformCompare:
    case operation::kUniformAdd3:
    case operation::kUniformScaledAdd:
    case operation::kUniformLogic:
    case operation::kUniformPermute:
    case operation::kUniformShift:
    case operation::kUniformMultiplyAdd:
    case operation::kUniformWideMultiplyAdd:
      return true;
    default:
      return false;
  }
}

// Floating point, of which nothing is ever known.
bool is_float(unsigned what) {
  return what == operation::kFloatMultiplyAdd || what == operation::kFloatAdd ||
         what == operation::kFloatMultiply;
}

bool is_branch(unsigned code) {
  return code == opcode::kBranch || code == opcode::kJump || code == opcode::kUniformJump ||
         code == opcode::kCall || code == opcode::kReturn || code == opcode::kExit;
}

}  // namespace

std::int64_t branch_target(const Instruction &branch, std::size_t place) {
  // In words of four bytes from the next instruction, 38 bits with a sign.
  const std::uint64_t words = branch.low >> 34 << 8 | branch.bits(16, 8);
  return static_cast<std::int64_t>(place) + 1 + (static_cast<std::int64_t>(words << 26) >> 26) / 4;
}

Warp::Warp(const KernelCall &call, Dimensions block_index, unsigned number, unsigned lanes,
           std::vector<std::uint64_t> &issued, AccessObserver *observer)
    : call_(call),
      block_index_(block_index),
      number_(number),
      issued_(issued),
      observer_(observer),
      live_(lanes == kLanes ? ~0u : (1u << lanes) - 1) {}

void Warp::refuse(const std::string &why) const {
  char text[96];
  const Instruction &i = call_.kernel->code[place_];
  std::snprintf(text, sizeof text, "+0x%zx (%016llx:%016llx): ", place_ * 16,
                static_cast<unsigned long long>(i.high), static_cast<unsigned long long>(i.low));
  throw NotUnderstood(call_.kernel->symbol + text + why);
}

Warp::State Warp::run() {
  at_barrier_ = false;
  const auto &code = call_.kernel->code;
  while (live_ != 0) {
    std::size_t next = next_[static_cast<unsigned>(std::countr_zero(live_))];
    each_lane(live_, [&](unsigned lane) { next = std::min(next, next_[lane]); });
    std::uint32_t lanes = 0;
    each_lane(live_, [&](unsigned lane) { lanes |= next_[lane] == next ? 1u << lane : 0; });
    bool branched = false;
    do {
      if (next >= code.size()) {
        refuse("beyond the end");
      }
      place_ = next++;
      const Instruction &i = code[place_];
      ++issued_[place_];
      if (is_float(i.operation()) && i.form() != 0) {
        forget(i, lanes, 1);
      } else if (is_branch(i.opcode())) {
        each_lane(lanes, [&](unsigned lane) { next_[lane] = next; });
        branch(i, lanes);
        branched = true;
      } else {
        step(i, lanes);
      }
      if (at_barrier_ && lanes != live_) {
        refuse("a barrier of the block in divergent code");
      }
    } while (lanes == live_ && !branched && !at_barrier_);
    if (!branched) {
      each_lane(lanes, [&](unsigned lane) { next_[lane] = next; });
    }
    if (at_barrier_) {
      return State::kAtBarrier;
    }
  }
  return State::kEnded;
}

void Warp::step(const Instruction &i, std::uint32_t lanes) {
  if (is_uniform(i)) {
    uniform_arithmetic(i, lanes);
    return;
  }
  switch (i.opcode()) {
    case opcode::kNothing:
    case opcode::kOpenRegion:
    case opcode::kCloseRegion:
    case opcode::kLeaveRegion:
    case opcode::kYield:
    case opcode::kWait:
    case opcode::kWaitAll:
    case opcode::kLetNextBegin:
    case opcode::kAwaitPrevious:
      return;
    case opcode::kBarrier:
      if (i.bits(32, 32) != 0 || i.bits(77, 3) != 0) {
        refuse("a barrier of a part of the block");
      }
      at_barrier_ = true;
      return;
    case opcode::kPredicateLogic:
      predicate_logic(i, lanes, false);
      return;
    case opcode::kUniformPredicateLogic:
      predicate_logic(i, lanes, true);
      return;
    case opcode::kPredicatesToRegister:
      predicates_to_register(i, lanes);
      return;
    case opcode::kSystemRegister:
    case opcode::kSpecialRegister:
      special_register(i, lanes, false);
      return;
    case opcode::kUniformSpecialRegister:
      special_register(i, lanes, true);
      return;
    case opcode::kConstant:
      load_constant(i, lanes, false);
      return;
    case opcode::kUniformConstant:
    case opcode::kUniformIndexedConstant:
      load_constant(i, lanes, true);
      return;
    case opcode::kToUniform:
    case opcode::kToUniformSame:
      to_uniform(i, lanes);
      return;
    case opcode::kLoad:
    case opcode::kLoadPlain:
    case opcode::kLoadGeneric:
    case opcode::kStore:
    case opcode::kStorePlain:
    case opcode::kStoreGeneric:
    case opcode::kStoreGenericPlain:
    case opcode::kLoadShared:
    case opcode::kStoreShared:
    case opcode::kStoreSharedUniform:
    case opcode::kLoadLocal:
    case opcode::kStoreLocal:
      memory(i, lanes);
      return;
    case opcode::kShuffle:
    case opcode::kShuffleBound:
    case opcode::kShuffleLane:
    case opcode::kShuffleRegister:
      forget(i, lanes, 1);
      each_lane(lanes, [&](unsigned lane) { set_predicate(i.bits(81, 3), lane, {}); });
      return;
    default:
      break;
  }
  if (i.operation() == operation::kWarpSync) {
    return;
  }
  arithmetic(i, lanes);
}

Value Warp::gpr(unsigned number, unsigned lane) const {
  if (number == kZero) {
    return known(0);
  }
  const Register &r = registers_[number];
  return {r.bits[lane], r.masks[lane]};
}

Value Warp::uniform_register(unsigned number) const {
  return number >= kUniformZero ? known(0) : uniform_[number];
}

void Warp::set(unsigned number, unsigned lane, Value value) {
  if (number != kZero) {
    Register &r = registers_[number];
    r.bits[lane] = value.bits;
    r.masks[lane] = value.mask;
  }
}

void Warp::set_predicate(unsigned number, unsigned lane, Value value) {
  if (number != kTrue) {
    Predicate &p = predicates_[number];
    const std::uint32_t bit = 1u << lane;
    p.bits = value.bits != 0 ? p.bits | bit : p.bits & ~bit;
    p.known = value.known() ? p.known | bit : p.known & ~bit;
  }
}

std::uint32_t Warp::guarded(const Instruction &i, std::uint32_t lanes, bool uniform,
                            std::uint32_t &known) const {
  const unsigned guard = i.bits(12, 3);
  known = lanes;
  std::uint32_t holds = lanes;
  if (guard != kTrue && uniform) {
    known = uniform_predicates_[guard].known() ? lanes : 0;
    holds = uniform_predicates_[guard].bits != 0 ? lanes : 0;
  } else if (guard != kTrue) {
    known = predicates_[guard].known & lanes;
    holds = predicates_[guard].bits & lanes;
  }
  return i.bit(15) ? lanes & ~holds : holds;
}

// Operands a, b and c are 0, 1 and 2; word 1 is what follows.
Value Warp::operand(const Instruction &i, unsigned which, unsigned word, unsigned lane,
                    bool uniform) const {
  const auto in_register = [&](unsigned first) {
    const unsigned number = i.bits(first, 8);
    if (uniform) {
      return uniform_register(number >= kUniformZero ? number : number + word);
    }
    return gpr(number == kZero ? kZero : number + word, lane);
  };
  if (which == 0) {
    return in_register(24);
  }
  const unsigned form = i.form();
  const bool slot_is_c = form == 2 || form == 3 || form == 7;
  if ((which == 2) != slot_is_c) {
    return in_register(64);
  }
  switch (form) {
    case 1:
      return in_register(32);
    case 2:
    case 4:
      return known(word == 0 ? i.bits(32, 32) : 0);
    case 3:
    case 5:
      if (i.bit(91)) {
        refuse("a constant without a bank");
      }
      return constant(i.bits(54, 5), i.bits(38, 16) + 4 * word);
    default: {
      const unsigned number = i.bits(32, 8);
      return uniform_register(number >= kUniformZero ? number : number + word);
    }
  }
}

Value Warp::predicate_operand(const Instruction &i, unsigned first, unsigned not_bit, unsigned lane,
                              bool uniform) const {
  const unsigned number = i.bits(first, 3);
  Value result = known(1);
  if (number != kTrue && uniform) {
    result = uniform_predicates_[number];
  } else if (number != kTrue) {
    result = {predicates_[number].bits >> lane & 1,
              (predicates_[number].known >> lane & 1) != 0 ? ~0u : 0};
  }
  result.bits = (result.bits != 0) != i.bit(not_bit) ? 1 : 0;
  return result;
}

void Warp::forget(const Instruction &i, std::uint32_t lanes, unsigned words) {
  std::uint32_t is_known = 0;
  const std::uint32_t holds = guarded(i, lanes, false, is_known);
  const std::uint32_t written = holds | ~is_known;
  const unsigned target = i.target();
  for (unsigned word = 0; word < words && target != kZero; ++word) {
    each_lane(written & lanes, [&](unsigned lane) { registers_[target + word].masks[lane] = 0; });
  }
}

void Warp::arithmetic(const Instruction &i, std::uint32_t lanes) {
  std::uint32_t is_known = 0;
  const std::uint32_t holds = guarded(i, lanes, false, is_known);
  each_lane(lanes & (holds | ~is_known), [&](unsigned lane) {
    const Operands operands{operand(i, 0, 0, lane, false),
                            operand(i, 1, 0, lane, false),
                            operand(i, 2, 0, lane, false),
                            operand(i, 2, 1, lane, false),
                            operand(i, 0, 1, lane, false),
                            operand(i, 1, 1, lane, false),
                            predicate_operand(i, 87, 90, lane, false),
                            predicate_operand(i, 77, 80, lane, false),
                            predicate_operand(i, 68, 71, lane, false)};
    Results results;
    try {
      results = compute(i, operands);
    } catch (const NotUnderstood &failure) {
      refuse(failure.what());
    }
    if ((is_known >> lane & 1) == 0) {
      results.value = results.high = results.predicate = results.other = {};
    }
    if (results.words > 0) {
      set(i.target(), lane, results.value);
    }
    if (results.words > 1 && i.target() != kZero) {
      set(i.target() + 1, lane, results.high);
    }
    if (results.predicates > 0) {
      set_predicate(i.bits(81, 3), lane, results.predicate);
    }
    if (results.predicates > 1) {
      set_predicate(i.bits(84, 3), lane, results.other);
    }
  });
}

void Warp::uniform_arithmetic(const Instruction &i, std::uint32_t lanes) {
  std::uint32_t is_known = 0;
  const std::uint32_t holds = guarded(i, lanes, true, is_known);
  if ((holds & is_known) == 0 && is_known == lanes) {
    return;
  }
  const Operands operands{operand(i, 0, 0, 0, true),
                          operand(i, 1, 0, 0, true),
                          operand(i, 2, 0, 0, true),
                          operand(i, 2, 1, 0, true),
                          operand(i, 0, 1, 0, true),
                          operand(i, 1, 1, 0, true),
                          predicate_operand(i, 87, 90, 0, true),
                          predicate_operand(i, 77, 80, 0, true),
                          predicate_operand(i, 68, 71, 0, true)};
  Results results = compute(i, operands);
  if (is_known != lanes) {
    results.value = results.high = results.predicate = results.other = {};
  }
  const unsigned target = i.target();
  if (results.words > 0 && target < kUniformZero) {
    uniform_[target] = results.value;
  }
  if (results.words > 1 && target + 1 < kUniformZero) {
    uniform_[target + 1] = results.high;
  }
  if (results.predicates > 0 && i.bits(81, 3) != kTrue) {
    uniform_predicates_[i.bits(81, 3)] = results.predicate;
  }
  if (results.predicates > 1 && i.bits(84, 3) != kTrue) {
    uniform_predicates_[i.bits(84, 3)] = results.other;
  }
}

void Warp::predicate_logic(const Instruction &i, std::uint32_t lanes, bool uniform) {
  const unsigned tables[] = {i.bits(64, 3) | i.bits(72, 5) << 3, i.bits(16, 8)};
  std::uint32_t is_known = 0;
  const std::uint32_t holds = guarded(i, lanes, uniform, is_known);
  each_lane(uniform ? (lanes & -lanes) : lanes & (holds | ~is_known), [&](unsigned lane) {
    const Value a = predicate_operand(i, 87, 90, lane, uniform);
    const Value b = predicate_operand(i, 77, 80, lane, uniform);
    const Value c = predicate_operand(i, 68, 71, lane, uniform || i.bit(67));
    for (unsigned n = 0; n < 2; ++n) {
      const auto result = [&](unsigned x, unsigned y, unsigned z) {
        return logic(tables[n], x, y, z) & 1;
      };
      Value value = known(result(a.bits, b.bits, c.bits));
      for (unsigned other = 0; other < 8; ++other) {
        const unsigned x = a.known() ? a.bits : other & 1, y = b.known() ? b.bits : other >> 1 & 1,
                       z = c.known() ? c.bits : other >> 2;
        value.mask = result(x, y, z) == value.bits ? value.mask : 0;
      }
      value.mask &= certain(is_known, lane);
      const unsigned target = i.bits(n == 0 ? 81 : 84, 3);
      if (uniform && target != kTrue) {
        uniform_predicates_[target] = value;
      } else if (!uniform) {
        set_predicate(target, lane, value);
      }
    }
  });
}

void Warp::predicates_to_register(const Instruction &i, std::uint32_t lanes) {
  if (i.bits(72, 8) != 0 || i.form() != 4) {
    refuse("predicates to another part of a register");
  }
  std::uint32_t is_known = 0;
  const std::uint32_t holds = guarded(i, lanes, false, is_known);
  const std::uint32_t mask = i.bits(32, 32);
  each_lane(lanes & (holds | ~is_known), [&](unsigned lane) {
    const Value kept = gpr(i.bits(24, 8), lane);
    Value value{kept.bits & ~mask, kept.mask | mask};
    for (unsigned n = 0; n < 7; ++n) {
      if ((mask >> n & 1) != 0) {
        value.bits |= (predicates_[n].bits >> lane & 1) << n;
        value.mask &= (predicates_[n].known >> lane & 1) != 0 ? ~0u : ~(1u << n);
      }
    }
    value.mask &= certain(is_known, lane);
    set(i.target(), lane, value);
  });
}

Value Warp::special(unsigned which, unsigned lane) const {
  const std::uint32_t thread = number_ * kLanes + lane;
  switch (which) {
    case 0x00:
      return known(lane);
    case 0x21:
      return known(thread % call_.block.x);
    case 0x22:
      return known(thread / call_.block.x % call_.block.y);
    case 0x23:
      return known(thread / call_.block.x / call_.block.y);
    case 0x25:
      return known(block_index_.x);
    case 0x26:
      return known(block_index_.y);
    case 0x27:
      return known(block_index_.z);
    case 0x2f:  // upper half of generic addresses of shared memory
      return known(static_cast<std::uint32_t>(kSharedWindow >> 32));
    case 0x88:  // the block's place in its cluster, of one block
      return known(0);
    case 0xff:
      return known(0);
    default:
      refuse("special register " + std::to_string(which));
  }
}

void Warp::special_register(const Instruction &i, std::uint32_t lanes, bool uniform) {
  const unsigned which = i.bits(72, 8);
  if (uniform) {
    if (i.target() < kUniformZero) {
      uniform_[i.target()] = special(which, 0);
    }
    return;
  }
  const bool two = i.opcode() == opcode::kSystemRegister && i.bit(80);
  std::uint32_t is_known = 0;
  const std::uint32_t holds = guarded(i, lanes, false, is_known);
  each_lane(lanes & (holds | ~is_known), [&](unsigned lane) {
    Value value = special(which, lane);
    value.mask &= certain(is_known, lane);
    set(i.target(), lane, value);
    if (two) {
      set(i.target() + 1, lane, value);
    }
  });
}

void Warp::to_uniform(const Instruction &i, std::uint32_t lanes) {
  std::uint32_t is_known = 0;
  const std::uint32_t holds = guarded(i, lanes, false, is_known);
  if ((is_known & lanes) != lanes) {
    refuse("a guard that is not known");
  }
  if ((holds & lanes) != 0 && i.target() < kUniformZero) {
    uniform_[i.target()] =
        gpr(i.bits(24, 8), static_cast<unsigned>(std::countr_zero(holds & lanes)));
  }
}

void Warp::branch(const Instruction &i, std::uint32_t lanes) {
  std::uint32_t is_known = 0;
  std::uint32_t taken = guarded(i, lanes, false, is_known) & lanes;
  if ((is_known & lanes) != lanes) {
    refuse("a branch on what is not known");
  }
  each_lane(taken, [&](unsigned lane) {
    const Value also = predicate_operand(i, 87, 90, lane, false);
    if (!also.known()) {
      refuse("a branch on what is not known");
    }
    taken &= also.bits != 0 ? ~0u : ~(1u << lane);
  });
  if (i.opcode() == opcode::kExit) {
    live_ &= ~taken;
    return;
  }
  const auto target = static_cast<std::size_t>(branch_target(i, place_));
  each_lane(taken, [&](unsigned lane) {
    if (i.opcode() == opcode::kReturn) {
      if (calls_[lane].empty()) {
        refuse("a return without a call");
      }
      next_[lane] = calls_[lane].back();
      calls_[lane].pop_back();
      return;
    }
    if (i.opcode() == opcode::kCall) {
      calls_[lane].push_back(place_ + 1);
    }
    next_[lane] = target;
    if (i.opcode() == opcode::kJump || i.opcode() == opcode::kUniformJump) {
      const unsigned from = i.bits(24, 8);
      const Value by = i.opcode() == opcode::kJump ? gpr(from, lane) : uniform_register(from);
      if (!by.known()) {
        refuse("a jump to where is not known");
      }
      next_[lane] += by.bits / sizeof(Instruction);
    }
  });
}

}  // namespace sgconv::evidence
