#include "kernel/users.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "base/fd.hpp"

namespace cellblock::kernel {
namespace {

const std::string passwd = "root:x:0:0:root:/root:/bin/bash\nwww:x:33:34::/var/www:\nbad:x:4294967295:0::/:/bin/sh\n"
                           "neg:x:-1:0::/:/bin/sh\nname:x:1x:0::/:/bin/sh\nshort:x:1\n";
const std::string group = "root:x:0:\nadm:x:4:www,other\nwww:x:34:www\nbad:x:99999999999:neg2\n";

TEST(Users, FindsIdsGroupsAndDefaults) {
  auto www = find_user_in(passwd, group, "www");
  ASSERT_TRUE(www);
  EXPECT_EQ(www->uid, 33u);
  EXPECT_EQ(www->gid, 34u);
  EXPECT_THAT(www->groups, testing::ElementsAre(34, 4));
  EXPECT_EQ(www->home, "/var/www");
  EXPECT_EQ(www->shell, "/bin/sh");
}

TEST(Users, IdsThatDoNotFitAreErrorsNeverZero) {
  for (auto name : {"bad", "neg", "name"}) EXPECT_FALSE(find_user_in(passwd, group, name)) << name;
  EXPECT_EQ(find_user_in(passwd, group, "short").error().why, Why::absent);
  EXPECT_EQ(find_user_in(passwd, group, "nobody").error().text(), "nobody: no such user");
}

TEST(Users, AFifoOrALinkOutDoesNotHoldOrLeak) {
  char dir[] = "/tmp/users_test.XXXXXX";
  ASSERT_TRUE(::mkdtemp(dir));
  std::string base(dir);
  ::mkdir((base + "/etc").c_str(), 0755);
  ::mkfifo((base + "/etc/passwd").c_str(), 0644);
  Fd root(::open(dir, O_PATH | O_DIRECTORY));
  EXPECT_FALSE(find_user(root.get(), "root"));
  ::unlink((base + "/etc/passwd").c_str());
  ASSERT_EQ(::symlink("../../../../../../etc/passwd", (base + "/etc/passwd").c_str()), 0);
  EXPECT_FALSE(find_user(root.get(), "root")) << "the link must resolve inside the root, to itself";
  ::unlink((base + "/etc/passwd").c_str());
  ::rmdir((base + "/etc").c_str());
  ::rmdir(dir);
}

}  // namespace
}  // namespace cellblock::kernel
