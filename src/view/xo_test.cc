#include "view/xo.hpp"

#include <gmock/gmock.h>

namespace cellblock::view {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

XoScan scan(std::vector<std::string> arguments, std::string_view environment = "") {
  return scan_xo_options(arguments, environment);
}

/// A container with a list of two, the second with a list of its own.
std::string sample(XoOptions options) {
  std::string out;
  Xo xo(options, out);
  xo.open_container("a-b");
  xo.open_list("item");
  xo.open_instance("item");
  xo.literal("n", "1");
  xo.string("the-name", "x");
  xo.close();
  xo.open_instance("item");
  xo.string("s", "<&\">\\\n");
  xo.open_list("leaf");
  xo.item("p");
  xo.item("q");
  xo.close();
  xo.open_list("none");
  xo.close();
  xo.literal("t", "true");
  xo.close();
  xo.finish();
  return out;
}

TEST(Xo, Json) {
  EXPECT_EQ(
      sample({.style = XoStyle::json}),
      R"({"__version": "2", "a-b": {"item": [{"n":1,"the-name":"x"}, {"s":"<&\">\\\n", "leaf": ["p","q"], )"
      R"("none": [],"t":true}]}})"
      "\n");
}

TEST(Xo, PrettyJson) {
  EXPECT_EQ(sample({.style = XoStyle::json, .pretty = true, .underscores = true, .version = 3}),
            "{\n"
            "  \"__version\": \"3\", \n"  // with the blank, as libxo has it
            "  \"a_b\": {\n"
            "    \"item\": [\n"
            "      {\n"
            "        \"n\": 1,\n"
            "        \"the_name\": \"x\"\n"
            "      },\n"
            "      {\n"
            "        \"s\": \"<&\\\">\\\\\\n\",\n"
            "        \"leaf\": [\n"
            "          \"p\",\n"
            "          \"q\"\n"
            "        ],\n"
            "        \"none\": [\n"
            "        ],\n"
            "        \"t\": true\n"
            "      }\n"
            "    ]\n"
            "  }\n"
            "}\n");
}

TEST(Xo, Xml) {
  EXPECT_EQ(sample({.style = XoStyle::xml}),
            "<a-b version=\"2\"><item><n>1</n><the-name>x</the-name></item><item><s>&lt;&amp;\"&gt;\\\n</s>"
            "<leaf>p</leaf><leaf>q</leaf><t>true</t></item></a-b>");
}

TEST(Xo, PrettyXml) {
  EXPECT_EQ(sample({.style = XoStyle::xml, .pretty = true, .indent = 1}),
            "<a-b version=\"2\">\n"
            " <item>\n"
            "  <n>1</n>\n"
            "  <the-name>x</the-name>\n"
            " </item>\n"
            " <item>\n"
            "  <s>&lt;&amp;\"&gt;\\\n</s>\n"
            "  <leaf>p</leaf>\n"
            "  <leaf>q</leaf>\n"
            "  <t>true</t>\n"
            " </item>\n"
            "</a-b>\n");
}

TEST(Xo, JsonWithoutTop) {
  std::string out;
  Xo xo({.style = XoStyle::json, .no_top = true, .not_first = true}, out);
  xo.open_container("c");
  xo.finish();
  EXPECT_EQ(out, R"(, "c": {})");
}

TEST(Xo, AnEmptyDocument) {
  std::string out;
  Xo({.style = XoStyle::json}, out).finish();
  EXPECT_EQ(out, "{ }\n");
  out.clear();
  Xo({.style = XoStyle::json, .pretty = true}, out).finish();
  EXPECT_EQ(out, "{ }\n");
  out.clear();
  Xo({.style = XoStyle::xml}, out).finish();
  EXPECT_EQ(out, "");
}

TEST(Xo, ControlCharactersAreJson) {
  std::string out;
  Xo xo({.style = XoStyle::json, .no_top = true}, out);
  xo.string("k", "\t\b\f\r\x01\x1f\x7f");
  EXPECT_EQ(out, "\"k\":\"\\t\\b\\f\\r\\u0001\\u001f\x7f\"");
}

