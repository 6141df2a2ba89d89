#include "driver/scenario/command_words.hpp"

namespace kin::driver {

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
