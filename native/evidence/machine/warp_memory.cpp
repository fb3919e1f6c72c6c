// What a warp reads and writes: constants, shared memory, the stack and the device's memory.
#include <bit>

#include "evidence/machine/lanes.h"
#include "evidence/machine/warp.h"

namespace sgconv::evidence {
namespace {

// Where constant bank 0 has the end of a thread's stack, and what we take it to be.
constexpr std::uint32_t kStackOffset = 0x28, kStackEnd = 0xfff000;

unsigned access_bytes(const Instruction &i) {
  constexpr unsigned kBytes[] = {1, 1, 2, 2, 4, 8, 16, 0};
  return kBytes[i.bits(73, 3)];
}

std::int64_t offset_of(const Instruction &i) {  // 24 bits with a sign
  return static_cast<std::int32_t>(i.bits(40, 24) << 8) >> 8;
}

}  // namespace

Value Warp::constant(unsigned bank, std::uint32_t offset) const {
  if (bank == 4) {
    // Addresses of the module's own memory, eight bytes each.
    return offset % 8 == 0 ? known((offset / 8) << 24)
                           : known(static_cast<std::uint32_t>(kModuleMemory >> 32));
  }
  if (bank == 2 && offset + 4 <= call_.kernel->jumps.size()) {
    return known(static_cast<std::uint32_t>(number_at(call_.kernel->jumps, offset, 4)));
  }
  if (bank != 0) {
    return {};
  }
  const std::uint32_t sizes[] = {call_.block.x, call_.block.y, call_.block.z,
                                 call_.grid.x,  call_.grid.y,  call_.grid.z};
  if (offset / 4 < 6) {
    return known(sizes[offset / 4]);
  }
  if (offset == kStackOffset) {
    return known(kStackEnd);
  }
  const auto first = static_cast<std::uint32_t>(call_.kernel->parameter_offset);
  if (offset < first || offset - first + 4 > call_.arguments.size()) {
    return {};
  }
  return known(static_cast<std::uint32_t>(number_at(call_.arguments, offset - first, 4)));
}

void Warp::load_constant(const Instruction &i, std::uint32_t lanes, bool uniform) {
  const unsigned bytes = access_bytes(i);
  const bool indexed = i.opcode() == opcode::kUniformIndexedConstant;
  const Value uniform_index = indexed ? uniform_register(i.bits(24, 8)) : known(0);
  if (!uniform_index.known()) {
    refuse("a constant that is not known");
  }
  // Parts of words are flags of arguments.
  if (bytes > 8 || i.bit(91) != indexed) {
    refuse("a constant of this size");
  }
  const unsigned bank = i.bits(54, 5);
  const auto word = [&](std::uint32_t offset) {
    Value value = constant(bank, offset / 4 * 4);
    if (bytes < 4) {
      const bool is_signed = i.bits(73, 3) % 2 == 1;
      const unsigned width = bytes * 8;
      const std::uint32_t shifted = value.bits >> (offset % 4 * 8) << (32 - width);
      value.bits =
          is_signed ? static_cast<std::uint32_t>(static_cast<std::int32_t>(shifted) >> (32 - width))
                    : shifted >> (32 - width);
    }
    return value;
  };
  std::uint32_t is_known = 0;
  const std::uint32_t holds = guarded(i, lanes, uniform, is_known);
  const unsigned target = i.target();
  if (uniform) {
    if ((holds & is_known) == 0 && is_known == lanes) {
      return;
    }
    for (unsigned n = 0; n < (bytes + 3) / 4; ++n) {
      if (target + n < kUniformZero) {
        uniform_[target + n] = word(i.bits(38, 16) + uniform_index.bits + 4 * n);
        uniform_[target + n].mask &= is_known == lanes ? ~0u : 0;
      }
    }
    return;
  }
  each_lane(lanes & (holds | ~is_known), [&](unsigned lane) {
    const Value index = gpr(i.bits(24, 8), lane);
    for (unsigned n = 0; n < (bytes + 3) / 4; ++n) {
      Value value = index.known() ? word(i.bits(38, 16) + index.bits + 4 * n) : Value{};
      value.mask &= certain(is_known, lane);
      if (target != kZero) {
        set(target + n, lane, value);
      }
    }
  });
}

// Whether generic addresses are those of shared memory; then they become its own.
bool Warp::in_shared_window(std::uint32_t lanes,
                            std::array<std::uint64_t, kLanes> &addresses) const {
  std::uint32_t inside = 0;
  each_lane(lanes, [&](unsigned lane) {
    inside |= addresses[lane] >> 32 == kSharedWindow >> 32 ? 1u << lane : 0;
  });
  if (inside != 0 && inside != lanes) {
    refuse("lanes in different memory");
  }
  each_lane(inside, [&](unsigned lane) { addresses[lane] &= 0xffffffffu; });
  return inside != 0;
}

void Warp::memory(const Instruction &i, std::uint32_t lanes) {
  const unsigned code = i.opcode();
  const bool shared = code == opcode::kLoadShared || code == opcode::kStoreShared ||
                      code == opcode::kStoreSharedUniform;
  const bool local = code == opcode::kLoadLocal || code == opcode::kStoreLocal;
  const bool write = code == opcode::kStore || code == opcode::kStorePlain ||
                     code == opcode::kStoreGeneric || code == opcode::kStoreGenericPlain ||
                     code == opcode::kStoreShared || code == opcode::kStoreSharedUniform ||
                     code == opcode::kStoreLocal;
  const unsigned bytes = access_bytes(i);
  std::uint32_t is_known = 0;
  const std::uint32_t holds = guarded(i, lanes, false, is_known) & lanes;
  if ((is_known & lanes) != lanes) {
    refuse("whether memory is touched is not known");
  }
  std::array<std::uint64_t, kLanes> addresses{};
  std::uint64_t uniform_offset = 0;
  if (shared && (code == opcode::kStoreSharedUniform || (i.bit(91) && !write))) {
    const Value base = uniform_register(i.bits(write ? 64 : 32, 8));
    if (!base.known()) {
      refuse("an address that is not known");
    }
    uniform_offset = base.bits;
  }
  each_lane(holds, [&](unsigned lane) {
    const unsigned base = i.bits(24, 8);
    const Value low = gpr(base, lane);
    const bool wide = !shared && !local && i.bit(72);
    const Value high = wide && base != kZero ? gpr(base + 1, lane) : known(0);
    if (!low.known() || !high.known()) {
      refuse("an address that is not known");
    }
    const std::uint64_t from = static_cast<std::uint64_t>(high.bits) << 32 | low.bits;
    const std::uint64_t address = from + uniform_offset + static_cast<std::uint64_t>(offset_of(i));
    addresses[lane] = shared || local ? address & 0xffffffffu : address;
    if (address % bytes != 0) {
      refuse("an address that is not a multiple of " + std::to_string(bytes));
    }
  });
  const bool window = !shared && !local && in_shared_window(holds, addresses);
  if (observer_ != nullptr && holds != 0) {
    observer_->access(number_, {shared || window ? Space::kShared
                                : local          ? Space::kLocal
                                                 : Space::kGlobal,
                                write, bytes, place_, holds, addresses});
  }
  if (local) {
    each_lane(holds, [&](unsigned lane) {
      local_memory(i, lane, static_cast<std::uint32_t>(addresses[lane]), write, bytes / 4);
    });
  } else if (!write) {
    forget(i, lanes, (bytes + 3) / 4);
  }
}

void Warp::local_memory(const Instruction &i, unsigned lane, std::uint32_t address, bool write,
                        unsigned words) {
  if (words == 0 || address % 4 != 0) {
    refuse("a part of a word on the stack");
  }
  for (unsigned n = 0; n < words; ++n) {
    Value &word = local_[address + 4 * n][lane];
    if (write) {
      const unsigned from = i.bits(32, 8);
      word = from == kZero ? known(0) : gpr(from + n, lane);
    } else if (i.target() != kZero) {
      set(i.target() + n, lane, word);
    }
  }
}

}  // namespace sgconv::evidence
