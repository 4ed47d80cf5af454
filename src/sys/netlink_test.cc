#include "sys/netlink.hpp"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <cerrno>
#include <cstring>

namespace cellblock::sys::netlink {
namespace {

std::string message(uint16_t type, const std::string& payload) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(NLMSG_HDRLEN + payload.size());
  header.nlmsg_type = type;
  std::string out(reinterpret_cast<const char*>(&header), sizeof header);
  out += payload;
  out.resize(NLMSG_ALIGN(out.size()));
  return out;
}

std::string number(int value) { return std::string(reinterpret_cast<const char*>(&value), sizeof value); }

struct Read {
  Result<bool> more;
  std::vector<std::string> payloads;
};
Read read(std::string_view packet) {
  Read out{false, {}};
  out.more = read_dump(packet, [&out](std::string_view payload) { out.payloads.emplace_back(payload); });
  return out;
}

TEST(ReadDump, HandsOverEachMessageUntilTheEnd) {
  Read first = read(message(20, "abc") + message(20, "defgh"));
  ASSERT_TRUE(first.more);
  EXPECT_TRUE(*first.more);
  EXPECT_EQ(first.payloads, (std::vector<std::string>{"abc", "defgh"}));
  Read last = read(message(20, "x") + message(NLMSG_DONE, number(0)));
  ASSERT_TRUE(last.more);
  EXPECT_FALSE(*last.more);
  EXPECT_EQ(last.payloads, std::vector<std::string>{"x"});
}

TEST(ReadDump, GivesTheKernelsOwnErrno) {
  Read refused = read(message(NLMSG_ERROR, number(-ENOENT)));
  ASSERT_FALSE(refused.more);
  EXPECT_EQ(refused.more.error().sys, ENOENT);
  EXPECT_EQ(refused.more.error().why, Why::absent);
}

TEST(ReadDump, RefusesCutMessages) {
  std::string whole = message(20, "abcdefgh");
  for (size_t size = 1; size < whole.size(); ++size) EXPECT_FALSE(read(whole.substr(0, size)).more) << size;
  std::string lying = whole;
  lying[0] = 3;  // shorter than its own header
  EXPECT_FALSE(read(lying).more);
}

TEST(EachAttribute, StopsAtOneThatIsCutOff) {
  Request request(0, 0);
  request.attribute(7, "ab").attribute(8, uint32_t{5});
  std::string text(request.bytes().begin() + NLMSG_HDRLEN, request.bytes().end());
  std::vector<uint16_t> types;
  auto note = [&types](uint16_t type, std::string_view) { types.push_back(type); };
  each_attribute(text, note);
  EXPECT_EQ(types, (std::vector<uint16_t>{7, 8}));
  types.clear();
  each_attribute(std::string_view(text).substr(0, text.size() - 1), note);
  EXPECT_EQ(types, std::vector<uint16_t>{7});
}

std::string answer(uint32_t sequence, int error) {
  std::string out = message(NLMSG_ERROR, number(-error));
  std::memcpy(out.data() + offsetof(nlmsghdr, nlmsg_seq), &sequence, sizeof sequence);
  return out;
}

TEST(ReadAnswers, EachGoesToItsRequest) {
  std::vector<Result<>> answers(3);
  auto more = read_answers(answer(11, EEXIST), 10, answers);
  ASSERT_TRUE(more);
  EXPECT_FALSE(*more);
  more = read_answers(answer(12, 0), 10, answers);
  ASSERT_TRUE(more);
  EXPECT_TRUE(*more);
  EXPECT_TRUE(answers[0]);
  ASSERT_FALSE(answers[1]);
  EXPECT_EQ(answers[1].error().sys, EEXIST);
  EXPECT_TRUE(answers[2]);
}

TEST(ReadAnswers, RefusesAnswersToNobody) {
  std::vector<Result<>> answers(2);
  EXPECT_FALSE(read_answers(answer(9, 0), 10, answers));
  EXPECT_FALSE(read_answers(answer(12, 0), 10, answers));
}

TEST(Nest, HoldsWhatIsAppendedInIt) {
  Request request(0, 0);
  request.nest(3, [](Request& inner) { inner.attribute(1, "a").nest(2, [](Request& deep) { deep.attribute(4, uint32_t{6}); }); })
      .attribute(5, uint32_t{7});
  std::string text(request.bytes().begin() + NLMSG_HDRLEN, request.bytes().end());
  std::vector<std::pair<uint16_t, size_t>> outer;
  each_attribute(text, [&](uint16_t type, std::string_view value) { outer.emplace_back(type, value.size()); });
  EXPECT_EQ(outer, (std::vector<std::pair<uint16_t, size_t>>{{3, 8 + 12}, {5, 4}}));
}

// In the calling process' own namespace: only what needs no rights.
TEST(Socket, AnswersEachRequestOfABatch) {
  auto socket = Socket::open(NETLINK_ROUTE);
  ASSERT_TRUE(socket) << socket.error().text();
  std::vector<Request> requests(300, Request(1000, 0));  // no such command
  auto answers = socket->exchange(requests);
  ASSERT_TRUE(answers) << answers.error().text();
  ASSERT_EQ(answers->size(), requests.size());
  for (const auto& outcome : *answers) EXPECT_FALSE(outcome);
}

}  // namespace
}  // namespace cellblock::sys::netlink
