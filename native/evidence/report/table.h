// A table in Markdown with aligned columns.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace sgconv::evidence {

class Table {
 public:
  // Columns whose cells are numbers are aligned to the right.
  explicit Table(std::vector<std::string> heads) : heads_(std::move(heads)) {}
  void add(std::vector<std::string> cells);
  void write(std::ostream &out) const;

  const std::vector<std::string> &heads() const { return heads_; }
  const std::vector<std::vector<std::string>> &rows() const { return rows_; }
  // The first table of a text.
  static Table read(std::istream &in);

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<std::string>> rows_;
};

// With so many digits after the point.
std::string text(double value, int digits);

}  // namespace sgconv::evidence
