#include "wire/message.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace cellblock::wire {
namespace {

TEST(Message, SettingsComeBack) {
  SetRequest request{{{"name", {"a b"}}, {"persist", {}}, {"ip4.addr", {""}}, {"x", {"1", "2\n"}}},
                     model::SetMode::update, true};
  std::string text = encode(request);
  auto [verb, rest] = verb_of(text);
  EXPECT_EQ(verb, "set");
  auto again = decode_set(rest);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->settings, request.settings);
  EXPECT_EQ(again->mode, request.mode);
  EXPECT_TRUE(again->attaching);
}

TEST(Message, NonsenseIsRefused) {
  for (auto text : {"", "1", "9 0", "0 0 name", "0 0 name -1", "0 0 name 99999999 a", "x 0"})
    EXPECT_FALSE(decode_set(text)) << text;
  EXPECT_FALSE(decode_answer("hello"));
  EXPECT_FALSE(decode_answer("error"));
}

TEST(Message, ErrorsKeepTheirChain) {
  Error error{Why::denied, EPERM, {"inner one", "", "outer"}};
  auto answer = decode_answer(encode_error(error));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().why, Why::denied);
  EXPECT_EQ(answer.error().sys, EPERM);
  EXPECT_EQ(answer.error().chain, error.chain);
}

}  // namespace
}  // namespace cellblock::wire
