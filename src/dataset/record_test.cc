#include "dataset/record.hpp"

#include <gmock/gmock.h>

namespace cellblock::dataset {
namespace {

Record full() {
  Record record{.backend = "overlay", .data = "2f", .origin = "tank/a b@x", .guid = UINT64_MAX, .number = 7, .created = 1764422000};
  record.properties = {{"mountpoint", "/with blank\n"}, {"org.example:empty", ""}, {"org.example:dash", "-"}};
  record.snapshots = {{"x y", "1", 3, 4, 5, {{"org.example:note", "a\\b"}}}, {"z", "2", 6, 7, 8, {}}};
  return record;
}

TEST(Record, ComesBackFromItsText) {
  auto back = parse_record(record_text(full()));
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(*back, full());
}

TEST(Record, CutAnywhereIsRefused) {
  std::string text = record_text(full());
  for (size_t length = 0; length < text.size(); ++length) EXPECT_FALSE(parse_record(text.substr(0, length))) << length;
}

TEST(Record, ThatNamesAPathForDataIsRefused) {
  Record record = full();
  record.data = "../x";
  EXPECT_FALSE(parse_record(record_text(record)));
  record = full();
  record.snapshots[0].data = "..";
  EXPECT_FALSE(parse_record(record_text(record)));
}

TEST(Record, WithAnUnknownLineNamesIt) {
  std::string text = record_text(full());
  text.insert(text.find("guid"), "what is this\n");
  EXPECT_EQ(parse_record(text).error().text(), "the description of the dataset is damaged in line 2: what\\040is\\040this");
}

TEST(Record, FindsASnapshotByName) {
  Record record = full();
  EXPECT_EQ(record.snapshot("z")->data, "2");
  EXPECT_EQ(record.snapshot("none"), nullptr);
}

}  // namespace
}  // namespace cellblock::dataset
