#include "driver/scenario/command_words.hpp"

#include <utility>

namespace kin::driver {

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

tl::expected<std::string, std::string> fill_names(const std::string& word, const Lookup& lookup) {
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = word.find("${", at);
    out += word.substr(at, open - at);
    if (open == std::string::npos) return out;
    const std::size_t close = word.find('}', open);
    if (close == std::string::npos) return tl::unexpected("${ without a } in " + word);
    const std::string name = word.substr(open + 2, close - open - 2);
    const auto value = lookup(name);
    if (!value) return tl::unexpected("nothing has been saved as " + name + " before this step");
    out += *value;
    at = close + 1;
  }
}

}  // namespace kin::driver
