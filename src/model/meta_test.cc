#include "model/meta.hpp"

#include <gmock/gmock.h>

namespace cellblock::model {
namespace {

TEST(MetaValue, FindsWholeKeysAtLineStarts) {
  std::string text = "a=1\nab=2\nx a=3\nb=c=d";
  EXPECT_EQ(meta_value(text, "a"), "1");
  EXPECT_EQ(meta_value(text, "ab"), "2");
  EXPECT_EQ(meta_value(text, "b"), "c=d");
  EXPECT_EQ(meta_value(text, "c"), std::nullopt);
  EXPECT_EQ(meta_value("", "a"), std::nullopt);
  EXPECT_EQ(meta_value("a=", "a"), "");
  EXPECT_EQ(meta_value("a=1\na=2", "a"), "2");
}

struct Change {
  const char* before;
  const char* key;
  const char* value;  ///< null: remove
  const char* after;
};

TEST(SetMetaValue, PutsTheLineInFront) {
  const Change changes[] = {
      {"", "k", "v", "k=v"},
      {"a=1", "k", "v", "k=v\na=1"},
      {"a=1\nk=old\nb=2", "k", "new", "k=new\na=1\nb=2"},
      {"a=1\nk=old", "k", "", "k=\na=1"},
      {"k=1\nk=2", "k", "3", "k=3"},
      {"just text", "k", "v", "k=v\njust text"},
      {"a=1\nk=old\nb=2", "k", nullptr, "a=1\nb=2"},
      {"k=old\nb=2", "k", nullptr, "b=2"},
      {"a=1\nk=old", "k", nullptr, "a=1"},
      {"k=1", "k", nullptr, ""},
      {"k=1\nk=2\nk=3", "k", nullptr, ""},
      {"kk=1", "k", nullptr, "kk=1"},
      {"a=1\n", "k", nullptr, "a=1\n"},
  };
  for (const Change& change : changes) {
    std::string text = change.before;
    if (change.value)
      set_meta_value(text, change.key, change.value);
    else
      remove_meta_value(text, change.key);
    EXPECT_EQ(text, change.after) << change.before << " / " << change.key;
  }
}

}  // namespace
}  // namespace cellblock::model
