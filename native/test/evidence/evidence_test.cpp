// The execution of machine code, what is counted of it, and the model that predicts from that.
#include <cmath>
#include <cstring>
#include <functional>
#include <sstream>

#include "cuda/check.h"
#include "evidence/calls/call.h"
#include "evidence/count/traffic.h"
#include "evidence/machine/library.h"
#include "evidence/model/device.h"
#include "evidence/report/check.h"
#include "machine_code.h"

namespace {

using namespace sgconv::evidence;
using namespace sgconv::test;

constexpr std::uint64_t kOut = (std::uint64_t{2} << kTensorBits) + 0xffffff80;  // carries later on
constexpr std::uint64_t kIn = std::uint64_t{1} << kTensorBits;

void count_is(std::uint64_t actual, std::uint64_t expected, const std::string &what) {
  check_equal(actual, expected, what);
}

template <class Arguments>
KernelCall call_of(const Kernel &kernel, std::uint32_t grid, const Arguments &arguments) {
  KernelCall call{&kernel, {grid, 1, 1}, {64, 1, 1}, 0, {}};
  call.arguments.resize(sizeof arguments);
  std::memcpy(call.arguments.data(), &arguments, sizeof arguments);
  return call;
}

void must_refuse(const std::string &word, const std::function<void()> &body) {
  std::string said;
  try {
    body();
  } catch (const NotUnderstood &failure) {
    said = failure.what();
  }
  check(said.find(word) != std::string::npos, "'" + said + "' lacks '" + word + "'");
}

// Every warp issues 13 instructions, nine for each turn of its loop, and one.
void test_loops() {
  const Kernel kernel = walk();
  const KernelCall call = call_of(kernel, 2, Walk{kOut, kIn, 200});
  BlockMemory first, second;
  count_is(sum(run_block(call, 0, &first)), 64, "two warps of two turns");
  count_is(sum(run_block(call, 1, &second)), 55, "a warp of two turns and one of one");
  count_is(first.traffic().at(1).read, 512, "bytes that the first block reads");
  count_is(first.traffic().at(2).written, 512, "and writes");
  count_is(second.traffic().at(1).read, 288, "whole sectors of the second block");
  count_is(sum(run_thread(call, 1, nullptr)), 32, "its first thread");
  count_is(first.footprint().at(1), 512, "different bytes");
}

void test_addresses() {
  struct Addresses : AccessObserver {
    std::vector<std::uint64_t> written;
    void access(unsigned, const Access &access) override {
      if (access.write) {
        written.push_back(access.addresses[0]);
      }
    }
  } addresses;
  const Kernel kernel = walk();
  (void)run_thread(call_of(kernel, 2, Walk{kOut, kIn, 200}), 1, &addresses);
  check(addresses.written == std::vector<std::uint64_t>{kOut + 4 * 64, kOut + 4 * 192},
        "addresses beyond 32 bits");
}

// The division and the branch behind it are computed.
void test_division() {
  const Kernel kernel = turn();
  for (const auto &[rows, shares, block, leaves] : {std::tuple{2, 3, 5u, false},
                                                    {2, 3, 6u, true},
                                                    {1000, 7, 6999u, false},
                                                    {1000, 7, 7000u, true},
                                                    {3, -1, 4u, false}}) {
    const KernelCall call = call_of(kernel, 8000, Turn{kOut, rows, shares});
    const bool left = run_block(call, block, nullptr)[kStoreOfTurn] == 0;
    count_is(left, leaves, "block " + std::to_string(block) + " of " + std::to_string(shares));
  }
}

void test_shared_memory() {
  Kernel kernel = turn();
  const KernelCall call = call_of(kernel, 1, Turn{kOut, 1, 1});
  BlockMemory memory;
  (void)run_block(call, 0, &memory);
  check(memory.races().empty(), "no race with a barrier");
  count_is(memory.stores().at(kStoreOfTurn).taken, 4, "two wavefronts for each warp's store");
  count_is(memory.stores().at(kStoreOfTurn).ideal, 2, "where one would do");
  check(memory.loads().at(kLoadOfTurn).ratio() == 2.0, "two-way conflict of the loads");

  kernel.code[kBarrierOfTurn] = {0x0000000000007918, 0x000fc00000000000};
  BlockMemory without;
  (void)run_block(call, 0, &without);
  // The first warp reads what the second has not written yet, so the second's store is what
  // clashes.
  count_is(without.races().size(), 32 + 32, "a race in every word without the barrier");
  check(without.races().begin()->first != without.races().begin()->second,
        "the two places of a race");
}

void test_wavefronts() {
  const auto wavefronts = [](unsigned bytes, std::uint64_t stride) {
    std::array<std::uint64_t, kLanes> addresses{};
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      addresses[lane] = lane * stride;
    }
    const Wavefronts w = wavefronts_of({Space::kShared, false, bytes, 0, ~0u, addresses});
    return 100 * w.taken + w.ideal;
  };
  count_is(wavefronts(4, 4), 101, "neighbours");
  count_is(wavefronts(4, 0), 101, "one word for all");
  count_is(wavefronts(4, 128), 3201, "one bank for all");
  count_is(wavefronts(8, 8), 202, "eight bytes: halves");
  count_is(wavefronts(8, 16), 402, "eight bytes, every other");
  count_is(wavefronts(16, 16), 404, "sixteen bytes: quarters");
}

