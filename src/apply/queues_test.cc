#include "apply/queues.hpp"

#include <gtest/gtest.h>

namespace cellblock::apply {
namespace {

struct Three : testing::Test {
  Job a, b, c;
  Queues queues;
};
using QueuesTest = Three;

TEST_F(QueuesTest, StartsComeInOrder) {
  for (Job* job : {&a, &b, &c}) {
    job->ops = op_start;
    queues.make_ready(*job);
  }
  EXPECT_EQ(queues.take(), &a);
  EXPECT_EQ(queues.take(), &b);
  EXPECT_EQ(queues.take(), &c);
  EXPECT_EQ(queues.take(), nullptr);
}

TEST_F(QueuesTest, StopsComeInReverse) {
  for (Job* job : {&a, &b, &c}) {
    job->ops = op_stop;
    queues.make_ready(*job);
  }
  b.ops = op_start;
  EXPECT_EQ(queues.take(), &c);
  EXPECT_EQ(queues.take(), &a) << "the first is a stop, so the last stop is looked for";
  EXPECT_EQ(queues.take(), &b);
}

TEST_F(QueuesTest, AFailedJobIsHeardFirst) {
  a.ops = b.ops = op_start;
  queues.make_ready(a);
  queues.make_ready_first(b);
  EXPECT_EQ(queues.take(), &b);
}

TEST_F(QueuesTest, HeldBackJobsKeepTheirPlace) {
  a.ops = b.ops = op_start;
  queues.hold_back(a);
  queues.hold_back(b);
  queues.let_one_through();
  ASSERT_EQ(queues.take(), &a);
  queues.hold_back(a);  // somebody else was faster
  queues.let_one_through();
  EXPECT_EQ(queues.take(), &a);
  EXPECT_FALSE(queues.anyone_ready());
}

}  // namespace
}  // namespace cellblock::apply
