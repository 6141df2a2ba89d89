// Aligned columns.
#pragma once

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

 private:
  struct Row {
    std::vector<std::string> cells;
    std::string_view colour;
  };

  std::vector<Row> rows_;  // the header first
  std::vector<bool> right_;
};

}  // namespace kin
