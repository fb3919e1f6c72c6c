// Executes the machine code of one warp as far as its addresses and branches need: integers and
// predicates are computed, floating point and memory are not. So every instruction that the warp
// issues is counted, and every address is known, without a description of the CUDA kernel.
//
// Lanes that have gone different ways meet again where the code does: those that are furthest
// behind go first.
#pragma once

#include <array>
#include <unordered_map>

#include "evidence/machine/cubin.h"
#include "evidence/machine/integer.h"

namespace sgconv::evidence {

constexpr unsigned kLanes = 32;

struct Dimensions {
  std::uint32_t x = 1, y = 1, z = 1;
  std::uint64_t count() const { return std::uint64_t{x} * y * z; }
};

// One launch of a CUDA kernel, whose struct of arguments is given as bytes.
struct KernelCall {
  const Kernel *kernel;
  Dimensions grid, block;
  std::uint64_t dynamic_shared;
  std::vector<std::uint8_t> arguments;
};

enum class Space { kGlobal, kShared, kLocal };

struct Access {
  Space space;
  bool write;
  unsigned bytes;       // of each lane
  std::size_t place;    // of the instruction in the code
  std::uint32_t lanes;  // that take part
  const std::array<std::uint64_t, kLanes> &addresses;
};

// Where a branch at this place goes.
std::int64_t branch_target(const Instruction &branch, std::size_t place);

class AccessObserver {
 public:
  virtual ~AccessObserver() = default;
  virtual void access(unsigned warp, const Access &access) = 0;
};

// Where a CUDA kernel's own tables in device memory are, as far as addresses go: beyond those that
// any argument has.
constexpr std::uint64_t kModuleMemory = std::uint64_t{0x7e} << 40;
// And where generic addresses of shared memory are.
constexpr std::uint64_t kSharedWindow = std::uint64_t{0x7d} << 40;

class Warp {
 public:
  // Threads [32 * number, 32 * number + lanes) of the block. `issued` counts the executions of each
  // instruction and has room for the code.
  Warp(const KernelCall &call, Dimensions block_index, unsigned number, unsigned lanes,
       std::vector<std::uint64_t> &issued, AccessObserver *observer);

  enum class State { kAtBarrier, kEnded };
  // Goes on to the next barrier of the block, or to the end.
  State run();

 private:
  struct Register {
    std::array<std::uint32_t, kLanes> bits{};
    std::array<std::uint32_t, kLanes> masks{};  // of the bits that are known
  };
  struct Predicate {
    std::uint32_t bits = 0, known = 0;
  };

  void step(const Instruction &i, std::uint32_t lanes);
  void arithmetic(const Instruction &i, std::uint32_t lanes);
  void uniform_arithmetic(const Instruction &i, std::uint32_t lanes);
  void forget(const Instruction &i, std::uint32_t lanes, unsigned words);
  void predicate_logic(const Instruction &i, std::uint32_t lanes, bool uniform);
  void predicates_to_register(const Instruction &i, std::uint32_t lanes);
  void special_register(const Instruction &i, std::uint32_t lanes, bool uniform);
  void load_constant(const Instruction &i, std::uint32_t lanes, bool uniform);
  void to_uniform(const Instruction &i, std::uint32_t lanes);
  void memory(const Instruction &i, std::uint32_t lanes);
  bool in_shared_window(std::uint32_t lanes, std::array<std::uint64_t, kLanes> &addresses) const;
  void local_memory(const Instruction &i, unsigned lane, std::uint32_t address, bool write,
                    unsigned words);
  void branch(const Instruction &i, std::uint32_t lanes);

  // The lanes among `lanes` whose guard holds; `known` says for which that is known.
  std::uint32_t guarded(const Instruction &i, std::uint32_t lanes, bool uniform,
                        std::uint32_t &known) const;
  Value operand(const Instruction &i, unsigned which, unsigned word, unsigned lane,
                bool uniform) const;
  Value predicate_operand(const Instruction &i, unsigned first, unsigned not_bit, unsigned lane,
                          bool uniform) const;
  Value constant(unsigned bank, std::uint32_t offset) const;
  Value special(unsigned which, unsigned lane) const;
  Value gpr(unsigned number, unsigned lane) const;
  Value uniform_register(unsigned number) const;
  void set(unsigned number, unsigned lane, Value value);
  void set_predicate(unsigned number, unsigned lane, Value value);
  [[noreturn]] void refuse(const std::string &why) const;

  const KernelCall &call_;
  const Dimensions block_index_;
  const unsigned number_;
  std::vector<std::uint64_t> &issued_;
  AccessObserver *const observer_;
  std::array<Register, 256> registers_;
  std::array<Predicate, 8> predicates_;
  std::array<Value, 64> uniform_;
  std::array<Value, 8> uniform_predicates_;
  std::array<std::size_t, kLanes> next_{};
  std::array<std::vector<std::size_t>, kLanes> calls_;  // places to return to
  // Words that registers were spilled to, by address.
  std::unordered_map<std::uint32_t, std::array<Value, kLanes>> local_;
  std::uint32_t live_;
  std::size_t place_ = 0;
  bool at_barrier_ = false;
};

}  // namespace sgconv::evidence
