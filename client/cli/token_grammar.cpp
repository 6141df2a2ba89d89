#include <memory>

#include "client/cli/argument_values.hpp"
#include "client/cli/grammar.hpp"

namespace kin {

void Grammar::token_commands() {
  CLI::App* token = group(app, "token", "registers that never hold two values (the atomic tier)");
  auto created = std::make_shared<TokenCreateCommand>();
  CLI::App* create = command(*token, "create", "make a token of the tokens file live, at all its holders");
  create->add_option("--id", created->id, "as the tokens file names it")->required();
  create->add_flag("--if-absent", created->if_absent, "a token that exists already is no failure");
  commands[create] = [created] { return *created; };

  token_write_command(*token);

  auto read = std::make_shared<TokenReadCommand>();
  CLI::App* reading = command(*token, "read", "what the token holds: the newest, whichever reader answers");
  reading->add_option("--id", read->id)->required();
  reading->add_option("--reader", read->reader, "only this reader: host:port, or its id")->type_name("H:P");
  commands[reading] = [read] { return *read; };

  auto dropped = std::make_shared<TokenDropCommand>();
  CLI::App* drop = command(*token, "drop", "the end of the token, until it is created again");
  drop->add_option("--id", dropped->id)->required();
  commands[drop] = [dropped] { return *dropped; };

  commands[command(*token, "list", "all tokens, their writers and readers")] = [] { return TokenListCommand{}; };

  auto shown = std::make_shared<TokenShowCommand>();
  CLI::App* show = command(*token, "show", "what one holder has on its disk; it may be behind");
  show->add_option("--id", shown->id)->required();
  show->add_option("--reader", shown->reader, "this holder: host:port, or its id")->type_name("H:P");
  commands[show] = [shown] { return *shown; };
}

void Grammar::token_write_command(CLI::App& token) {
  struct Flags {
    std::string id, name, low, mid, high;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* write = command(token, "write", "give the token a name and a domain; its values are computed from them");
  write->add_option("--id", flags->id)->required();
  write->add_option("--name", flags->name, "what is hashed together with each number")->required();
  write->add_option("--low", flags->low, "the first number")->required();
  write->add_option("--mid", flags->mid, "the first number behind the partial value's part")->required();
  write->add_option("--high", flags->high, "the first number behind the domain: low <= mid < high")->required();
  commands[write] = [flags] {
    TokenWriteCommand made{flags->id, flags->name};
    made.low = checked("--low", parse_whole_number(flags->low));
    made.mid = checked("--mid", parse_whole_number(flags->mid));
    made.high = checked("--high", parse_whole_number(flags->high));
    if (made.low > made.mid) throw CLI::ValidationError("--mid", "it must not be below --low");
    if (made.mid >= made.high) throw CLI::ValidationError("--high", "it must be above --mid");
    return made;
  };
}

}  // namespace kin
