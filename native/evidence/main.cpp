// Static evidence of the CUDA kernels (docs/gpu-evidence.md).
//   sgconv_evidence_tables <CUDA library> <version of nvcc> write <folder of tables>
//   sgconv_evidence_tables <CUDA library> <version of nvcc> check <folder of tables>
//   sgconv_evidence_tables <CUDA library> <version of nvcc> print <length>,...
// check ends with 1 if something is worse than the tables say. print is of float32 signals of these
// lengths only.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "evidence/machine/library.h"
#include "evidence/report/cases.h"
#include "evidence/report/check.h"
#include "evidence/report/tables.h"
#include "sgconv/cuda.h"

namespace {

using namespace sgconv::evidence;
namespace fs = std::filesystem;

constexpr const char *kPredictions = "predictions.md", *kMachineCode = "machine-code.md",
                     *kExchanges = "exchanges.md";
constexpr std::uint32_t kArchitecture = 90;
const std::vector<std::int32_t> kTypes{SGCONV_FLOAT32, SGCONV_BFLOAT16, SGCONV_FLOAT16};

// Of all lengths, if none are given.
std::vector<CallEvidence> evidence_of_types(const Kernels &kernels,
                                            const std::vector<std::int32_t> &types,
                                            const std::set<std::int64_t> &lengths = {}) {
  std::vector<CallEvidence> result;
  for (const std::int32_t dtype : types) {
    for (const Call &call : calls_of_tables(dtype)) {
      if (lengths.empty() || lengths.contains(call.length)) {
        result.push_back(evidence_of(kernels, call, Device()));
      }
    }
  }
  return result;
}

std::set<std::int64_t> lengths_of(const std::string &list) {
  std::set<std::int64_t> lengths;
  std::istringstream rest(list);
  for (std::string length; std::getline(rest, length, ',');) {
    lengths.insert(std::atoll(length.c_str()));
  }
  return lengths;
}

std::vector<SequenceEvidence> evidence_of_sequences(const Kernels &kernels, bool without) {
  std::vector<SequenceEvidence> result;
  for (const Sequence &sequence : sequences()) {
    result.push_back({sequence, exchanges_of(kernels, sequence.call, without)});
  }
  return result;
}

void write(const fs::path &folder, const std::string &compiler,
           const std::vector<CallEvidence> &calls, const std::vector<SequenceEvidence> &exchanges) {
  fs::create_directories(folder);
  std::ofstream predictions(folder / kPredictions), machine_code(folder / kMachineCode),
      of_exchanges(folder / kExchanges);
  write_predictions(predictions, compiler, calls);
  write_machine_code(machine_code, compiler, calls);
  write_exchanges(of_exchanges, compiler, exchanges);
  if (!predictions.flush() || !machine_code.flush() || !of_exchanges.flush()) {
    throw NotUnderstood((folder / kPredictions).string() + ": cannot be written");
  }
}

Table read_table(const fs::path &path) {
  std::ifstream file(path);
  if (!file) {
    throw NotUnderstood(path.string() + ": cannot be read");
  }
  return Table::read(file);
}

int check(const fs::path &folder, const std::string &compiler,
          const std::vector<CallEvidence> &calls, const std::vector<SequenceEvidence> &exchanges) {
  std::stringstream predictions_now, exchanges_now;
  write_predictions(predictions_now, compiler, calls);
  write_exchanges(exchanges_now, compiler, exchanges);
  Comparison comparison = compare(read_table(folder / kPredictions), Table::read(predictions_now),
                                  kColumnsOfPredictions);
  comparison +=
      compare(read_table(folder / kExchanges), Table::read(exchanges_now), kColumnsOfExchanges);
  for (const std::string &line : comparison.better) {
    std::cout << "better: " << line << '\n';
  }
  for (const std::string &line : comparison.worse) {
    std::cout << "WORSE: " << line << '\n';
  }
  std::cout << comparison.compared << " rows compared with " << kPredictions << " and "
            << kExchanges << '\n';
  if (!comparison.better.empty() || !comparison.worse.empty()) {
    std::cout << "cmake --build <build tree> --target static_evidence writes the tables anew\n";
  }
  return comparison.worse.empty() && comparison.compared > 0 ? 0 : 1;
}

}  // namespace

int main(int count, char **arguments) {
  const std::string mode = count == 5 ? arguments[3] : "";
  if (mode != "write" && mode != "check" && mode != "print") {
    std::cerr << "usage: sgconv_evidence_tables <library> <nvcc's version> write|check <tables>\n"
                 "       sgconv_evidence_tables <library> <nvcc's version> print <length>,...\n";
    return 2;
  }
  try {
    const std::string compiler = std::string("nvcc ") + arguments[2];
    const Kernels kernels = kernels_of(ElfFile::read(arguments[1]), kArchitecture);
    use_device(Device());
    if (mode == "write") {
      write(arguments[4], compiler, evidence_of_types(kernels, kTypes),
            evidence_of_sequences(kernels, true));
      return 0;
    }
    if (mode == "print") {
      const auto calls = evidence_of_types(kernels, {SGCONV_FLOAT32}, lengths_of(arguments[4]));
      write_predictions(std::cout, compiler, calls);
      std::cout << '\n';
      write_machine_code(std::cout, compiler, calls);
      return 0;
    }
    return check(arguments[4], compiler, evidence_of_types(kernels, kTypes),
                 evidence_of_sequences(kernels, false));
  } catch (const std::exception &failure) {
    std::cerr << failure.what() << '\n';
    return 1;
  }
}
