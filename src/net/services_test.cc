#include "net/services.hpp"

#include <gtest/gtest.h>

namespace cellblock::net {
namespace {

TEST(Services, HaveNamesAndPorts) {
  EXPECT_EQ(port_of_service("www"), 80);
  EXPECT_EQ(service_of_port(80), "http") << "the first of its names";
  EXPECT_EQ(port_of_service("nosuch"), std::nullopt);
  EXPECT_EQ(service_of_port(4), "");
}

}  // namespace
}  // namespace cellblock::net
