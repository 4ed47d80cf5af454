#include "ipfw/flow.hpp"

#include <gtest/gtest.h>

#include "ipfw/table.hpp"

namespace cellblock::ipfw {
namespace {

std::string again(std::string_view type, std::string_view key) {
  uint32_t fields = *fields_of(type);
  auto flow = parse_flow(key, fields);
  if (!flow) return "error: " + flow.error().text();
  auto back = flow_of(bytes_of(*flow));
  EXPECT_TRUE(back && *back == *flow);
  EXPECT_EQ(key_of(*flow, fields, flow->v6()).size(), flow_key_size(fields, flow->v6()));
  return text_of(*flow, fields);
}

TEST(Flow, KeysGoToTheKernelAndBack) {
  EXPECT_EQ(again("flow", "10.0.0.1,tcp,1234,10.0.0.2,80"), "10.0.0.1,6,1234,10.0.0.2,80");
  EXPECT_EQ(again("flow:dst-port,src-ip", "fe80::1,http"), "fe80::1,80") << "in the order of their own";
  EXPECT_EQ(again("flow:proto", "17"), "17");
  EXPECT_EQ(again("flow", "2001:db8::1,udp,53,2001:db8::2,65535"), "2001:db8::1,17,53,2001:db8::2,65535");
  EXPECT_EQ(again("flow:src-ip,dst-ip", "10.0.0.1,fe80::1"), "error: bad key ``10.0.0.1,fe80::1'': src-ip,dst-ip is needed");
  EXPECT_EQ(again("flow:src-ip", "10.0.0.1,80"), "error: bad key ``10.0.0.1,80'': src-ip is needed");
  EXPECT_EQ(again("flow:dst-port", "99999"), "error: bad key ``99999'': dst-port is needed");
  EXPECT_FALSE(fields_of("flow:frob"));
  EXPECT_FALSE(fields_of("flow:"));
  EXPECT_FALSE(fields_of("addr"));
  EXPECT_EQ(text_of_fields(all_fields), "flow:src-ip,proto,src-port,dst-ip,dst-port");
}

TEST(Flow, ATableHasSetsOfBothFamilies) {
  Table table{"t", TableType::flow, *fields_of("flow:proto,dst-port")};
  Entry entry = *parse_key(TableType::flow, "tcp,80", table.fields);
  auto filled = contents(table, {entry});
  ASSERT_EQ(filled.size(), sets_of(table).size());
  for (const Filled& each : filled) EXPECT_EQ(each.elements.size(), 1u) << each.set;
  EXPECT_EQ(entry_of(table, filled[0].elements[0]), entry);
  table.fields = all_fields;
  entry = *parse_key(TableType::flow, "10.0.0.1,tcp,1,10.0.0.2,80");
  filled = contents(table, {entry});
  EXPECT_EQ(filled[1].elements.size(), 1u);
  EXPECT_EQ(filled[2].elements.size(), 0u) << "IPv6";
}

}  // namespace
}  // namespace cellblock::ipfw
