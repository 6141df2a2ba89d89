#include "tests/conversations/conversation.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/protocol_cluster.hpp"

namespace kin {
namespace {

using Words = std::vector<std::string>;

// Ends the play; the file and the line are put before it.
struct NotAsTold : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string joined(const Words& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out.empty() ? "nothing" : out;
}

void same(const std::string& what, const std::string& expected, const std::string& actual) {
  if (expected != actual) throw NotAsTold(what + ": expected " + expected + ", got " + actual);
}

Words sorted(Words words) {
  std::sort(words.begin(), words.end());
  return words;
}

Words values_of(const std::vector<wire::ShownSibling>& siblings) {
  Words out;
  for (const auto& sibling : siblings) out.push_back(sibling.value);
  return sorted(out);
}

class Conversation {
 public:
  void step(const Words& words) {
    const std::string& verb = words[0];
    if (verb == "nodes") {
      need(words, 2);
      cluster_ = std::make_unique<ProtocolCluster>(std::stoi(words[1]));
      return;
    }
    if (!cluster_) throw NotAsTold("the first step is: nodes N");
    const std::vector<NodeId> ids = cluster_->ids();
    if (std::find(ids.begin(), ids.end(), verb) != ids.end()) return ask(node(verb), words);
    static const std::map<std::string, void (Conversation::*)(const Words&)> verbs{
        {"=", &Conversation::expect},        {"keep", &Conversation::keep},
        {"deliver", &Conversation::deliver}, {"drop", &Conversation::drop},
        {"hold", &Conversation::hold},       {"release", &Conversation::release},
        {"isolate", &Conversation::isolate}, {"heal", &Conversation::heal},
        {"tick", &Conversation::tick},       {"settle", &Conversation::settle},
        {"kill", &Conversation::kill},       {"restart", &Conversation::restart},
        {"wipe", &Conversation::wipe},       {"everywhere", &Conversation::everywhere},
        {"at", &Conversation::at},           {"received", &Conversation::received}};
    const auto found = verbs.find(verb);
    if (found == verbs.end()) throw NotAsTold("no such step: " + verb);
    (this->*found->second)(words);
  }

 private:
  static void need(const Words& words, std::size_t least) {
    if (words.size() < least) throw NotAsTold("the step " + words[0] + " needs more words");
  }
  NodeId node(const std::string& word) const {
    if (cluster_->config().node(word) == nullptr) throw NotAsTold("no such node: " + word);
    return NodeId(word);
  }
  std::string kept(const std::string& name) const {
    const auto found = contexts_.find(name);
    if (found == contexts_.end()) throw NotAsTold("no context was kept as " + name);
    return found->second;
  }

  // ---- clients
  template <class Request>
  void options(Request& request, const Words& words, std::size_t from) {
    for (std::size_t i = from; i < words.size(); ++i) {
      const auto next = [&] {
        if (i + 1 == words.size()) throw NotAsTold("nothing behind " + words[i]);
        return words[++i];
      };
      if (words[i] == "W" || words[i] == "R") {
        request.level = {wire::Quorum::count, static_cast<std::uint32_t>(std::stoul(next()))};
      } else if constexpr (requires { request.seen; }) {
        if (words[i] == "context") {
          request.seen = wire::Seen::context;
          request.context = kept(next());
        } else if (words[i] == "blind") {
          request.seen = wire::Seen::nothing;
        } else if (words[i] == "overwrite") {
          request.seen = wire::Seen::overwrite;
        } else {
          throw NotAsTold("no such option: " + words[i]);
        }
      } else {
        throw NotAsTold("no such option: " + words[i]);
      }
    }
  }

  void ask(const NodeId& at, const Words& words) {
    need(words, 3);
    if (!cluster_->up(at)) throw NotAsTold(at + " is down");
    if (words[1] == "put") {
      need(words, 4);
      wire::AddUpdate request{"default", words[2], words[3]};
      request.want_replaced = true;
      options(request, words, 4);
      call_ = cluster_->ask(at, request);
    } else if (words[1] == "get") {
      wire::Read request{"default", words[2], {}};
      options(request, words, 3);
      call_ = cluster_->ask(at, request);
    } else if (words[1] == "delete") {
      wire::Remove request;
      request.bucket = "default";
      request.key = words[2];
      request.want_replaced = true;
      options(request, words, 3);
      call_ = cluster_->ask(at, request);
    } else {
      throw NotAsTold("no such request: " + words[1]);
    }
  }

  const ProtocolCluster::Answer& reply() const {
    const ProtocolCluster::Answer* answer = cluster_->answer(call_);
    if (answer == nullptr) throw NotAsTold("expected a reply, got none yet");
    return *answer;
  }

  void keep(const Words& words) {
    need(words, 2);
    const auto& answer = reply();
    contexts_[words[1]] = answer.kind == wire::Kind::read_reply ? answer.as<wire::ReadReply>().context
                                                                : answer.as<wire::WriteReply>().context;
  }

