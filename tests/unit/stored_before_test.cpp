// S-29: data that an earlier program has written. stored_before.txt holds the records of a node of the first release,
// one a line, key and value in hexadecimal, - for no bytes; it never changes.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/protocol_cluster.hpp"

using namespace kin;
using Values = std::vector<std::string>;

namespace {

std::string bytes_of(const std::string& hex) {
  std::string out;
  if (hex == "-") return out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return out;
}

std::string hex_of(const std::string& bytes) {
  constexpr const char* digits = "0123456789abcdef";
  if (bytes.empty()) return "-";
  std::string out;
  for (const char byte : bytes) {
    const auto number = static_cast<unsigned char>(byte);
    out.append({digits[number / 16], digits[number % 16]});
  }
  return out;
}

MemoryStore stored_before() {
  std::ifstream file(KIN_STORED_BEFORE);
  REQUIRE(file);
  WriteBatch records;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::string key, value;
    REQUIRE(std::istringstream(line) >> key >> value);
    records.emplace(bytes_of(key), bytes_of(value));
  }
  MemoryStore out;
  REQUIRE(out.commit(records));
  return out;
}

// One record of each kind that a node keeps for long: values, a conflict, a delete that n3 has not seen, reports,
// lives, retired ones and their ends.
void lives_a_while(ProtocolCluster& cluster) {
  cluster.put("n1", "old", "apples");
  cluster.settle();
  for (const NodeId& node : cluster.ids()) {
    cluster.kill(node);
    cluster.restart(node);
  }
  cluster.put("n2", "gone", "soon");
  cluster.settle();
  cluster.isolate("n3");
  for (const char* value : {"pears", "plums"}) {
    wire::AddUpdate request{"default", "cart", value};
    request.seen = wire::Seen::nothing;
    cluster.ask("n1", request);
  }
  cluster.erase("n1", "gone");
  cluster.deliver_all();
  cluster.heal();
  cluster.cut("n1", "n3");
  cluster.cut("n2", "n3");
  for (int i = 0; i < 3; ++i) cluster.round();
}

}  // namespace

TEST_CASE("S-29: records have the bytes that they had") {
  ProtocolCluster cluster(3);
  lives_a_while(cluster);
  const auto before = stored_before().records();
  std::string others;
  for (const auto& [key, value] : cluster.disk("n1").records()) {
    const auto found = before.find(key);
    if (found == before.end() || found->second != value) others += hex_of(key) + ' ' + hex_of(value) + '\n';
  }
  if (!others.empty()) FAIL_CHECK("stored_before.txt has not these, or others:\n" << others);
  CHECK(cluster.disk("n1").records().size() == before.size());
}

TEST_CASE("S-29: data that an earlier program has written are taken over") {
  ProtocolCluster cluster(3);
  for (int i = 0; i < 3; ++i) {  // lives after those of the records
    for (const NodeId& node : cluster.ids()) {
      cluster.kill(node);
      cluster.restart(node);
    }
  }
  cluster.restore("n1", stored_before());
  cluster.isolate("n1");
  CHECK(cluster.values("n1", "old") == Values{"apples"});
  CHECK(cluster.values("n1", "cart") == Values{"pears", "plums"});
  CHECK(cluster.values("n1", "gone").empty());
  cluster.put("n1", "new", "v");
  cluster.protocol("n1").check_invariants();
  cluster.heal();
  cluster.settle();
  for (const NodeId& node : cluster.ids()) CHECK(cluster.values(node, "cart") == Values{"pears", "plums"});
}
