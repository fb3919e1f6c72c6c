#include "evidence/report/table.h"

#include <algorithm>
#include <cstdio>
#include <istream>
#include <ostream>
#include <sstream>
#include <stdexcept>

namespace sgconv::evidence {
namespace {

bool is_number(const std::string &cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789.+-") == std::string::npos;
}

std::vector<std::string> cells_of(const std::string &line) {
  std::vector<std::string> cells;
  std::istringstream rest(line.substr(1));
  for (std::string cell; std::getline(rest, cell, '|');) {
    const auto first = cell.find_first_not_of(' ');
    const auto last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return cells;
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  if (cells.size() != heads_.size()) {
    throw std::logic_error("a row of another number of cells than the table has columns");
  }
  rows_.push_back(std::move(cells));
}

void Table::write(std::ostream &out) const {
  std::vector<std::size_t> widths;
  std::vector<bool> right;
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    std::size_t width = std::max<std::size_t>(heads_[i].size(), 2);
    bool numbers = !rows_.empty();
    for (const auto &row : rows_) {
      width = std::max(width, row[i].size());
      numbers = numbers && is_number(row[i]);
    }
    widths.push_back(width);
    right.push_back(numbers);
  }
  const auto line = [&](const std::vector<std::string> &cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string fill(widths[i] - cells[i].size(), ' ');
      out << "| " << (right[i] ? fill + cells[i] : cells[i] + fill) << ' ';
    }
    out << "|\n";
  };
  line(heads_);
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    out << '|' << std::string(widths[i] + 1, '-') << (right[i] ? ":" : "-");
  }
  out << "|\n";
  for (const auto &row : rows_) {
    line(row);
  }
}

Table Table::read(std::istream &in) {
  Table table({});
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with('|')) {
      if (inside) {
        break;
      }
      continue;
    }
    if (!inside) {
      table.heads_ = cells_of(line);
      inside = true;
    } else if (line.find_first_not_of("|-: ") != std::string::npos) {
      table.add(cells_of(line));
    }
  }
  return table;
}

std::string text(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

}  // namespace sgconv::evidence
