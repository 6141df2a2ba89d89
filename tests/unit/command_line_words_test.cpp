// The seed's start without a file: its flags, and how people type them.
#include <catch2/catch.hpp>

#include "common/config/arguments.hpp"
#include "common/config/cluster_config.hpp"

using namespace kin;

namespace {

using Words = std::vector<std::string>;
using Ids = std::vector<NodeId>;

Words normalised(const std::vector<const char*>& words) {
  std::vector<const char*> argv{"kin-node"};
  argv.insert(argv.end(), words.begin(), words.end());
  return normalise_arguments(static_cast<int>(argv.size()), argv.data(), {"host", "port", "hosts", "ports", "id"});
}

}  // namespace

TEST_CASE("flags make a cluster whose ids are addresses") {
  const auto config = config_from_flags("127.0.0.1", 7002, 3, "127.0.0.1,localhost", "7010,7001");
  REQUIRE(config.has_value());
  CHECK(config->ids() == Ids{"127.0.0.1:7002", "127.0.0.1:7010", "localhost:7001"});
  CHECK(config->node("localhost:7001")->port == 7001);
  CHECK(config->bucket("default") != nullptr);

  CHECK(config_from_flags("127.0.0.1", 0, 1, "", "")->nodes.size() == 1);
  CHECK(config_from_flags("127.0.0.1", 1, 1, "[]", "[]")->nodes.size() == 1);
  CHECK(config_from_flags("a", 1, 3, "[b, c]", " [ 2 , 3 ] ")->ids() == Ids{"a:1", "b:2", "c:3"});
  CHECK(config_from_flags("::1", 1, 2, "::1", "2")->ids() == Ids{"[::1]:1", "[::1]:2"});
  CHECK(config_from_flags("[::1]", 1, 2, "::1", "2")->ids() == Ids{"[::1]:1", "[::1]:2"});
}

TEST_CASE("flags that do not fit are refused with a sentence") {
  struct Bad {
    std::string host;
    std::uint16_t port;
    int n;
    std::string hosts, ports, says;
  };
  std::string many = "h", many_ports = "100";
  for (int i = 1; i < 64; ++i) {
    many += ",h";
    many_ports += ',' + std::to_string(100 + i);
  }
  const std::vector<Bad> table{
      {"a", 1, 3, "b", "2", "-N is 3, but --hosts and --ports name 1 other replicas"},
      {"a", 1, 1, "b", "2", "2 here"},
      {"a", 1, 0, "", "", "-N is 0"},
      {"a", 1, -7, "", "", "-N is -7"},
      {"a", 1, 3, "b,c", "2", "one port for each host"},
      {"a", 1, 2, "b", "", "one port for each host"},
      {"a", 1, 2, "b", "x", "replica 1"},
      {"a", 1, 3, "b,c", "2,0", "replica 2"},
      {"a", 1, 2, "b", "65536", "from 1 to 65535"},
      {"a", 1, 2, "b", "-2", "from 1 to 65535"},
      {"a", 1, 3, "b,,", "2,3,4", "--hosts"},
      {"a", 1, 4, "b,,c", "2,3,4", "replica 2"},
      {"a", 1, 2, "b\nc", "2", "replica 1"},
      {"a", 1, 2, "a", "1", "a:1 is named twice"},
      {"a", 1, 3, "b,b", "2,2", "b:2 is named twice"},
      {"", 1, 1, "", "", "--host"},
      {"a b", 1, 1, "", "", "--host"},
      {"a", 0, 2, "b", "1", "--port 0"},
      {"a", 1, 2, std::string(250, 'b'), "1", "too long"},
      {"a", 1, 65, many, many_ports, "at most 64"},
  };
  for (const Bad& bad : table) {
    INFO(bad.host << ':' << bad.port << " -N " << bad.n << ' ' << bad.hosts << ' ' << bad.ports);
    const auto refused = config_from_flags(bad.host, bad.port, bad.n, bad.hosts, bad.ports);
    REQUIRE_FALSE(refused.has_value());
    INFO(refused.error());
    CHECK(refused.error().find(bad.says) != std::string::npos);
  }
}

TEST_CASE("the seed's spellings become what the parser takes") {
  CHECK(normalised({"-host", "a", "-port", "7", "-hosts", "b", "-ports", "8", "-N", "2"}) ==
        Words{"--host", "a", "--port", "7", "--hosts", "b", "--ports", "8", "-N", "2"});
  CHECK(normalised({"-port=7", "--port=8"}) == Words{"--port=7", "--port=8"});
  CHECK(normalised({"--host", "a", "--", "-x"}) == Words{"--host", "a", "--", "-x"});
}

TEST_CASE("only known long names are lifted") {
  CHECK(normalised({"-p", "7", "-5", "-1.5", "-", "-hos", "-hostx", "-N3", "host", ""}) ==
        Words{"-p", "7", "-5", "-1.5", "-", "-hos", "-hostx", "-N3", "host", ""});
}

TEST_CASE("typographic dashes at the start of an argument are dashes") {
  CHECK(normalised({"\xe2\x80\x93N", "3", "\xe2\x80\x94port", "7", "\xe2\x88\x92host", "a"}) ==
        Words{"-N", "3", "--port", "7", "--host", "a"});
  CHECK(normalised({"\xe2\x80\x91\xe2\x80\x91id", "n1", "-\xe2\x80\x93hosts", "b"}) ==
        Words{"--id", "n1", "--hosts", "b"});
  CHECK(normalised({"a\xe2\x80\x93z"}) == Words{"a\xe2\x80\x93z"});  // inside it is part of the word
}
