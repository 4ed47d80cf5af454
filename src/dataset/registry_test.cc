#include "dataset/registry.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cellblock::dataset {
namespace {

class RegistryTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/cellblock-test.XXXXXX";
    path_ = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }
  Registry registry() const { return Registry(path_ + "/db/pools"); }

  std::string path_;
};

TEST_F(RegistryTest, KnowsWhatWasWritten) {
  EXPECT_TRUE(registry().all()->empty());
  PoolEntry tank{"tank", "/srv/with blank", "", 7, 8}, disk{"disk", "/mnt", "/images/disk.img", 9, 10};
  ASSERT_TRUE(registry().lock());
  ASSERT_TRUE(registry().write(tank));
  ASSERT_TRUE(registry().write(disk));
  EXPECT_THAT(*registry().all(), testing::ElementsAre(disk, tank));
  EXPECT_EQ(*registry().find("tank"), tank);
  ASSERT_TRUE(registry().remove("tank"));
  EXPECT_EQ(registry().find("tank").error().text(), "no such pool 'tank'");
}

TEST_F(RegistryTest, NamesAFileThatIsDamaged) {
  ASSERT_TRUE(registry().write({"tank", "/srv", "", 7, 8}));
  std::ofstream(path_ + "/db/pools/tank") << "cellblock pool 1\nname tank\n";
  EXPECT_EQ(registry().all().error().text(), path_ + "/db/pools/tank: the description of the pool is not whole");
}

}  // namespace
}  // namespace cellblock::dataset