void test_refusals() {
  Kernel kernel = walk();
  kernel.code[3] = {0x0000000000007fff, 0};
  const KernelCall call = call_of(kernel, 1, Walk{kOut, kIn, 200});
  must_refuse("not known", [&] { (void)run_block(call, 0, nullptr); });
  // An address from memory.
  Kernel loads = walk();
  loads.code[16] = {0x0000000b04047981, 0x004ea2000c1e1900};
  loads.code[16].low = (loads.code[16].low & ~std::uint64_t{0xff000000}) | 0x02000000;
  must_refuse("address that is not known", [&] {
    (void)run_block(call_of(loads, 1, Walk{kOut, kIn, 200}), 0, nullptr);
  });
  const Call forward{.hidden = 4, .length = 256};
  must_refuse("before its device", [&] { (void)record({}, forward); });
  use_device({});
  must_refuse("no machine code", [&] { (void)record({}, forward); });
}

void test_logic() {
  count_is(logic(0xc0, 0xff00u, 0x0ff0u, 0), 0x0f00, "and");
  count_is(logic(0xfc, 0xff00u, 0x0ff0u, 0), 0xfff0, "or");
  count_is(logic(0x96, 1, 1, 1), 1, "odd");
}

void near(double actual, double expected, const std::string &what) {
  check(std::fabs(actual - expected) <= 1e-9 * std::fabs(expected),
        what + ": " + std::to_string(actual) + ", expected " + std::to_string(expected));
}

void test_model() {
  near(wave_fill(std::vector<double>(5, 1.0), 4), 5.0 / 8, "five blocks on four places");
  near(wave_fill({3, 3, 2, 2}, 4), 10.0 / 12, "places of three and of two turns");
  near(wave_fill({1, 1, 1, 1, 2}, 4), 6.0 / 12, "a long last block");
  count_is(static_cast<unsigned>(resident_blocks({}, 127, 256, 46592)), 2, "blocks by registers");
  count_is(static_cast<unsigned>(resident_blocks({}, 78, 128, 21120)), 6,
           "a quarter of the registers a scheduler");
  count_is(static_cast<unsigned>(resident_blocks({}, 32, 256, 100 * 1024)), 2,
           "blocks by shared memory");
  count_is(static_cast<unsigned>(resident_blocks({}, 32, 1024, 0)), 2, "blocks by threads");
  // 112 slots a sample at (64, 768, 4096), 8 and 20 bytes.
  const double samples = 64.0 * 768 * 4096;
  const Work work{112 * samples / 32, 0, 8 * samples, 20 * samples};
  const Time h100 = predict(kH100, work, 0.5);
  near(h100.seconds, 20 * samples / (5.5e12 * 0.8) / 0.5, "bound by the second-level cache");
  check(h100.bound == Bound::kL2, "its name");
  near(predict(kH100, Work{112 * samples / 32, samples / 2, 0, 0}, 1).seconds,
       samples / (132 * 1.98e9) * (112.0 / 128 / 0.77 + 0.42 / 2),
       "bound by issue, and shared memory beside it");
  near(predict(kH200, Work{0, 0, 8 * samples, 0}, 1).seconds, 8 * samples / (4.3e12 * 0.9),
       "bound by memory");
}

// Of a and b, or of a - b and 0: as nvcc 13.0 encodes them for sm_90.
void test_minimum() {
  const auto result = [](std::uint64_t low, std::uint64_t high, std::uint32_t a, std::uint32_t b) {
    Operands operands{};
    const Instruction instruction{low, high};
    operands.a = {a, ~0u};
    operands.b = {b, ~0u};
    operands.c = {0, ~0u};
    operands.first = {instruction.bit(90) ? 0u : 1u, ~0u};
    return compute(instruction, operands).value.bits;
  };
  constexpr std::uint32_t kMinus3 = ~std::uint32_t{0} - 2;
  constexpr std::uint64_t kOfTwo = 0x0000000700077248, kOfSum = 0x8000000700077246;
  count_is(result(kOfTwo, 0x004fca0003fe0100, kMinus3, 5), kMinus3, "min of int");
  count_is(result(kOfTwo, 0x004fca0007fe0100, kMinus3, 5), 5, "max of int");
  count_is(result(kOfTwo, 0x004fca0003fe0000, kMinus3, 5), 5, "min of unsigned");
  count_is(result(kOfTwo, 0x004fca0007fe0000, kMinus3, 5), kMinus3, "max of unsigned");
  count_is(result(kOfSum, 0x004fca00078001ff, 7, 9), 0, "max(a - b, 0), negative");
  count_is(result(kOfSum, 0x004fca00078001ff, 9, 7), 2, "max(a - b, 0)");
}

