#include "client/render/table.hpp"

#include <algorithm>
#include <numeric>

#include "client/render/bytes.hpp"
#include "common/assert.hpp"

namespace kin {
namespace {

constexpr std::size_t narrowest = 8;
constexpr std::string_view cut_mark = "...";

void cut_to(std::string& cell, std::size_t most) {
  if (columns(cell) <= most) return;
  cell.resize(bytes_within(cell, most - cut_mark.size()));
  cell.erase(cell.find_last_not_of('.') + 1);  // of a mark that stood there
  cell += cut_mark;
}

// 2026-01-31T12:00:00.000000Z without what stands behind the point.
void cut_fraction(std::string& time) {
  if (const auto point = time.rfind('.'); point != std::string::npos) time.replace(point, std::string::npos, "Z");
}

}  // namespace

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

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> out(right_.size(), 0);
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::max(out[i], columns(row.cells[i]));
  }
  return out;
}

std::size_t Table::column(const std::string& name) const {
  const std::vector<std::string>& header = rows_.front().cells;
  const auto at = static_cast<std::size_t>(std::find(header.begin(), header.end(), name) - header.begin());
  KIN_REQUIRE(at < header.size(), "no column " + name);
  return at;
}

Table& Table::fit(std::size_t screen, const std::vector<std::string>& cut, const std::string& time) {
  if (screen == 0) return *this;
  const auto wide_as_now = [](const std::vector<std::size_t>& wide) {
    return std::accumulate(wide.begin(), wide.end(), 2 * wide.size());
  };
  if (!time.empty() && wide_as_now(widths()) > screen) {
    for (Row& row : rows_) cut_fraction(row.cells[column(time)]);
  }
  for (const std::string& name : cut) {
    const std::vector<std::size_t> wide = widths();
    const std::size_t all = wide_as_now(wide);
    if (all <= screen) break;
    const std::size_t at = column(name);
    const std::size_t rest = all - wide[at];
    const std::size_t most = std::max(narrowest, screen > rest ? screen - rest : 0);
    for (Row& row : rows_) cut_to(row.cells[at], most);
  }
  return *this;
}

std::string Table::print(const Palette& palette) const {
  const std::vector<std::size_t> widths = this->widths();
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
