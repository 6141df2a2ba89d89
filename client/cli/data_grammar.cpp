// What is done with keys: reading, writing, watching, resolving.
#include <memory>

#include "client/cli/argument_values.hpp"
#include "client/cli/grammar.hpp"

namespace kin {
namespace {

struct WriteFlags {
  std::string key, level, context;
  bool overwrite = false, new_sibling = false;

  std::optional<wire::Seen> seen(const CLI::Option* context_flag) const {
    if (context_flag->count() > 0) return wire::Seen::context;
    if (overwrite) return wire::Seen::overwrite;
    if (new_sibling) return wire::Seen::nothing;
    return std::nullopt;
  }
};

// With one value each time. A list that takes more would take a -- behind it for its own end.
CLI::Option* may_be_repeated(CLI::Option* option) { return option->expected(1)->take_all()->allow_extra_args(false); }

wire::Level level_of(const std::string& flag, const std::string& text) {
  return text.empty() ? wire::Level{} : checked(flag, parse_level(text));
}

}  // namespace

void Grammar::data_commands() {
  read_command();
  add_update_command();
  delete_command();
  explain_command();
  keys_command();
}

void Grammar::read_command() {
  auto flags = std::make_shared<ReadCommand>();
  auto level = std::make_shared<std::string>();
  CLI::App* read = command(app, "read", "show the value of a key, or all its values where they conflict", {"get"});
  read->add_option("KEY", flags->key)->required();
  read->add_option("-R", *level, "how many nodes must answer: a number, quorum or all")->type_name("N");
  read->add_flag("--allow-siblings", flags->allow_siblings, "a conflict is no failure: exit 0");
  commands[read] = [flags, level] {
    flags->level = level_of("-R", *level);
    return *flags;
  };
}

void Grammar::add_update_command() {
  auto flags = std::make_shared<WriteFlags>();
  auto made = std::make_shared<AddUpdateCommand>();
  CLI::App* put = command(app, "add_update", "write a value", {"add-update", "put"});
  put->add_option("KEY", flags->key)->required();
  put->add_option("VALUE", made->value);
  put->add_option("--file", made->file, "the value is what this file holds; - is standard input")->type_name("FILE");
  put->add_option("-W", flags->level, "how many nodes must have it on disk: a number, quorum or all")->type_name("N");
  auto* context = put->add_option("--context", flags->context, "replace exactly what this context of a read covers")
                      ->type_name("CONTEXT");
  auto* overwrite = put->add_flag("--overwrite", flags->overwrite, "replace all that the node holds");
  auto* sibling = put->add_flag("--new-sibling", flags->new_sibling, "replace nothing");
  put->add_option("--content-type", made->content_type, "kept with the value: text/plain")->type_name("TYPE");
  auto meta = std::make_shared<std::vector<std::string>>();
  may_be_repeated(put->add_option("--meta", *meta, "kept with the value, may be repeated: --meta by='till 4'"))
      ->type_name("NAME=TEXT");
  context->excludes(overwrite)->excludes(sibling);
  overwrite->excludes(sibling);
  commands[put] = [flags, made, context, meta] {
    for (const std::string& pair : *meta) made->meta.insert(checked("--meta", parse_pair(pair, made->meta)));
    made->key = flags->key;
    made->level = level_of("-W", flags->level);
    made->seen = flags->seen(context);
    made->context = flags->context;
    if (made->value.has_value() == made->file.has_value()) {
      throw CLI::ValidationError("VALUE", made->value ? "there are two, an argument and --file"
                                                      : "there is none: give it behind the key, or with --file FILE");
    }
    return *made;
  };
}

void Grammar::delete_command() {
  auto flags = std::make_shared<WriteFlags>();
  CLI::App* remove = command(app, "delete", "remove what the context covers; a concurrent update survives");
  remove->add_option("KEY", flags->key)->required();
  remove->add_option("-W", flags->level, "how many nodes must have it on disk: a number, quorum or all")
      ->type_name("N");
  auto* context =
      remove->add_option("--context", flags->context, "remove exactly what this context covers")->type_name("CONTEXT");
  context->excludes(remove->add_flag("--overwrite", flags->overwrite, "remove all that the node holds"));
  auto wait = std::make_shared<std::string>();
  remove->add_option("--wait", *wait, "forgotten: until no node keeps a trace of the key")
      ->check(CLI::IsMember(std::vector<std::string>{"forgotten"}))
      ->type_name("WHAT");
  commands[remove] = [flags, context, wait] {
    return DeleteCommand{flags->key, level_of("-W", flags->level), flags->seen(context), flags->context,
                         !wait->empty()};
  };
}

void Grammar::explain_command() {
  auto flags = std::make_shared<ExplainCommand>();
  CLI::App* explain =
      command(app, "explain", "the story of a conflict: who wrote what, having seen what, and what to type next");
  explain->add_option("KEY", flags->key)->required();
  explain->add_option("--html", flags->html, "the same as a page, too; it opens without a network")->type_name("FILE");
  explain->add_option("--svg", flags->svg, "the same as a picture, too")->type_name("FILE");
  commands[explain] = [flags] { return *flags; };
}

void Grammar::keys_command() {
  auto flags = std::make_shared<KeysCommand>();
  CLI::App* keys = command(app, "keys", "the keys of a bucket, in order");
  keys->add_option("--prefix", flags->prefix, "only keys that begin so");
  keys->add_option("--limit", flags->limit, "at most so many")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000'000}));
  commands[keys] = [flags] { return *flags; };
}

void Grammar::watch_commands() {
  auto conflicts = std::make_shared<ConflictsCommand>();
  CLI::App* list = command(app, "conflicts", "every key that holds more than one value");
  auto* watched = list->add_flag("--watch", conflicts->watch, "and then openings and resolutions as they happen");
  list->add_option("--from", conflicts->from, "go on where a watch ended, with the token that it gave")
      ->needs(watched)
      ->type_name("TOKEN");
  commands[list] = [conflicts] { return *conflicts; };

  auto made = std::make_shared<WatchCommand>();
  CLI::App* watch = command(app, "watch", "every change of a key, or of all keys that begin so, as it happens");
  watch->add_option("KEY", made->key);
  watch->add_option("--prefix", made->prefix, "all keys that begin so; '' is every key")->type_name("P");
  auto* from = watch->add_option("--from", made->from, "go on where a watch ended, with the token that it gave")
                   ->type_name("TOKEN");
  watch->add_flag("--all", made->all, "begin with what is there")->excludes(from);
  commands[watch] = [made] {
    if (made->key.has_value() == made->prefix.has_value()) {
      throw CLI::ValidationError("watch", "say what, in one way: KEY or --prefix P");
    }
    return *made;
  };
}

void Grammar::resolve_command() {
  auto made = std::make_shared<ResolveCommand>();
  auto level = std::make_shared<std::string>();
  CLI::App* resolve = command(app, "resolve", "end a conflict: one value for all that were read");
  resolve->add_option("KEY", made->key)->required();
  resolve->add_option("-W", *level, "how many nodes must have it on disk: a number, quorum or all")->type_name("N");
  resolve->add_flag("--dry-run", made->dry_run, "show the value, and write nothing");
  resolve->add_option("--take", made->take, "the value with this number or dot, as read shows them")->type_name("I");
  resolve->add_option("--value", made->value, "this value")->type_name("V");
  resolve->add_flag("--union", made->union_of_lines, "all lines of all values, each once, sorted");
  resolve
      ->add_option("--merge-cmd", made->merge_command,
                   "what this shell command prints; its arguments are files with the values: sort -u \"$@\"")
      ->type_name("CMD");
  resolve->add_flag("--edit", made->edit, "what is left after editing them in VISUAL or EDITOR");
  may_be_repeated(
      resolve->add_option("--over", made->over,
                          "the dot of another value that may be replaced; may be repeated. Where one stands "
                          "that was not named, nothing is written"))
      ->type_name("DOT");
  commands[resolve] = [made, level] {
    made->level = level_of("-W", *level);
    const int ways = int{made->take.has_value()} + int{made->value.has_value()} + int{made->union_of_lines} +
                     int{made->merge_command.has_value()} + int{made->edit};
    if (ways != 1) {
      throw CLI::ValidationError("resolve",
                                 "say how, in one way: --take I, --value V, --union, --merge-cmd CMD or --edit");
    }
    if (made->take && !is_dot(*made->take) && !parse_whole_number(*made->take)) {
      throw CLI::ValidationError("--take", "'" + *made->take + "' is neither a number nor a dot, as n1.1:57 is");
    }
    for (const std::string& dot : made->over) {
      if (!is_dot(dot)) throw CLI::ValidationError("--over", "'" + dot + "' is no dot, as n1.1:57 is");
    }
    return *made;
  };
}

}  // namespace kin
