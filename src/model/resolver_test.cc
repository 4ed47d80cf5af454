#include "model/resolver.hpp"

#include <gtest/gtest.h>

namespace cellblock::model {
namespace {

std::string error(const std::vector<std::string>& servers, const std::vector<std::string>& domains = {}) {
  auto checked = check_resolver(servers, domains);
  return checked ? "" : checked.error().text();
}

TEST(Resolver, IsChecked) {
  EXPECT_EQ(error({}), "");
  EXPECT_EQ(error({"10.0.0.1", "fd00::1"}, {"example.org", "a-b.example"}), "");
  EXPECT_EQ(error({"10.0.0"}), "net.dns: 10.0.0: not an address");
  EXPECT_EQ(error({"10.0.0.1 10.0.0.2"}), "net.dns: 10.0.0.1 10.0.0.2: not an address");
  EXPECT_EQ(error({"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}), "net.dns: 10.0.0.4: only 3 are asked");
  EXPECT_EQ(error({"10.0.0.1"}, {"a b"}), "net.search: \"a b\" is no domain");
  EXPECT_EQ(error({"10.0.0.1"}, {"a\nnameserver"}), "net.search: \"a\nnameserver\" is no domain");
  EXPECT_EQ(error({}, {"example.org"}), "net.search: example.org: needs net.dns");
}

TEST(Resolver, IsWritten) {
  EXPECT_EQ(resolver_text({"10.0.0.1", "fd00::1"}, {"a.org", "b.org"}), "search a.org b.org\nnameserver 10.0.0.1\nnameserver fd00::1\n");
  EXPECT_EQ(resolver_text({"10.0.0.1"}, {}), "nameserver 10.0.0.1\n");
}

}  // namespace
}  // namespace cellblock::model
