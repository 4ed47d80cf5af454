#include "dataset/stream.hpp"

#include <gmock/gmock.h>

namespace cellblock::dataset::stream {
namespace {

std::string written(const std::vector<Message>& messages) {
  std::string out;
  Writer writer([&](std::string_view bytes) {
    out += bytes;
    return Result<>{};
  });
  for (const Message& message : messages) EXPECT_TRUE(writer.put(message));
  return out;
}

/// How many messages come back, and what was wrong behind them.
std::pair<size_t, std::string> read(std::string bytes) {
  std::string_view rest(bytes);
  Reader reader([&](size_t wanted) -> Result<std::string> {
    std::string part(rest.substr(0, wanted));
    rest.remove_prefix(part.size());
    return part;
  });
  for (size_t count = 0;; ++count) {
    auto message = reader.next();
    if (!message) return {count, message.error().text()};
    if (std::holds_alternative<Finish>(*message)) return {count + 1, ""};
  }
}

std::vector<Message> sample() {
  return {Begin{"tank/a", "s", 1, 2, -3}, Entry{.path = ".", .kind = Kind::directory, .mode = 0755},
          Entry{.path = "d/f", .mode = 0644, .size = 5}, Xattr{"user.a", std::string("\0b", 2)}, Data{0, "hello"},
          Entry{.path = "l", .kind = Kind::symlink, .mode = 0777, .target = "../../etc"}, Link{"h", "d/f"}, Remove{"x/y"}, End{}, Finish{}};
}

TEST(Stream, ComesBack) { EXPECT_EQ(read(written(sample())), std::pair(size_t{10}, std::string())); }

TEST(Stream, ChangedOrCutAnywhereIsRefused) {
  std::string good = written(sample());
  for (size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_THAT(read(changed).second, testing::StartsWith("invalid stream")) << at;
    EXPECT_THAT(read(good.substr(0, at)).second, testing::StartsWith("invalid stream")) << at;
  }
}

TEST(Stream, PathsThatLeadElsewhereAreRefused) {
  for (const char* path : {"../x", "/etc/passwd", "a/../../b", "a//b", "a/.", "", "a/"}) {
    EXPECT_THAT(read(written({Entry{.path = path}, Finish{}})).second, testing::HasSubstr("leads elsewhere")) << path;
    EXPECT_THAT(read(written({Link{"a", path}, Finish{}})).second, testing::HasSubstr("leads elsewhere")) << path;
    EXPECT_THAT(read(written({Remove{path}, Finish{}})).second, testing::HasSubstr("leads elsewhere")) << path;
  }
  EXPECT_FALSE(read(written({Entry{.path = "a", .mode = 0100644}, Finish{}})).second.empty());
}

}  // namespace
}  // namespace cellblock::dataset::stream
