// Aligned columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "client/render/palette.hpp"

namespace kin {

class Table {
 public:
  // Columns that are named in `numbers` stand at the right.
  explicit Table(std::vector<std::string> header, std::vector<std::string> numbers = {});

  // As many cells as the header has. `colour` is one of a palette's; empty for none.
  void row(std::vector<std::string> cells, std::string_view colour = {});

  // Each line starts with two blanks and ends with a newline; nothing stands behind the last cell.
  std::string print(const Palette& palette) const;

  // Where the lines would be longer than a screen of this many columns (0: any length), the column `time`, if there is
  // one, goes without the fractions of its seconds; and then the columns of these names are cut, the first of them
  // first, none to fewer than 8; a cell that was cut ends with "...". Lines may still be longer.
  Table& fit(std::size_t screen, const std::vector<std::string>& cut, const std::string& time = "");

 private:
  std::size_t column(const std::string& name) const;
  std::vector<std::size_t> widths() const;

  struct Row {
    std::vector<std::string> cells;
    std::string_view colour;
  };

  std::vector<Row> rows_;  // the header first
  std::vector<bool> right_;
};

}  // namespace kin
