#include "dataset/shelf.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

class ShelfTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/cellblock-test.XXXXXX";
    path_ = ::mkdtemp(name);
    fd_ = std::move(*sys::open(path_, O_RDONLY | O_DIRECTORY));
  }
  void TearDown() override { std::filesystem::remove_all(path_); }
  Shelf shelf() { return std::move(*Shelf::open(fd_.get())); }
  bool has(const std::string& id) const { return std::filesystem::exists(path_ + "/data/" + id); }
  size_t trash() const {
    std::filesystem::directory_iterator all(path_ + "/trash");
    return static_cast<size_t>(std::distance(begin(all), end(all)));
  }

  std::string path_;
  Fd fd_;
};

TEST_F(ShelfTest, ChainsWhatIsBuiltOnWhat) {
  Shelf one = shelf();
  std::string a = *one.add(), b = *one.add(a), c = *one.add(b);
  EXPECT_THAT(*one.chain(c), testing::ElementsAre(c, b, a));
  EXPECT_TRUE(*one.is_base(a));
  EXPECT_FALSE(*one.is_base(c));
}

TEST_F(ShelfTest, DropsABaseWithTheLastThatIsBuiltOnIt) {
  Shelf one = shelf();
  std::string a = *one.add(), b = *one.add(a), c = *one.add(a);
  ASSERT_TRUE(one.drop(a));
  EXPECT_TRUE(has(a));
  ASSERT_TRUE(one.drop(b));
  EXPECT_FALSE(has(b));
  EXPECT_TRUE(has(a));
  ASSERT_TRUE(one.drop(c));
  EXPECT_FALSE(has(a));
  ASSERT_TRUE(one.empty_trash());
  EXPECT_EQ(trash(), 0u);
}

TEST_F(ShelfTest, SweepsWhatNoRecordNames) {
  Shelf one = shelf();
  std::string a = *one.add(), b = *one.add(a), c = *one.add(a), d = *one.add();
  EXPECT_TRUE(shelf().is_unsettled());
  ASSERT_TRUE(shelf().sweep({b}));
  EXPECT_TRUE(has(a) && has(b));
  EXPECT_FALSE(has(c) || has(d));
  EXPECT_FALSE(shelf().is_unsettled());
  // What is only built upon goes with its last user.
  ASSERT_TRUE(one.drop(b));
  EXPECT_FALSE(has(a));
}

TEST_F(ShelfTest, NumbersOnAfterALostCounter) {
  Shelf one = shelf();
  std::string a = *one.add();
  std::filesystem::remove(path_ + "/next");
  std::string b = *one.add();
  EXPECT_NE(a, b);
  std::filesystem::remove(path_ + "/next");
  ASSERT_TRUE(one.sweep({a, b}));
  EXPECT_GT(*one.next_number(), 2u);
}

TEST_F(ShelfTest, DeepTreesOfOthersGoToo) {
  Shelf one = shelf();
  std::string id = *one.add();
  Fd at = std::move(*sys::open_at(one.folder(), id.c_str(), O_RDONLY | O_DIRECTORY));
  for (int depth = 0; depth < 1500; ++depth) {
    ASSERT_TRUE(sys::make_directory(at.get(), "d", 0700));
    at = std::move(*sys::open_at(at.get(), "d", O_RDONLY | O_DIRECTORY));
  }
  ASSERT_TRUE(one.drop(id));
  ASSERT_TRUE(one.empty_trash());
  EXPECT_EQ(trash(), 0u);
}

}  // namespace
}  // namespace cellblock::dataset
