// What is kept in memory is looked up at random, and with pages of 4 KiB most look-ups also miss the table of pages.
// jemalloc reads this name before main(): it asks the system for huge pages for all that it hands out. Where the system
// has none, nothing changes. The variable MALLOC_CONF of the environment is read later and prevails.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always";
}
