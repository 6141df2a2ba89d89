#include "common/cli/words.hpp"

#include <utility>

namespace kin {

tl::expected<std::vector<std::string>, std::string> split_words(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool escapes = c == '\\' && quote != '\'' && i + 1 < line.size();
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (escapes) {
      word += line[++i];
      in_word = true;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
      in_word = true;
    } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      if (in_word) words.push_back(std::exchange(word, ""));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != 0) return tl::unexpected(std::string("a quotation with ") + quote + " does not end");
  if (in_word) words.push_back(word);
  return words;
}

}  // namespace kin
