#include "view/jls_request.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace cellblock::view {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

using Line = std::vector<std::string>;

JlsRequest request(Line line) {
  auto parsed = parse_jls(line, "");
  if (auto* answer = std::get_if<Answer>(&parsed)) ADD_FAILURE() << answer->err;
  return std::holds_alternative<JlsRequest>(parsed) ? std::get<JlsRequest>(parsed) : JlsRequest();
}

Answer answer(Line line) {
  auto parsed = parse_jls(line, "");
  EXPECT_TRUE(std::holds_alternative<Answer>(parsed)) << testing::PrintToString(line);
  return std::holds_alternative<Answer>(parsed) ? std::get<Answer>(parsed) : Answer();
}

std::vector<std::string> names(const JlsRequest& request) {
  std::vector<std::string> out;
  for (const JlsColumn& column : request.columns) out.push_back(column.name);
  return out;
}

TEST(JlsRequest, WithoutParametersItIsATable) {
  EXPECT_EQ(request({}).shape, JlsShape::table);
  EXPECT_EQ(request({"-N"}).shape, JlsShape::table);
  EXPECT_TRUE(request({"-N"}).with_names);
  EXPECT_EQ(request({"-q"}).shape, JlsShape::table);
  EXPECT_EQ(request({"-v"}).shape, JlsShape::verbose);
  EXPECT_EQ(request({"-v", "jid"}).shape, JlsShape::parameters);
}

TEST(JlsRequest, NamesTheJail) {
  EXPECT_EQ(request({"-jweb"}).jail, "web");
  EXPECT_EQ(request({"-j", "web"}).jail, "web");
  EXPECT_EQ(request({"-dj7", "name"}).jail, "7");
  EXPECT_TRUE(request({"-d"}).dying);
  EXPECT_TRUE(request({"-a"}).dying);
}

TEST(JlsRequest, OptionsEndAtTheFirstParameter) {
  EXPECT_THAT(names(request({"name", "jid"})), ElementsAre("name", "jid"));
  EXPECT_THAT(names(request({"--", "name"})), ElementsAre("name"));
  EXPECT_EQ(answer({"name", "-n"}).err, "jls: unknown parameter: -n\n");
}

TEST(JlsRequest, LaterFlagsTakeBackEarlierOnes) {
  JlsRequest r = request({"-hs"});
  EXPECT_FALSE(r.header);
  EXPECT_TRUE(r.named && r.quoted && r.feedable);
  r = request({"-sh"});
  EXPECT_TRUE(r.header && r.named && r.quoted);
  EXPECT_FALSE(r.feedable);
  r = request({"-nv"});
  EXPECT_FALSE(r.named);
  EXPECT_EQ(r.shape, JlsShape::verbose);
  r = request({"-vn"});
  EXPECT_TRUE(r.named);
  EXPECT_EQ(r.shape, JlsShape::parameters);
}

TEST(JlsRequest, AllIsSortedWithPlainNamesFirst) {
  auto all = names(request({"-n"}));
  ASSERT_GT(all.size(), 60u);
  auto first_dotted = std::ranges::find_if(all, [](const std::string& name) { return name.contains('.'); });
  EXPECT_TRUE(std::is_sorted(all.begin(), first_dotted));
  EXPECT_TRUE(std::is_sorted(first_dotted, all.end()));
  EXPECT_TRUE(
      std::all_of(first_dotted, all.end(), [](const std::string& name) { return name.contains('.'); }));
  EXPECT_EQ(all.front(), "devfs_ruleset");
  EXPECT_EQ(std::ranges::count(all, "exec.start"), 0) << "jail(8)'s own";
  EXPECT_EQ(all, names(request({"all"})));
  EXPECT_EQ(all, names(request({"-h"})));
}

TEST(JlsRequest, AParameterIsShownOnce) {
  EXPECT_THAT(names(request({"jid", "name", "jid"})), ElementsAre("jid", "name"));
  auto all = names(request({"path", "all", "jid"}));
  EXPECT_EQ(all.front(), "path");
  EXPECT_EQ(all.size(), names(request({"all"})).size());
}

TEST(JlsRequest, KeysAndNegations) {
  JlsRequest r = request({"meta.a.b", "nopersist", "allow.nomount", "host.hostname", "linux.userns", "mac.do.rules"});
  EXPECT_EQ(r.columns[0].param->name, "meta");
  EXPECT_EQ(r.columns[0].key, "a.b");
  EXPECT_TRUE(r.columns[1].negated);
  EXPECT_EQ(r.columns[2].param->name, "allow.mount");
  ASSERT_TRUE(r.columns[3].governor);
  EXPECT_EQ(r.columns[3].governor->name, "host");
  EXPECT_FALSE(r.columns[4].governor) << "not the Linuxulator's";
  ASSERT_TRUE(r.columns[5].governor);
  EXPECT_EQ(r.columns[5].governor->name, "mac.do");
}

TEST(JlsRequest, UnknownParameters) {
  for (const char* name : {"pth", "exec.start", "vnet.interface", "allow", "children", "notpersist", ""}) {
    Answer refused = answer({name});
    EXPECT_EQ(refused.err, std::string("jls: unknown parameter: ") + name + "\n");
    EXPECT_EQ(refused.status, 1);
    EXPECT_EQ(refused.out, "");
  }
  EXPECT_EQ(answer({"--libxo", "json", "pth"}).out, "{ }\n");
}

TEST(JlsRequest, Usage) {
  EXPECT_THAT(answer({"-x"}).err, StartsWith("jls: illegal option -- x\njls: usage: jls "));
  EXPECT_THAT(answer({"-nj"}).err, StartsWith("jls: option requires an argument -- j\njls: usage: jls "));
  EXPECT_EQ(answer({"-x"}).status, 1);
  EXPECT_THAT(answer({"--help"}).out, StartsWith("usage: jls "));
  EXPECT_EQ(answer({"--help"}).err, "");
  EXPECT_EQ(answer({"--help"}).status, 0);
}

TEST(JlsRequest, Check) {
  JlsRequest r = request({"-c", "-d", "-j", "web"});
  EXPECT_TRUE(r.check && r.dying);
  EXPECT_EQ(r.jail, "web");
  EXPECT_EQ(answer({"-c"}).err, "jls: -j jail to check must be provided for -c\n");
  for (Line line : {Line{"-c", "-j", "web", "jid"}, {"-cn", "-jweb"}, {"-cvjweb"}, {"-chjweb"}, {"-cqjweb"}})
    EXPECT_THAT(answer(line).err, StartsWith("jls: usage:"));
}

TEST(JlsRequest, LibxoFaults) {
  Answer refused = answer({"--libxo", "yaml"});
  EXPECT_EQ(refused.err, "jls: unknown libxo option value: 'yaml'\n");
  EXPECT_EQ(refused.out, "");
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(answer({"--libxo-check"}).status, 121);
  EXPECT_EQ(request({"--libxo", "json,xml"}).warnings, "jls: ignoring multiple styles: 'xml'\n");
}

}  // namespace
}  // namespace cellblock::view
