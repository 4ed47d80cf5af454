#include "plan/change.hpp"

#include <gmock/gmock.h>

namespace cellblock::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

model::Prison running() {
  model::Prison prison;
  prison.jid = 7;
  prison.name = "web";
  prison.path = "/jails/web";
  prison.vnet = model::Sys::fresh;
  return prison;
}

std::vector<std::string> changes(std::vector<model::Setting> settings) {
  auto found = create_only_changes({.settings = std::move(settings)}, running());
  return found ? *found : std::vector<std::string>{"error: " + found.error().text()};
}

TEST(CreateOnlyChanges, SameValuesAreNoChange) {
  EXPECT_THAT(changes({{"jid", {"9"}}, {"path", {"/jails/web/"}}, {"vnet", {}}, {"persist", {}}}), IsEmpty());
}

TEST(CreateOnlyChanges, NamesWhatDiffers) {
  EXPECT_THAT(changes({{"path", {"/elsewhere"}}, {"vnet", {"inherit"}}}), ElementsAre("path", "vnet"));
}

TEST(OfRunning, AddsWhatIsKnownOfTheJail) {
  model::Wanted whole = of_running({.settings = {{"net.bridge", {"br0"}}}}, running());
  EXPECT_THAT(whole.settings, ElementsAre(model::Setting{"net.bridge", {"br0"}}, model::Setting{"name", {"web"}},
                                          model::Setting{"vnet", {"new"}}));
  EXPECT_THAT(of_running(whole, running()).settings, ElementsAre(testing::_, testing::_, testing::_));
}

TEST(Modify, LeavesOutWhatCannotChange) {
  model::Wanted wanted{.settings = {{"name", {"www"}}, {"path", {"/jails/web"}}, {"securelevel", {"2"}},
                                    {"exec.start", {"x"}}, {"ip4.addr", {"em0|10.0.0.1/24"}}}};
  EXPECT_THAT(modify(wanted, 7),
              ElementsAre(model::Setting{"jid", {"7"}}, model::Setting{"name", {"www"}},
                          model::Setting{"securelevel", {"2"}}, model::Setting{"ip4.addr", {"10.0.0.1"}}));
}

}  // namespace
}  // namespace cellblock::plan
