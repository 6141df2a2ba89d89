#include "driver/sim/agenda.hpp"

#include <catch2/catch.hpp>

using namespace kin::sim;

TEST_CASE("things happen in the order of their time, and of their planning where that is equal") {
  Agenda agenda;
  std::string seen;
  agenda.at(20, [&] { seen += 'c'; });
  agenda.at(10, [&] {
    seen += 'a';
    agenda.after(0, [&] { seen += 'b'; });
    agenda.at(3, [&] { seen += 'B'; });  // the past is now
  });
  agenda.at(20, [&] { seen += 'd'; });
  while (agenda.run_next()) {
  }
  CHECK(seen == "abBcd");
  CHECK(agenda.now() == 20);
}

TEST_CASE("running until a time moves the time there and leaves the rest") {
  Agenda agenda;
  int happened = 0;
  agenda.at(5, [&] { ++happened; });
  agenda.at(6, [&] { ++happened; });
  agenda.run_until(5);
  CHECK(happened == 1);
  agenda.run_until(100);
  CHECK(happened == 2);
  CHECK(agenda.now() == 100);
}
