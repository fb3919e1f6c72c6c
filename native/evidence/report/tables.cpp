#include "evidence/report/tables.h"

#include <algorithm>
#include <ostream>
#include <set>

#include "evidence/report/table.h"

namespace sgconv::evidence {
namespace {

const char *name_of_type(std::int32_t dtype) {
  constexpr const char *kNames[] = {"float32", "bfloat16", "float16"};
  return kNames[dtype];
}
const char *name_of_direction(Direction direction) {
  return direction == Direction::kForward    ? "forward"
         : direction == Direction::kBackward ? "backward"
                                             : "prepare";
}

// Issue slots a sample: instructions of threads, of which a warp issues 32 at once.
double slots(double warp_instructions, const CallEvidence &call) {
  return warp_instructions * kLanes / call.samples();
}

std::string milliseconds(double seconds) {
  const double ms = seconds * 1e3;
  return text(ms, ms < 10 ? 3 : ms < 100 ? 2 : 1);
}

std::string share(double part, double whole) {
  return whole > 0 ? text(100 * part / whole, 0) : "-";
}

std::vector<std::string> key(const CallEvidence &evidence) {
  const Call &call = evidence.call;
  return {name_of_direction(call.direction), std::to_string(call.batch),
          std::to_string(call.hidden),       std::to_string(call.length),
          std::to_string(call.lags()),       name_of_type(call.dtype)};
}

}  // namespace

void write_predictions(std::ostream &out, const std::string &compiler,
                       const std::vector<CallEvidence> &calls) {
  out << "# Predictions of convolutions\n\n"
         "Counted in machine code of "
      << compiler
      << " for sm_90; docs/gpu-evidence.md says how, and what a GPU measured.\n"
         "Slots, wavefronts of shared memory, and bytes through the second-level cache and the "
         "memory beyond, are of one\n"
         "sample. FFMA: percent of the floating-point instructions. Blocks: of a multiprocessor, "
         "the fewest of any launch. "
         "Spills: bytes of a\n"
         "thread's stack. Conflicts: wavefronts of shared memory for each that would do. Fill: "
         "percent of the device\n"
         "that has blocks while launches last. Bound: what most of the predicted time on an H100 "
         "goes to.\n\n";
  Table table({"call",         "B",    "H",         "L",        "K",      "type",    "slots",
               "outside loop", "FFMA", "registers", "spills",   "blocks", "shared",  "conflicts",
               "races",        "L2 B", "HBM B",     "launches", "fill",   "H100 ms", "H200 ms",
               "bound"});
  for (const CallEvidence &evidence : calls) {
    Issued issued;
    double shared = 0, l2 = 0, hbm = 0, filled = 0;
    int registers = 0, spills = 0, resident = 1 << 30;
    Wavefronts wavefronts;
    std::size_t races = 0;
    for (const LaunchEvidence &launch : evidence.launches) {
      issued.all += launch.issued.all;
      issued.outside += launch.issued.outside;
      issued.multiply_adds += launch.issued.multiply_adds;
      issued.float_operations += launch.issued.float_operations;
      issued.has_row_loop |= launch.issued.has_row_loop;
      shared += launch.shared_wavefronts;
      l2 += launch.l2_bytes();
      hbm += launch.hbm_bytes;
      filled += launch.issued.all / launch.fill;
      registers = std::max(registers, launch.registers);
      spills = std::max(spills, launch.frame_bytes);
      resident = std::min(resident, launch.resident);
      for (const Wavefronts &some : {launch.loads, launch.stores}) {
        wavefronts.taken += some.taken;
        wavefronts.ideal += some.ideal;
      }
      races += launch.races.size();
    }
    const Prediction h100 = predict(kH100, evidence), h200 = predict(kH200, evidence);
    auto cells = key(evidence);
    cells.insert(
        cells.end(),
        {text(slots(issued.all, evidence), 1),
         issued.has_row_loop ? text(slots(issued.outside, evidence), 1) : "-",
         share(issued.multiply_adds, issued.float_operations), std::to_string(registers),
         std::to_string(spills), std::to_string(resident), text(shared / evidence.samples(), 2),
         text(wavefronts.ratio(), 2), races == 0 ? "none" : std::to_string(races),
         text(l2 / evidence.samples(), 1), text(hbm / evidence.samples(), 1),
         std::to_string(evidence.launch_count()), text(100 * issued.all / filled, 0),
         milliseconds(h100.seconds), milliseconds(h200.seconds), name_of(h100.bound)});
    table.add(std::move(cells));
  }
  table.write(out);
}

void write_machine_code(std::ostream &out, const std::string &compiler,
                        const std::vector<CallEvidence> &calls) {
  out << "# CUDA kernels of these convolutions, predicted\n\n"
         "Machine code of "
      << compiler
      << " for sm_90. One row for each kind of launch; docs/gpu-evidence.md explains the "
         "columns.\n\n";
  Table table({"call",    "B",         "H",           "L",        "K",      "type",
               "kernel",  "launches",  "grid blocks", "threads",  "slots",  "outside loop",
               "FFMA",    "registers", "spills",      "shared B", "blocks", "fill",
               "loads",   "stores",    "worst",       "races",    "L2 B",   "HBM B",
               "H100 ms", "bound"});
  for (const CallEvidence &evidence : calls) {
    for (const LaunchEvidence &launch : evidence.launches) {
      const Time time = predict(kH100, launch.work(), launch.fill);
      auto cells = key(evidence);
      cells.insert(
          cells.end(),
          {launch.name,
           std::to_string(launch.launches),
           std::to_string(launch.blocks),
           std::to_string(launch.threads),
           text(slots(launch.issued.all, evidence), 1),
           launch.issued.has_row_loop ? text(slots(launch.issued.outside, evidence), 1) : "-",
           share(launch.issued.multiply_adds, launch.issued.float_operations),
           std::to_string(launch.registers),
           std::to_string(launch.frame_bytes),
           std::to_string(launch.shared_bytes),
           std::to_string(launch.resident),
           text(100 * launch.fill, 0),
           text(launch.loads.ratio(), 2),
           text(launch.stores.ratio(), 2),
           text(launch.worst_conflict, 1),
           launch.races.empty() ? "none" : std::to_string(launch.races.size()),
           text(launch.l2_bytes() / evidence.samples(), 1),
           text(launch.hbm_bytes / evidence.samples(), 1),
           milliseconds(time.seconds),
           name_of(time.bound)});
      table.add(std::move(cells));
    }
  }
  table.write(out);
}

void write_exchanges(std::ostream &out, const std::string &compiler,
                     const std::vector<SequenceEvidence> &sequences) {
  out << "# Exchanges through shared memory, counted\n\n"
         "Machine code of "
      << compiler
      << " for sm_90, executed for the first block of every CUDA kernel of a call; "
         "docs/gpu-evidence.md explains it.\n"
         "Loads, stores: wavefronts for each that would do without bank conflicts, worst: of one "
         "instruction. Races: words\n"
         "that two warps touch without a barrier between. Needed: barriers without which there "
         "would be one; the others\n"
         "stand where no shared memory changes hands in this call, or next to another.\n\n";
  Table table({"L", "call", "loads", "stores", "worst", "races", "barriers", "needed"});
  for (const auto &[sequence, exchanges] : sequences) {
    table.add({std::to_string(sequence.call.length), sequence.name,
               text(exchanges.loads.ratio(), 2), text(exchanges.stores.ratio(), 2),
               text(exchanges.worst_conflict, 1),
               exchanges.races == 0 ? "none" : std::to_string(exchanges.races),
               std::to_string(exchanges.barriers), std::to_string(exchanges.needed)});
  }
  table.write(out);
}

}  // namespace sgconv::evidence
