#include "view/wiring.hpp"

#include <gtest/gtest.h>

namespace cellblock::view {
namespace {

using model::End;
using model::Wiring;

model::Interface veth(std::string name, End peer) { return {.name = std::move(name), .kind = "veth", .is_up = true, .peer = peer}; }

/// Two jails, one of them on the host's bridge, with a cable between them as well.
Wiring sample() {
  Wiring wiring;
  model::Interface bridge{.name = "br0", .kind = "bridge", .is_up = true, .addresses = {{"10.0.0.1/24", {}}}};
  model::Interface port = veth("web", {1, 1});
  port.bridge = 2;
  port.traffic = {12, 3, 12'345, 999};
  model::Interface vlan{.name = "em0.5", .kind = "vlan", .parent = 1};
  wiring.stacks.push_back({0, "host",
                           {{.name = "lo", .is_up = true, .is_loopback = true, .addresses = {{"127.0.0.1/8", {}}, {"::1/128", {}}}},
                            {.name = "em0", .is_up = true, .addresses = {{"192.0.2.5/24", {}}, {"192.0.2.6/32", {"www", "db"}}}},
                            bridge, port, vlan},
                           {{"ipfw", "nat", "masquerade", 1}}});
  model::Interface inside = veth("eth0", {0, 3});
  inside.addresses = {{"10.0.0.7/24", {}}};
  inside.hardware = "02:00:00:00:00:07";
  wiring.stacks.push_back({7, "web", {{.name = "lo", .is_loopback = true}, inside, veth("epair0a", {2, 0})}, {}});
  wiring.stacks.push_back({9, "a\"b", {veth("epair0b", {1, 2})}, {}});
  return wiring;
}

TEST(Wiring, IsATreeOfEachStackWithEveryCableOnce) {
  Wiring wiring = sample();
  EXPECT_EQ(draw(wiring, all_ends(wiring)),
            "INTERFACE           ADDRESSES                            CONNECTED TO                     IN  OUT\n"
            "host\n"
            "├─ em0              192.0.2.5/24 192.0.2.6/32 (www, db)  -                                 0    0\n"
            "│  └─ em0.5 (down)  -                                    -                                 0    0\n"
            "├─ br0 (bridge)     10.0.0.1/24                          -                                 0    0\n"
            "│  └─ web           -                                    eth0 of jail web 10.0.0.7/24  12.3K  999\n"
            "└─ NAT              ipfw nat                             masquerade (1 rule)\n"
            "jail web\n"
            "└─ epair0a          -                                    epair0b of jail a\"b               0    0\n"
            "jail a\"b\n");
}

TEST(Wiring, ACableWithinOneStackIsOneLine) {
  Wiring wiring;
  wiring.stacks.push_back({0, "host", {veth("a", {0, 1}), veth("b", {0, 0}), veth("c", {0, 2})}, {}});
  wiring.stacks[0].interfaces[2].peer.reset();
  EXPECT_EQ(draw(wiring, all_ends(wiring)),
            "INTERFACE  ADDRESSES  CONNECTED TO  IN  OUT\n"
            "host\n"
            "├─ a       -          b of host      0    0\n"
            "└─ c       -          elsewhere      0    0\n");
}

TEST(Wiring, ABridgeOrAJailAlone) {
  Wiring wiring = sample();
  EXPECT_EQ(ends_of(wiring, "br0"), (Chosen{{0, 2}, {0, 3}, {1, 1}}));
  EXPECT_EQ(ends_of(wiring, "a\"b"), (Chosen{{1, 2}, {2, 0}}));
  EXPECT_EQ(ends_of(wiring, "web"), (Chosen{{0, 2}, {0, 3}, {1, 1}, {1, 2}, {2, 0}}));
  EXPECT_EQ(ends_of(wiring, "nobody"), std::nullopt);
  std::string drawn = draw(wiring, *ends_of(wiring, "br0"));
  EXPECT_EQ(drawn.find("em0"), std::string::npos);
  EXPECT_EQ(drawn.find("NAT"), std::string::npos);
}

TEST(Wiring, TrafficSinceAMomentBefore) {
  Wiring before = sample(), now = sample();
  now.stacks[0].interfaces[3].traffic = {20, 5, 22'345, 1999};
  now.stacks[2].interfaces[0].name = "new";
  now.stacks[2].interfaces[0].traffic = {5, 5, 500, 500};
  Wiring grown = since(before, now);
  EXPECT_EQ(grown.stacks[0].interfaces[3].traffic.in_bytes, 10'000u);
  EXPECT_EQ(grown.stacks[0].interfaces[3].traffic.out_packets, 2u);
  EXPECT_EQ(grown.stacks[2].interfaces[0].traffic.in_bytes, 0u);
  EXPECT_NE(draw(grown, all_ends(grown), 2).find("5.0K/s"), std::string::npos);
  EXPECT_EQ(since(now, before).stacks[0].interfaces[3].traffic.in_bytes, 0u);
}

TEST(Wiring, IsAGraphForGraphviz) {
  Wiring wiring = sample();
  EXPECT_EQ(draw_dot(wiring, *ends_of(wiring, "web")),
            "graph network {\n"
            "  \"host/br0\" [shape=box, label=\"br0\\n10.0.0.1/24\"];\n"
            "  \"host\" [shape=doubleoctagon];\n"
            "  \"web\" [shape=ellipse];\n"
            "  \"a\\\"b\" [shape=ellipse];\n"
            "  \"host\" -- \"host/br0\" [style=dotted];\n"
            "  \"host/br0\" -- \"web\" [label=\"web - eth0\\n10.0.0.7/24\"];\n"
            "  \"web\" -- \"a\\\"b\" [label=\"epair0a - epair0b\"];\n"
            "}\n");
}

TEST(Wiring, IsAGraphWithTheWaysOutAndTheTranslations) {
  Wiring wiring = sample();
  std::string graph = draw_dot(wiring, all_ends(wiring));
  for (const char* line : {"  \"host/em0\" [shape=plaintext, label=\"em0\\n192.0.2.5/24\\n192.0.2.6/32\"];\n  \"host\" -- \"host/em0\";\n",
                           "  \"host/em0\" -- \"host/em0.5\";\n",
                           "  \"host/NAT\" [shape=note, label=\"NAT\\nipfw nat: masquerade (1 rule)\"];\n  \"host\" -- \"host/NAT\" [style=dotted];\n"})
    EXPECT_NE(graph.find(line), std::string::npos) << graph;
  EXPECT_EQ(graph.find("/lo"), std::string::npos) << graph;
}

TEST(Wiring, IsJsonForPrograms) {
  Wiring wiring = sample();
  std::string json = draw_json(wiring, {{0, 3}, {1, 1}});
  EXPECT_EQ(json,
            R"({"stacks": [{"name":"host","jid":0, "interfaces": [{"name":"web","kind":"veth","up":true,"mtu":0,"mac":"", )"
            R"("addresses": [],"bridge":"br0", "peer": {"stack":"web","interface":"eth0"},"in-packets":12,"out-packets":3,)"
            R"("in-bytes":12345,"out-bytes":999}], "translations": [{"table":"ipfw","chain":"nat","what":"masquerade","rules":1}]}, )"
            R"({"name":"web","jid":7, "interfaces": [{"name":"eth0","kind":"veth","up":true,"mtu":0,"mac":"02:00:00:00:00:07", )"
            R"("addresses": [{"address":"10.0.0.7/24", "jails": []}], "peer": {"stack":"host","interface":"web"},"in-packets":0,)"
            R"("out-packets":0,"in-bytes":0,"out-bytes":0}], "translations": []}]})"
            "\n");
}

}  // namespace
}  // namespace cellblock::view
