// What was wrong with messages, logged once for each sender and sort, so that a broken or hostile one cannot fill the
// log. Counting is the caller's.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "common/log/human_log.hpp"
#include "common/transport/transport.hpp"

namespace kin {

class Complaints {
 public:
  // Beyond so many different ones nothing is logged any more.
  static constexpr std::size_t most_remembered = 1024;

  // `log` outlives this object.
  explicit Complaints(HumanLog& log) : log_(log) {}

  // `sort` is a word such as `malformed`; the first complaint of a sort about `sender` is logged with `what`.
  void about(std::string_view sender, std::string_view sort, std::string_view what);

 private:
  HumanLog& log_;
  std::set<std::pair<std::string, std::string>> known_;
};

// How a sender is named whose message says nothing readable about itself.
std::string name_of_connection(const RouterIdentity& identity);

}  // namespace kin
