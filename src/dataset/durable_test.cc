#include "dataset/durable.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/cellblock-test.XXXXXX";
    path_ = ::mkdtemp(name);
    fd_ = std::move(*sys::open(path_, O_RDONLY | O_DIRECTORY));
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  int fd() const { return fd_.get(); }
  std::string read(const std::string& name) const { return sys::read_file_at(fd(), name.c_str()).value_or("(none)"); }

 private:
  std::string path_;
  Fd fd_;
};

TEST(Durable, WritesReplacesAndRemoves) {
  Folder folder;
  ASSERT_TRUE(write_durably(folder.fd(), "a b", "one"));
  ASSERT_TRUE(write_durably(folder.fd(), "a b", "two"));
  EXPECT_EQ(folder.read("a b"), "two");
  EXPECT_TRUE(remove_durably(folder.fd(), "a b"));
  EXPECT_TRUE(remove_durably(folder.fd(), "a b"));
  EXPECT_EQ(folder.read("a b"), "(none)");
}

TEST(Durable, BatchComesBackFromItsText) {
  Batch batch{{"tank%a b", "text\nend\n"}, {"tank%gone", std::nullopt}, {"tank", ""}};
  std::string text = batch_text(batch);
  EXPECT_EQ(*parse_batch(text), batch);
  for (size_t length = 0; length < text.size(); ++length) EXPECT_FALSE(parse_batch(text.substr(0, length))) << length;
}

TEST(Durable, BatchNamesNoFileElsewhere) {
  EXPECT_FALSE(parse_batch("cellblock redo 1\ndrop ../x\nend\n"));
  EXPECT_FALSE(parse_batch("cellblock redo 1\ndrop ..\nend\n"));
}

TEST(Durable, RedoCompletesWhatWasBegun) {
  Folder journal, folder;
  ASSERT_TRUE(write_durably(folder.fd(), "old", "x"));
  ASSERT_TRUE(write_durably(journal.fd(), "redo", batch_text({{"new", "y"}, {"old", std::nullopt}})));
  ASSERT_TRUE(redo(journal.fd(), folder.fd()));
  EXPECT_EQ(folder.read("new"), "y");
  EXPECT_EQ(folder.read("old"), "(none)");
  EXPECT_EQ(journal.read("redo"), "(none)");
  EXPECT_TRUE(redo(journal.fd(), folder.fd()));
}

}  // namespace
}  // namespace cellblock::dataset