void test_comparison() {
  const auto table = [](const char *slots, const char *races) {
    Table result({"call", "B", "H", "L", "K", "type", "slots", "spills", "conflicts", "races",
                  "L2 B", "HBM B", "launches", "H100 ms", "H200 ms"});
    result.add({"forward", "64", "768", "256", "256", "float32", slots, "0", "1.00", races, "10.0",
                "8.0", "1", "0.100", "0.100"});
    std::stringstream text;
    result.write(text);
    return Table::read(text);
  };
  const Table before = table("100.0", "none");
  count_is(compare(before, before, kColumnsOfPredictions).compared, 1, "a row");
  check(compare(before, before, kColumnsOfPredictions).worse.empty(), "the same");
  check(compare(before, table("104.9", "none"), kColumnsOfPredictions).worse.empty(),
        "within five percent");
  count_is(compare(before, table("105.1", "none"), kColumnsOfPredictions).worse.size(), 1,
           "more slots");
  count_is(compare(before, table("100.0", "2"), kColumnsOfPredictions).worse.size(), 1, "races");
  count_is(compare(before, table("90.0", "none"), kColumnsOfPredictions).better.size(), 1,
           "fewer slots");
  Table none(before.heads());
  count_is(compare(before, none, kColumnsOfPredictions).worse.size(), 1, "a row that is gone");
  count_is(compare(none, before, kColumnsOfPredictions).worse.size(), 1, "a row that is new");
}

// A library of 64 bits with this section and that of the names.
ElfFile library_with(const std::string &name, const std::vector<std::uint8_t> &content) {
  const std::string names = std::string(1, '\0') + name + '\0';
  std::vector<std::uint8_t> file(64);
  const auto put = [&](std::size_t at, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      file[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  };
  put(0, 0x0102464c457f, 6);
  const std::size_t of_names = file.size(), of_content = of_names + names.size();
  file.insert(file.end(), names.begin(), names.end());
  file.insert(file.end(), content.begin(), content.end());
  const std::size_t table = file.size();
  file.resize(table + 2 * 64);
  put(0x28, table, 8);
  put(0x3a, 64, 2);
  put(0x3c, 2, 2);
  put(table + 24, of_names, 8);
  put(table + 32, names.size(), 8);
  put(table + 64, 1, 4);
  put(table + 64 + 24, of_content, 8);
  put(table + 64 + 32, content.size(), 8);
  return ElfFile(std::move(file), "library");
}

// One container with one entry, whose content is no ELF file: as if it were compressed.
std::vector<std::uint8_t> fatbin_of(std::uint8_t kind, std::uint8_t architecture) {
  std::vector<std::uint8_t> result{0x50, 0xed, 0x55, 0xba, 1, 0, 16, 0, 48, 0, 0, 0, 0, 0, 0, 0};
  std::vector<std::uint8_t> entry(48);
  entry[0] = kind;
  entry[4] = 32;
  entry[8] = 16;
  entry[28] = architecture;
  result.insert(result.end(), entry.begin(), entry.end());
  return result;
}

void test_libraries() {
  const auto refused = [](const std::string &word, const std::string &name,
                          const std::vector<std::uint8_t> &content) {
    must_refuse(word, [&] { (void)kernels_of(library_with(name, content), 90); });
  };
  const std::string fatbin = ".nv_fatbin";
  refused("no device code", ".text", fatbin_of(2, 90));
  refused("no ELF file", fatbin, fatbin_of(2, 90));
  refused("no machine code", fatbin, fatbin_of(2, 80));
  refused("no machine code", fatbin, fatbin_of(1, 90));  // PTX
  refused("another kind", fatbin, fatbin_of(8, 90));
  refused("something else", fatbin, std::vector<std::uint8_t>(16, 1));
  auto behind_padding = fatbin_of(2, 90);
  behind_padding.insert(behind_padding.begin(), 8, 0);
  refused("no ELF file", fatbin, behind_padding);
  auto cut = fatbin_of(2, 90);
  cut.resize(cut.size() - 8);
  refused("another form", fatbin, cut);
}

}  // namespace

int main() {
  test_loops();
  test_addresses();
  test_division();
  test_minimum();
  test_shared_memory();
  test_wavefronts();
  test_refusals();
  test_libraries();
  test_logic();
  test_model();
  test_comparison();
  return failures() == 0 ? 0 : 1;
}
