// kin-conversation FILE...: plays conversations (conversation.hpp). Exit code 1 when one is not as its file tells it.
#include <cstdio>

#include "tests/conversations/conversation.hpp"

int main(int argc, char** argv) {
  int status = argc > 1 ? 0 : 2;
  for (int i = 1; i < argc; ++i) {
    if (const auto wrong = kin::play_conversation(argv[i])) {
      std::printf("%s\n", wrong->c_str());
      status = 1;
    }
  }
  return status;
}
