#include "evidence/model/evidence.h"

#include <algorithm>
#include <functional>
#include <tuple>

namespace sgconv::evidence {
namespace {

// What tells blocks apart: the first thread's instructions and what it moves.
struct Signature {
  std::uint64_t issued;
  TensorTraffic traffic;
  auto operator<=>(const Signature &) const = default;
};

Signature signature_of(const KernelCall &call, std::uint64_t block) {
  ThreadMemory memory;
  const std::uint64_t issued = sum(run_thread(call, block, &memory));
  return {issued, memory.traffic()};
}

struct Run {
  std::uint64_t first, count;
};

// Runs of neighbours along an axis that are alike. Long axes are taken to change at a few places
// only: they are looked at in so many places, and where two of these differ between them.
std::vector<Run> runs_along(std::uint64_t count,
                            const std::function<Signature(std::uint64_t)> &signature) {
  constexpr std::uint64_t kSamples = 16;
  std::map<std::uint64_t, Signature> seen;
  const auto at = [&](std::uint64_t i) -> const Signature & {
    const auto found = seen.find(i);
    return found != seen.end() ? found->second : seen.emplace(i, signature(i)).first->second;
  };
  std::function<void(std::uint64_t, std::uint64_t)> compare = [&](std::uint64_t low,
                                                                  std::uint64_t high) {
    if (high - low > 1 && at(low) != at(high)) {
      const std::uint64_t middle = low + (high - low) / 2;
      compare(low, middle);
      compare(middle, high);
    }
  };
  for (std::uint64_t n = 0; n < kSamples; ++n) {
    const std::uint64_t low = (count - 1) * n / kSamples, high = (count - 1) * (n + 1) / kSamples;
    at(low);
    at(high);
    compare(low, high);
  }
  std::vector<Run> runs;
  const Signature *last = nullptr;
  for (auto it = seen.begin(); it != seen.end(); ++it) {
    const auto next = std::next(it);
    const std::uint64_t end = next == seen.end() ? count : next->first;
    if (last != nullptr && *last == it->second) {
      runs.back().count = end - runs.back().first;
    } else {
      runs.push_back({it->first, end - it->first});
    }
    last = &it->second;
  }
  return runs;
}

// The loop over rows: the loop in which most is issued, if it is most of all, and if it is gone
// through more than once. Compilers put parts of it behind everything else.
struct Loop {
  std::size_t first = 0, last = 0;
  std::uint64_t once = 0;  // issued so often by what is in no loop
  bool found = false;

  bool has(std::size_t place, const std::vector<std::uint64_t> &issued) const {
    return (place >= first && place <= last) || (place > last && issued[place] > once);
  }
};
Loop row_loop(const KernelCall &call, const std::vector<std::uint64_t> &issued) {
  const auto &code = call.kernel->code;
  const std::uint64_t warps = (call.block.count() + kLanes - 1) / kLanes;
  std::vector<std::uint64_t> before(code.size() + 1);
  for (std::size_t i = 0; i < code.size(); ++i) {
    before[i + 1] = before[i] + issued[i];
  }
  Loop best;
  std::uint64_t most = before.back() / 2;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i].opcode() != opcode::kBranch || issued[i] == 0) {
      continue;
    }
    const std::int64_t target = branch_target(code[i], i);
    if (target < 0 || static_cast<std::size_t>(target) >= i) {
      continue;
    }
    const auto first = static_cast<std::size_t>(target);
    const std::uint64_t inside = before[i + 1] - before[first];
    if (issued[first] > warps && inside > most) {
      best = {first, i, warps, true};
      most = inside + inside / 100;  // what adds little is the same loop with code beside it
    }
  }
  return best;
}

void add_issued(const KernelCall &call, const std::vector<std::uint64_t> &issued, double times,
                Issued &sum) {
  const Loop loop = row_loop(call, issued);
  sum.has_row_loop |= loop.found;
  for (std::size_t i = 0; i < issued.size(); ++i) {
    const double count = times * static_cast<double>(issued[i]);
    const unsigned what = call.kernel->code[i].operation();
    sum.all += count;
    sum.outside += loop.found && !loop.has(i, issued) ? count : 0;
    const bool fused = what == operation::kFloatMultiplyAdd;
    sum.multiply_adds += fused ? count : 0;
    sum.float_operations +=
        fused || what == operation::kFloatAdd || what == operation::kFloatMultiply ? count : 0;
  }
}

