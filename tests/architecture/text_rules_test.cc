// The rules of text_rules.h hold in the tree, and each of them still bites: next to every rule
// stand the few bad lines that it must refuse.

#include "tests/architecture/text_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace amparo::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const SourceTree& Tree() {
  static const auto* const kTree = new SourceTree(ReadSourceTree(AMPARO_SOURCE_DIR));
  return *kTree;
}

std::string Repeated(const std::string& piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(Sizes, HoldInTheTree) { EXPECT_THAT(CheckSizes(Tree()), IsEmpty()); }

TEST(Sizes, RefuseOneCharacterAndOneLineTooMany) {
  EXPECT_THAT(CheckSizes({{"a.cc", std::string(100, 'x')}}), IsEmpty());
  EXPECT_THAT(CheckSizes({{"a.cc", std::string(101, 'x')}}), SizeIs(1));
  EXPECT_THAT(CheckSizes({{"a.proto", std::string(101, 'x')}}), SizeIs(1));
  EXPECT_THAT(CheckSizes({{"a.h", Repeated("x\n", 450)}}), IsEmpty());
  EXPECT_THAT(CheckSizes({{"a.h", Repeated("x\n", 451)}}), SizeIs(1));
}

TEST(Sizes, CountCharactersNotBytes) {
  EXPECT_THAT(CheckSizes({{"a.cc", Repeated("ñ", 100)}}), IsEmpty());
  EXPECT_THAT(CheckSizes({{"a.cc", Repeated("ñ", 101)}}), SizeIs(1));
}

TEST(Functions, HoldInTheTree) { EXPECT_THAT(CheckFunctions(Tree()), IsEmpty()); }

TEST(Functions, RefuseOneLineTooMany) {
  const auto function = [](const std::string& head, std::size_t lines) {
    return "namespace a {\n\n// Says.\n" + head + Repeated("  x();\n", lines) +
           "}\n\n}  // namespace a\n";
  };
  EXPECT_THAT(CheckFunctions({{"a.cc", function("void F() {\n", 68)}}), IsEmpty());
  EXPECT_THAT(
      CheckFunctions({{"a.cc", function("void F() {\n", 69)}}),
      ElementsAre(Violation{.path = "a.cc", .line = 4, .what = "a function of 71 lines, over 70"}));
  EXPECT_THAT(CheckFunctions({{"a.cc", function("void F(int a,\n       int b) {\n", 67)}}),
              IsEmpty());
  EXPECT_THAT(CheckFunctions({{"a.cc", function("void F(int a,\n       int b) {\n", 68)}}),
              SizeIs(1));
}

TEST(Functions, CountNoLabelsOfASwitch) {
  const auto function = [](std::size_t cases) {
    return "int F(int a) {\n  switch (a) {\n" + Repeated("    case 1:\n      return 1;\n", cases) +
           "  }\n}\n";
  };
  EXPECT_THAT(CheckFunctions({{"a.cc", function(66)}}), IsEmpty());
  EXPECT_THAT(CheckFunctions({{"a.cc", function(67)}}), SizeIs(1));
}

TEST(Functions, LeaveTypesAndTablesAlone) {
  EXPECT_THAT(
      CheckFunctions({{"a.cc", "class A {\n" + Repeated("  int x() {\n  }\n", 50) + "};\n"},
                      {"b.cc", "const int kTable[] = {\n" + Repeated("  1,\n", 90) + "};\n"}}),
      IsEmpty());
}

TEST(Words, HoldInTheTree) { EXPECT_THAT(CheckWords(Tree()), IsEmpty()); }

TEST(Words, RefuseWhatIsUnfinishedOrSwitchedOff) {
  const std::string samples[] = {std::string("// TO") + "DO: later",
                                 std::string("/* FIX") + "ME */",
                                 std::string("int a;  // X") + "XX", std::string("#if") + " 0",
                                 std::string("TEST(A, DISABLED") + "_B) {}"};
  for (const std::string& sample : samples) {
    for (const char* path :
         {"a.cc", "a.h", "a.proto", "CMakeLists.txt", "a.cmake", "dev", "a.sh"}) {
      EXPECT_THAT(CheckWords({{path, sample}}), SizeIs(1)) << path << " " << sample;
    }
  }
}

TEST(Words, RefuseATestThatIsCommentedOut) {
  EXPECT_THAT(CheckWords({{"CMakeLists.txt", "  # add_subdirectory(storage)\n"}}), SizeIs(1));
}

TEST(Words, AreWholeWords) {
  EXPECT_THAT(CheckWords({{"a.cc", std::string("int kTO") + "DOS;\n"}}), IsEmpty());
}

TEST(StandardOutput, HoldsInTheTree) { EXPECT_THAT(CheckStandardOutput(Tree()), IsEmpty()); }

TEST(StandardOutput, IsRefusedInALibraryAndFreeInAProgram) {
  const std::string line = "std::cout << 1;\n";
  EXPECT_THAT(CheckStandardOutput({{"server/engine.cc", line}, {"client/client.cc", line}}),
              SizeIs(2));
  EXPECT_THAT(CheckStandardOutput({{"server/main.cc", line}, {"client/cli/list.cc", line}}),
              IsEmpty());
}

TEST(FileNames, HoldInTheTree) { EXPECT_THAT(CheckFileNames(Tree()), IsEmpty()); }

TEST(FileNames, RefuseDrawers) {
  for (const char* path : {"util/a.cc", "server/grpc_util.h", "tests/test-helpers.sh", "common.h",
                           "client/misc.cc", "crypto/helper.h"}) {
    EXPECT_THAT(CheckFileNames({{path, ""}}), SizeIs(1)) << path;
  }
  EXPECT_THAT(CheckFileNames({{"server/commoner.h", ""}}), IsEmpty());
}

TEST(Headers, HoldInTheTree) { EXPECT_THAT(CheckHeaders(Tree()), IsEmpty()); }

TEST(Headers, RefuseAMissingCommentAndAForeignGuard) {
  const std::string guarded =
      "#ifndef AMPARO_CLIENT_CLI_A_H_\n#define AMPARO_CLIENT_CLI_A_H_\n#endif  // "
      "AMPARO_CLIENT_CLI_A_H_\n";
  const auto check = [](const std::string& text) {
    return CheckHeaders({{"client/cli/a.h", text}});
  };
  EXPECT_THAT(check("// A verb.\n" + guarded), IsEmpty());
  EXPECT_THAT(check(guarded), SizeIs(1));
  EXPECT_THAT(check("// SPDX-License-Identifier: x\n" + guarded), SizeIs(1));
  EXPECT_THAT(check("// A verb.\n#pragma once\n"), SizeIs(1));
  EXPECT_THAT(check("// A verb.\n#ifndef A_H_\n#define A_H_\n#endif  // A_H_\n"), SizeIs(1));
}

TEST(SourcesAreBuilt, HoldsInTheTree) { EXPECT_THAT(CheckSourcesAreBuilt(Tree()), IsEmpty()); }

TEST(SourcesAreBuilt, RefusesASourceThatNobodyNames) {
  const SourceTree listed = {{"CMakeLists.txt", "add_library(a crypto/c.cc)\n"},
                             {"crypto/CMakeLists.txt", "amparo_library(a SRCS a.cc\n  sub/b.cc)\n"},
                             {"tests/CMakeLists.txt", "amparo_test(a SRCS ../crypto/d.cc)\n"},
                             {"crypto/d.cc", ""},
                             {"crypto/a.cc", ""},
                             {"crypto/c.cc", ""},
                             {"crypto/sub/b.cc", ""}};
  EXPECT_THAT(CheckSourcesAreBuilt(listed), IsEmpty());
  SourceTree forgotten = listed;
  forgotten["crypto/not_a.cc"] = "";
  EXPECT_THAT(CheckSourcesAreBuilt(forgotten), SizeIs(1));
}

TEST(MachinePaths, DoNotStandInTheTree) { EXPECT_THAT(CheckMachinePaths(Tree()), IsEmpty()); }

TEST(MachinePaths, AreRefusedInEveryKindOfFile) {
  const std::string path = std::string("cd /wo") + "rk/main\n";
  for (const char* file : {"a.cc", "docs/a.md", "dev", "CMakePresets.json"}) {
    EXPECT_THAT(CheckMachinePaths({{file, path}}), SizeIs(1)) << file;
  }
  EXPECT_THAT(CheckMachinePaths({{"a.md", std::string("see net/wo") + "rk/x and ./wo" + "rk/x\n"}}),
              IsEmpty());
}

}  // namespace
}  // namespace amparo::architecture
