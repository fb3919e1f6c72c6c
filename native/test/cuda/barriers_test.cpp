// Every barrier is needed wherever it is called: without it, in one order of a block's threads,
// results are wrong. A barrier in a function counts at each chain of calls that leads to it.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "barrier_cases.h"
#include "call_chains.h"
#include "check.h"
#include "emulation/control.h"

namespace {

using namespace sgconv::test;

struct Order {
  const char *name;
  int32_t seed;
};
constexpr Order kOrders[] = {{"forward", 0}, {"reverse", 0}, {"shuffled", 1}, {"shuffled", 2}};
constexpr int kOrderCount = sizeof kOrders / sizeof *kOrders;

// How a process ends that tries without one barrier.
constexpr int kUnnoticed = 0;
constexpr int kDeviceFailed = 3;  // as device.h and values.h have it
constexpr int kNoticed = 10;      // and the number of the order

constexpr int kProcesses = 2;
constexpr unsigned kMostSeconds = 60;

using Clock = std::chrono::steady_clock;

struct Barrier {
  std::string calls;                       // that lead to it, in the source
  std::vector<int32_t> numbers;            // of its copies in the machine code
  std::vector<const BarrierCase *> cases;  // that come to it, the quickest first
};

// Which barriers a case comes to, by number.
std::set<int32_t> numbers_met(const BarrierCase &each) {
  static std::vector<int64_t> counts;
  each.run();
  std::set<int32_t> met;
  counts.resize(static_cast<std::size_t>(sgconv_emulation_barriers()), 0);
  for (int32_t number = 0; number < sgconv_emulation_barriers(); ++number) {
    const int64_t count = sgconv_emulation_barrier_count(number);
    if (std::exchange(counts[static_cast<std::size_t>(number)], count) < count) {
      met.insert(number);
    }
  }
  return met;
}

std::vector<Barrier> barriers_of(const std::vector<BarrierCase> &cases) {
  std::vector<std::pair<Clock::duration, const BarrierCase *>> by_time;
  std::map<const BarrierCase *, std::set<int32_t>> met;
  sgconv_emulation_watch_barriers(1);
  for (const BarrierCase &each : cases) {
    const Clock::time_point start = Clock::now();
    met[&each] = numbers_met(each);
    by_time.emplace_back(Clock::now() - start, &each);
  }
  sgconv_emulation_watch_barriers(0);
  std::sort(by_time.begin(), by_time.end());
  std::vector<Barrier> result;
  for (const auto &[calls, numbers] : barriers_by_calls()) {
    Barrier barrier{calls, numbers, {}};
    for (const auto &[time, each] : by_time) {
      const auto comes = [&](int32_t number) { return met[each].count(number) > 0; };
      if (std::any_of(numbers.begin(), numbers.end(), comes)) {
        barrier.cases.push_back(each);
      }
    }
    result.push_back(barrier);
  }
  return result;
}

// Of the transforms only `forward` reads a root before the barrier of its first exchange: where
// that is the whole block's and no `forward` comes first, it also waits for the roots.
bool roots_can_wait(const Barrier &barrier) {
  const auto in = [&](const char *text) { return barrier.calls.find(text) != std::string::npos; };
  return (in("cuda::SharedColumn<") && in("void sgconv::cuda::columns_out<")) ||
         (in("cuda::transform_of_thread<") && in("void sgconv::cuda::middle_rows_backward<"));
}

// Of a process of its own.
[[noreturn]] void run_without(const Barrier &barrier) {
  alarm(kMostSeconds);
  if (std::freopen("/dev/null", "w", stderr) == nullptr) {
    _exit(2);
  }
  failures() = 0;  // not those of the parent
  for (const int32_t number : barrier.numbers) {
    sgconv_emulation_skip_barrier(number);
  }
  for (const BarrierCase *each : barrier.cases) {
    for (int i = 0; i < kOrderCount; ++i) {
      sgconv_emulation_order(kOrders[i].name, kOrders[i].seed);
      each->run();
      if (failures() > 0) {
        _exit(kNoticed + i);
      }
    }
  }
  _exit(kUnnoticed);
}

// Lines of the CUDA sources that call a barrier, as "<file name>:<line>".
std::set<std::string> lines_with_barriers(const std::string &folder) {
  std::set<std::string> result;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::ifstream file(entry.path());
    std::string line;
    for (int number = 1; entry.is_regular_file() && std::getline(file, line); ++number) {
      const std::size_t code = line.find("__sync");
      if (code != std::string::npos && line.find("//") > code) {
        result.insert(entry.path().filename().string() + ":" + std::to_string(number));
      }
    }
  }
  return result;
}

bool comes_to(const Barrier &barrier, const std::string &line) {
  return barrier.calls.find(" at " + line + "\n") != std::string::npos;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::printf("expected the folder of the CUDA sources\n");
    return 2;
  }
  // Before the emulated machine is there: as barrier_cases wants it.
  setenv("SGCONV_EMULATED_DEVICES", "2", 1);
  setenv("SGCONV_EMULATED_CAPABILITY", "90,89", 1);
  setenv("SGCONV_EMULATED_CACHE", "67108864", 1);

  const std::vector<BarrierCase> cases = barrier_cases();
  const std::vector<Barrier> barriers = barriers_of(cases);
  check(failures() == 0, "results are right with all barriers in place");
  const std::set<std::string> lines = lines_with_barriers(argv[1]);
  check(!lines.empty(), std::string("there are barriers in ") + argv[1]);
  for (const std::string &line : lines) {
    check(std::any_of(barriers.begin(), barriers.end(),
                      [&](const Barrier &each) { return comes_to(each, line); }),
          "no case comes to the barrier at " + line);
  }
  if (failures() > 0) {
    return 1;
  }

  std::map<int, int> outcomes;
  std::map<pid_t, const Barrier *> running;
  for (auto next = barriers.begin(); next != barriers.end() || !running.empty();) {
    if (next != barriers.end() && running.size() < kProcesses) {
      const pid_t child = fork();
      if (child == 0) {
        run_without(*next);
      }
      check(child > 0, "fork");
      running.emplace(child, &*next);
      ++next;
      continue;
    }
    int status = 0;
    const auto ended = running.find(wait(&status));
    const Barrier &barrier = *ended->second;
    running.erase(ended);
    const int result = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    ++outcomes[result];
    check(result != kUnnoticed || roots_can_wait(barrier),
          "nothing notices that this barrier is gone:\n" + barrier.calls);
    check(
        result == kUnnoticed || result == kDeviceFailed || result >= kNoticed,
        "ended with status " + std::to_string(status) + " without this barrier:\n" + barrier.calls);
  }
  std::printf("%zu barriers by the calls that lead to them, from %zu lines; gone, noticed:",
              barriers.size(), lines.size());
  for (int i = 0; i < kOrderCount; ++i) {
    std::printf(" %d %s,", outcomes[kNoticed + i], kOrders[i].name);
  }
  std::printf(" %d by a failed launch; not noticed: %d\n", outcomes[kDeviceFailed],
              outcomes[kUnnoticed]);
  return failures() == 0 ? 0 : 1;
}