LaunchEvidence evidence_of(const KernelCall &call, const std::string &name, std::int64_t launches,
                           const Device &device) {
  const Kernel &kernel = *call.kernel;
  LaunchEvidence result;
  result.name = name;
  result.symbol = kernel.symbol;
  result.launches = launches;
  result.blocks = call.grid.count();
  result.registers = kernel.registers;
  result.frame_bytes = kernel.frame_bytes;
  result.threads = call.block.count();
  result.shared_bytes = call.dynamic_shared + static_cast<std::uint64_t>(kernel.static_shared);
  result.resident = resident_blocks({}, kernel.registers, result.threads, result.shared_bytes);
  if (result.resident == 0) {
    throw NotUnderstood(kernel.symbol + ": a block needs more than a multiprocessor has");
  }
  const std::uint64_t places =
      static_cast<std::uint64_t>(device.multiprocessors) * static_cast<unsigned>(result.resident);

  const std::uint64_t of_row = call.grid.x, of_plane = of_row * call.grid.y;
  const auto along = [&](std::uint64_t count, std::uint64_t step) {
    return runs_along(count, [&](std::uint64_t i) { return signature_of(call, i * step); });
  };
  const auto xs = along(call.grid.x, 1), ys = along(call.grid.y, of_row),
             zs = along(call.grid.z, of_plane);
  struct Kind {
    std::uint64_t block;
    double count = 0;
  };
  std::map<Signature, Kind> kinds;
  std::vector<double> durations(call.grid.count());
  for (const Run &z : zs) {
    for (const Run &y : ys) {
      for (const Run &x : xs) {
        const std::uint64_t block = x.first + y.first * of_row + z.first * of_plane;
        const Signature signature = signature_of(call, block);
        Kind &kind = kinds.emplace(signature, Kind{block, 0}).first->second;
        kind.count += static_cast<double>(x.count * y.count * z.count);
        for (std::uint64_t k = z.first; k < z.first + z.count; ++k) {
          for (std::uint64_t j = y.first; j < y.first + y.count; ++j) {
            const auto start = durations.begin() +
                               static_cast<std::ptrdiff_t>(x.first + j * of_row + k * of_plane);
            std::fill_n(start, x.count, static_cast<double>(signature.issued));
          }
        }
      }
    }
  }
  result.fill = wave_fill(durations, places);

  const double concurrent =
      std::min(static_cast<double>(places), static_cast<double>(result.blocks)) /
      static_cast<double>(result.blocks);
  for (const auto &[signature, kind] : kinds) {
    BlockMemory memory;
    const auto issued = run_block(call, kind.block, &memory);
    const double times = kind.count * static_cast<double>(launches);
    add_issued(call, issued, times, result.issued);
    for (const auto &[tensor, traffic] : memory.traffic()) {
      result.traffic[tensor].read += times * static_cast<double>(traffic.read);
      result.traffic[tensor].written += times * static_cast<double>(traffic.written);
    }
    for (const auto &[tensor, bytes] : memory.footprint()) {
      result.footprint[tensor] += kind.count * static_cast<double>(bytes);
      if (tensor == kWorkspace || tensor == kSpectrum) {
        result.active_bytes += concurrent * kind.count * static_cast<double>(bytes);
      }
    }
    result.local_bytes += times * static_cast<double>(memory.local_bytes());
    for (const auto *const accesses : {&memory.loads(), &memory.stores()}) {
      for (const auto &[place, wavefronts] : *accesses) {
        result.shared_wavefronts += times * static_cast<double>(wavefronts.taken);
      }
    }
    add_wavefronts(memory.loads(), result.loads, result.worst_conflict);
    add_wavefronts(memory.stores(), result.stores, result.worst_conflict);
    result.races.insert(memory.races().begin(), memory.races().end());
  }
  return result;
}

