#include "client/render/table.hpp"

#include <algorithm>

#include "client/render/bytes.hpp"
#include "common/assert.hpp"

namespace kin {

Table::Table(std::vector<std::string> header, std::vector<std::string> numbers) {
  for (const std::string& name : header) {
    right_.push_back(std::find(numbers.begin(), numbers.end(), name) != numbers.end());
  }
  rows_.push_back({std::move(header), {}});
}

void Table::row(std::vector<std::string> cells, std::string_view colour) {
  KIN_REQUIRE(cells.size() == right_.size(), std::to_string(cells.size()) + " cells");
  rows_.push_back({std::move(cells), colour});
}

std::string Table::print(const Palette& palette) const {
  std::vector<std::size_t> widths(right_.size(), 0);
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], columns(row.cells[i]));
  }
  std::string out;
  for (const Row& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string blanks(widths[i] - columns(row.cells[i]), ' ');
      line += i == 0 ? "" : "  ";
      line += right_[i] ? blanks + row.cells[i] : row.cells[i] + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    const std::string_view colour = &row == &rows_.front() ? palette.dim : row.colour;
    out += "  ";
    out += colour;
    out += line;
    out += colour.empty() ? "" : palette.reset;
    out += '\n';
  }
  return out;
}

}  // namespace kin
