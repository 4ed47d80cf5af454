#include "words.hpp"

#include <gmock/gmock.h>

namespace cellblock {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Not;

TEST(WordList, SaysWhatJailTakes) {
  auto words = *word_list("set");
  EXPECT_THAT(words, AllOf(Contains("path="), Contains("persist"), Contains("nopersist"), Contains("allow.nomount"),
                           Contains("exec.start="), Contains("vnet="), Not(Contains("path")), Not(Contains("parent=")),
                           Not(Contains("nopath="))));
}

TEST(WordList, SaysWhatJlsPrints) {
  auto words = *word_list("get");
  EXPECT_THAT(words, AllOf(Contains("path"), Contains("parent"), Contains("allow.mount"), Not(Contains("exec.start")),
                           Not(Contains("depend"))));
}

TEST(WordList, KnowsTheKinds) {
  EXPECT_THAT(*word_list("boolean"), AllOf(Contains("persist"), Not(Contains("vnet"))));
  EXPECT_THAT(*word_list("jailsys"), AllOf(Contains("vnet"), Contains("linux.userns"), Not(Contains("persist"))));
  EXPECT_FALSE(word_list("nonsense"));
}

}  // namespace
}  // namespace cellblock