// What goes through the memory beyond the cache. A tensor of the caller is read once and written
// once, by the launches in proportion to what they move of it. Workspace stays in the cache, except
// for what the call's workspace exceeds it by, and for what blocks that run at the same time have
// more of than it holds.
void add_hbm(const RecordedCall &recorded, const Device &device,
             std::vector<LaunchEvidence> &launches) {
  const auto cache = static_cast<double>(device.cache_bytes);
  std::map<unsigned, MovedBytes> all;
  for (const LaunchEvidence &launch : launches) {
    for (const auto &[tensor, traffic] : launch.traffic) {
      all[tensor].read += traffic.read;
      all[tensor].written += traffic.written;
    }
  }
  const auto once = [&](unsigned tensor, double moved) {
    const double bytes = tensor < kTensors ? static_cast<double>(recorded.bytes[tensor]) : moved;
    return std::min(bytes, moved);
  };
  for (LaunchEvidence &launch : launches) {
    for (const auto &[tensor, traffic] : launch.traffic) {
      const MovedBytes &total = all[tensor];
      if (tensor == kWorkspace) {
        const double beyond = std::max(0.0, static_cast<double>(recorded.bytes[tensor]) - cache);
        const double missed = std::max(0.0, 1 - cache / std::max(cache, launch.active_bytes));
        launch.hbm_bytes += missed * (traffic.read + traffic.written);
        launch.hbm_bytes += (1 - missed) * std::min(beyond, total.written) *
                            (total.written > 0 ? traffic.written / total.written : 0);
        launch.hbm_bytes += (1 - missed) * std::min(beyond, total.read) *
                            (total.read > 0 ? traffic.read / total.read : 0);
      } else if (tensor < kTensors) {
        launch.hbm_bytes +=
            total.read > 0 ? once(tensor, total.read) * traffic.read / total.read : 0;
        launch.hbm_bytes +=
            total.written > 0 ? once(tensor, total.written) * traffic.written / total.written : 0;
      }
    }
  }
}

// Every output is written to its end: what was executed was the whole call.
void check_outputs(const RecordedCall &recorded, const std::vector<LaunchEvidence> &launches) {
  for (const Tensor tensor : {kY, kDu, kDpre, kDpost, kDk, kDskip}) {
    double written = 0;
    for (const LaunchEvidence &launch : launches) {
      const auto found = launch.traffic.find(tensor);
      written += found == launch.traffic.end() ? 0 : found->second.written;
    }
    if (written < static_cast<double>(recorded.bytes[tensor])) {
      throw NotUnderstood(std::string("only ") + std::to_string(written) + " of " +
                          std::to_string(recorded.bytes[tensor]) + " bytes of " + name_of(tensor) +
                          " are written");
    }
  }
}

}  // namespace

Work LaunchEvidence::work() const { return {issued.all, shared_wavefronts, hbm_bytes, l2_bytes()}; }

double LaunchEvidence::l2_bytes() const {
  double bytes = 0;
  for (const auto &[tensor, moved] : traffic) {
    bytes += moved.read + moved.written;
  }
  return bytes;
}

double CallEvidence::samples() const {
  return static_cast<double>(call.batch * call.hidden * call.length);
}

std::int64_t CallEvidence::launch_count() const {
  std::int64_t count = 0;
  for (const LaunchEvidence &launch : launches) {
    count += launch.launches;
  }
  return count;
}

CallEvidence evidence_of(const Kernels &kernels, const Call &call, const Device &device) {
  const RecordedCall recorded = record(kernels, call);
  using Key = std::tuple<const Kernel *, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t,
                         std::uint64_t, Signature, Signature>;
  std::map<Key, std::pair<std::size_t, std::int64_t>> groups;
  std::vector<Key> order;
  for (std::size_t i = 0; i < recorded.launches.size(); ++i) {
    const KernelCall &launch = recorded.launches[i];
    const Key key{launch.kernel,           launch.grid.x,
                  launch.grid.y,           launch.grid.z,
                  launch.block.count(),    launch.dynamic_shared,
                  signature_of(launch, 0), signature_of(launch, launch.grid.count() - 1)};
    const auto [found, added] = groups.emplace(key, std::pair{i, 0});
    ++found->second.second;
    if (added) {
      order.push_back(key);
    }
  }
  CallEvidence result{call, recorded.size, {}};
  for (const Key &key : order) {
    const auto &[first, count] = groups[key];
    result.launches.push_back(
        evidence_of(recorded.launches[first], recorded.names[first], count, device));
  }
  check_outputs(recorded, result.launches);
  add_hbm(recorded, device, result.launches);
  return result;
}

Prediction predict(const Model &model, const CallEvidence &evidence) {
  Prediction result;
  double of_bound[3] = {};
  for (const LaunchEvidence &launch : evidence.launches) {
    const Time time = predict(model, launch.work(), launch.fill);
    result.seconds += time.seconds;
    of_bound[static_cast<int>(time.bound)] += time.seconds;
  }
  result.seconds += model.launch_seconds * static_cast<double>(evidence.launch_count() - 1);
  result.bound = static_cast<Bound>(std::max_element(of_bound, of_bound + 3) - of_bound);
  return result;
}

}  // namespace sgconv::evidence