TEST(XoOptions, AreTakenOutOfTheLine) {
  XoScan found = scan({"-j", "--libxo", "json,pretty", "web", "--libxo=indent=4,underscores", "name"});
  EXPECT_THAT(found.rest, ElementsAre("-j", "web", "name"));
  EXPECT_EQ(found.options.style, XoStyle::json);
  EXPECT_TRUE(found.options.pretty);
  EXPECT_TRUE(found.options.underscores);
  EXPECT_EQ(found.options.indent, 4);
  EXPECT_EQ(found.options.version, 2);
  EXPECT_FALSE(found.failed);
  EXPECT_THAT(found.warnings, IsEmpty());
}

TEST(XoOptions, Letters) {
  for (std::vector<std::string> line : {std::vector<std::string>{"--libxo:XPi8uW"}, {"--libxo", ":XPi8uW"}}) {
    XoScan found = scan(line);
    EXPECT_EQ(found.options.style, XoStyle::xml);
    EXPECT_TRUE(found.options.pretty);
    EXPECT_TRUE(found.options.underscores);
    EXPECT_EQ(found.options.indent, 8);
    EXPECT_THAT(found.rest, IsEmpty());
  }
  XoScan odd = scan({"--libxo:JqP"});
  EXPECT_THAT(odd.warnings, ElementsAre("unknown option: 'qP'"));
  EXPECT_FALSE(odd.failed);
  EXPECT_TRUE(odd.options.pretty);
}

TEST(XoOptions, VersionsOfTheData) {
  EXPECT_EQ(scan({"--libxo", "json,version=3"}).options.version, 3);
  EXPECT_EQ(scan({"--libxo", "json,version=2"}).options.version, 2);
  EXPECT_TRUE(scan({"--libxo", "json,version=4"}).failed);
}

TEST(XoOptions, ComeFromTheEnvironmentFirst) {
  EXPECT_EQ(scan({}, "json").options.style, XoStyle::json);
  EXPECT_EQ(scan({"--libxo", "xml"}, "json").options.style, XoStyle::xml);
  EXPECT_EQ(scan({}, ":JP").options.style, XoStyle::json);
  XoScan odd = scan({"-v"}, "nonsense");
  EXPECT_FALSE(odd.failed);
  EXPECT_THAT(odd.warnings, ElementsAre("unknown libxo option value: 'nonsense'"));
  EXPECT_THAT(odd.rest, ElementsAre("-v"));
}

TEST(XoOptions, Faults) {
  EXPECT_THAT(scan({"--libxo"}).warnings, ElementsAre("missing libxo option"));
  EXPECT_THAT(scan({"--libxo=yaml"}).warnings, ElementsAre("unknown libxo option value: 'yaml'"));
  EXPECT_THAT(scan({"--libxoid"}).warnings, ElementsAre("unknown libxo option: '--libxoid'"));
  EXPECT_THAT(scan({"--libxo=json,xml"}).warnings, ElementsAre("ignoring multiple styles: 'xml'"));
  EXPECT_FALSE(scan({"--libxo=json,xml"}).failed);
  EXPECT_THAT(scan({"--libxo=html"}).warnings, ElementsAre("libxo option 'html' is not supported"));
  EXPECT_THAT(scan({"--libxo=@cbor"}).warnings, ElementsAre("libxo option '@cbor' is not supported"));
  EXPECT_THAT(scan({"--libxo=encoder=cbor"}).warnings,
              ElementsAre("libxo option 'encoder=cbor' is not supported"));
  for (const char* line : {"--libxo", "--libxo=yaml", "--libxoid", "--libxo=html", "--libxo=@cbor"})
    EXPECT_TRUE(scan({line}).failed) << line;
}

TEST(XoOptions, WithoutEffect) {
  XoScan found = scan({"--libxo=flush,warn,color,colors=red-blue,keys,units,no-locale,,xpath,text"});
  EXPECT_FALSE(found.failed);
  EXPECT_THAT(found.warnings, IsEmpty());
  EXPECT_EQ(found.options.style, XoStyle::text);
  EXPECT_TRUE(scan({"--libxo-check", "-?"}).check);
}

TEST(XoOptions, AnIndentIsBounded) {
  EXPECT_EQ(scan({"--libxo=indent=99999999999999999999"}).options.indent, 1000);
  EXPECT_EQ(scan({"--libxo=indent=x"}).options.indent, 0);
  EXPECT_EQ(scan({"--libxo:i77777777777777777777"}).options.indent, 1000);
}

}  // namespace
}  // namespace cellblock::view