  void expect(const Words& words) {
    need(words, 2);
    const Words rest(words.begin() + 2, words.end());
    if (words[1] == "waiting") {
      return same("the reply", "none yet", cluster_->answer(call_) == nullptr ? "none yet" : "one");
    }
    const auto& answer = reply();
    if (answer.kind == wire::Kind::failure) {
      return same("the outcome", words[1] == "refused" ? joined(rest) : "a reply",
                  std::string(name(answer.failure().status)));
    }
    if (words[1] == "refused") throw NotAsTold("the outcome: expected " + joined(rest) + ", got a reply");
    const bool read = answer.kind == wire::Kind::read_reply;
    const auto got = answer.as<wire::ReadReply>();
    const auto written = read ? wire::WriteReply{} : answer.as<wire::WriteReply>();
    if (words[1] == "clock") {
      same("clock", joined(rest),
           read ? print_positions(got.clock, got.order) : print_positions(written.clock, written.order));
    } else if (words[1] == "values") {
      same("values", joined(sorted(rest)), joined(values_of(read ? got.siblings : written.siblings)));
    } else if (words[1] == "answers") {
      same("answers", joined(rest),
           std::to_string(read ? got.got : written.got) + " of " + std::to_string(read ? got.wanted : written.wanted));
    } else if (words[1] == "dot" && !read) {
      same("dot", joined(rest), to_string(written.dot));
    } else if (words[1] == "replaced" && !read) {
      Words values;
      for (const auto& replaced : written.replaced) values.push_back(replaced.value.value_or("?"));
      same("replaced", joined(sorted(rest)), joined(sorted(values)));
    } else {
      throw NotAsTold("this reply has no " + words[1]);
    }
  }

  // ---- the network
  ProtocolCluster::Travelling taken(const Words& words) {
    need(words, 4);
    auto message = cluster_->take(words[1], node(words[2]), node(words[3]));
    if (!message) throw NotAsTold("expected a " + words[1] + " from " + words[2] + " to " + words[3] + ", got none");
    return *message;
  }
  void deliver(const Words& words) {
    if (words.size() == 1) return cluster_->deliver_all();
    cluster_->deliver(taken(words));
  }
  void drop(const Words& words) {
    if (words.size() == 1) return cluster_->drop_all();
    taken(words);
  }
  void hold(const Words& words) {
    need(words, 6);
    held_.insert_or_assign(words[5], taken(words));
  }
  void release(const Words& words) {
    need(words, 2);
    const auto found = held_.find(words[1]);
    if (found == held_.end()) throw NotAsTold("nothing is held as " + words[1]);
    cluster_->deliver(found->second);
  }
  void isolate(const Words& words) {
    need(words, 2);
    cluster_->isolate(node(words[1]));
  }
  void heal(const Words&) { cluster_->heal(); }

  // ---- time and faults
  void tick(const Words&) { cluster_->round(); }
  void settle(const Words&) {
    cluster_->settle();
    if (!cluster_->converged()) throw NotAsTold("expected all nodes to hold the same in the end, they do not");
  }
  void kill(const Words& words) {
    need(words, 2);
    cluster_->kill(node(words[1]));
  }
  void restart(const Words& words) {
    need(words, 2);
    cluster_->restart(node(words[1]));
  }
  void wipe(const Words& words) {
    need(words, 2);
    cluster_->lose_disk(node(words[1]));
  }

  // ---- looking
  void look(const NodeId& at, const std::string& key, const Words& expected) {
    same(key + " at " + at, joined(sorted(expected)), joined(cluster_->values(at, key)));
  }
  void at(const Words& words) {
    need(words, 3);
    look(node(words[1]), words[2], {words.begin() + 3, words.end()});
  }
  void everywhere(const Words& words) {
    need(words, 2);
    for (const NodeId& id : cluster_->ids()) look(id, words[1], {words.begin() + 2, words.end()});
  }
  void received(const Words& words) {
    need(words, 4);
    same(words[2] + " received by " + words[1], words[3],
         std::to_string(cluster_->received(node(words[1]))[words[2]].messages));
  }

  std::unique_ptr<ProtocolCluster> cluster_;
  CallId call_ = 0;
  std::map<std::string, std::string> contexts_;
  std::map<std::string, ProtocolCluster::Travelling> held_;
};

}  // namespace

std::optional<std::string> play_conversation(const std::string& file) {
  std::ifstream in(file);
  if (!in) return file + ":0: cannot be read";
  Conversation conversation;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    std::istringstream text(line.substr(0, line.find('#')));
    const Words words{std::istream_iterator<std::string>(text), {}};
    if (words.empty()) continue;
    try {
      conversation.step(words);
    } catch (const std::exception& e) {
      return file + ":" + std::to_string(number) + ": " + e.what();
    }
  }
  return std::nullopt;
}

}  // namespace kin
