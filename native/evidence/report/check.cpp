#include "evidence/report/check.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace sgconv::evidence {
namespace {

constexpr std::size_t kKeys = 5;
constexpr double kTolerance = 0.05;

std::string key_of(const std::vector<std::string> &row) {
  std::string key;
  for (std::size_t i = 0; i < kKeys; ++i) {
    key += (i == 0 ? "" : " ") + row[i];
  }
  return key;
}

// Columns in which less is better, and how much worse they may be.
struct Column {
  const char *name;
  double tolerance;
  bool more_is_better = false;
};
constexpr Column kColumns[] = {
    {"slots", kTolerance},      {"spills", 0},           {"conflicts", kTolerance},
    {"L2 B", kTolerance},       {"HBM B", kTolerance},   {"launches", kTolerance},
    {"fill", kTolerance, true}, {"H100 ms", kTolerance}, {"H200 ms", kTolerance}};

std::size_t index_of(const Table &table, const std::string &name) {
  const auto found = std::find(table.heads().begin(), table.heads().end(), name);
  if (found == table.heads().end()) {
    throw std::runtime_error("a table without the column '" + name + "'");
  }
  return static_cast<std::size_t>(found - table.heads().begin());
}

}  // namespace

Comparison compare(const Table &before, const Table &now) {
  Comparison result;
  for (const auto &row : now.rows()) {
    const std::string key = key_of(row);
    const auto found = std::find_if(before.rows().begin(), before.rows().end(),
                                    [&](const auto &other) { return key_of(other) == key; });
    if (found == before.rows().end()) {
      result.worse.push_back(key + ": not in the table");
      continue;
    }
    ++result.compared;
    if (row[index_of(now, "races")] != "none") {
      result.worse.push_back(key + ": races " + row[index_of(now, "races")]);
    }
    for (const Column &column : kColumns) {
      const std::string &was = (*found)[index_of(before, column.name)];
      const std::string &is = row[index_of(now, column.name)];
      double old_value = std::strtod(was.c_str(), nullptr);
      double new_value = std::strtod(is.c_str(), nullptr);
      if (column.more_is_better) {
        std::swap(old_value, new_value);
      }
      const std::string text = key + ": " + column.name + " " + was + " -> " + is;
      if (new_value > old_value * (1 + column.tolerance)) {
        result.worse.push_back(text);
      } else if (new_value < old_value * (1 - kTolerance)) {
        result.better.push_back(text);
      }
    }
  }
  return result;
}

}  // namespace sgconv::evidence
