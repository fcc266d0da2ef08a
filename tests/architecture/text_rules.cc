#include "tests/architecture/text_rules.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace amparo::architecture {
namespace {

bool IsProto(absl::string_view path) { return absl::EndsWith(path, ".proto"); }
bool IsBuildFile(absl::string_view path) {
  return FileName(path) == "CMakeLists.txt" || absl::EndsWith(path, ".cmake");
}
bool IsScript(absl::string_view path) {
  return path == "dev" || path == ".ci/run" || absl::EndsWith(path, ".sh") ||
         absl::EndsWith(path, ".mjs") || absl::EndsWith(path, ".js") ||
         absl::EndsWith(path, ".exp");
}

// Of UTF-8: every byte that does not continue a character.
std::size_t Characters(absl::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

using LineRule = std::function<std::string(absl::string_view line)>;

// `rule` returns what is wrong with a line, or "".
Violations CheckLines(const SourceTree& tree, bool (*applies)(absl::string_view path),
                      const LineRule& rule) {
  Violations violations;
  for (const auto& [path, text] : tree) {
    if (!applies(path)) continue;
    std::size_t number = 0;
    for (absl::string_view line : Lines(text)) {
      ++number;
      const std::string what = rule(line);
      if (!what.empty()) violations.push_back({.path = path, .line = number, .what = what});
    }
  }
  return violations;
}

std::string IncludeGuard(absl::string_view path) {
  std::string guard = "AMPARO_";
  for (char c : path) {
    guard += absl::ascii_isalnum(static_cast<unsigned char>(c))
                 ? absl::ascii_toupper(static_cast<unsigned char>(c))
                 : '_';
  }
  return guard + "_";
}

// True if a line in column 0 begins a type or a namespace: what is inside is no function of its
// own.
bool BeginsScope(absl::string_view line) {
  for (absl::string_view word : {"namespace", "class ", "struct ", "enum ", "union ", "extern "}) {
    if (absl::StartsWith(line, word)) return true;
  }
  return false;
}

bool IsWordOf(absl::string_view text, std::size_t at, std::size_t length) {
  const auto is_word = [&](std::size_t i) {
    return i < text.size() &&
           (absl::ascii_isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_');
  };
  return !(at > 0 && is_word(at - 1)) && !is_word(at + length);
}

bool HasWord(absl::string_view text, absl::string_view word) {
  for (std::size_t at = text.find(word); at != absl::string_view::npos;
       at = text.find(word, at + 1)) {
    if (IsWordOf(text, at, word.size())) return true;
  }
  return false;
}

}  // namespace

Violations CheckSizes(const SourceTree& tree) {
  const auto applies = [](absl::string_view path) { return IsCpp(path) || IsProto(path); };
  Violations violations = CheckLines(tree, applies, [](absl::string_view line) -> std::string {
    const std::size_t characters = Characters(line);
    if (characters <= kColumnsMax) return "";
    return absl::StrCat("a line of ", characters, " characters, over ", kColumnsMax);
  });
  for (const auto& [path, text] : tree) {
    if (!applies(path)) continue;
    const std::size_t lines = Lines(text).size();
    if (lines <= kFileLinesMax) continue;
    violations.push_back(
        {.path = path,
         .line = 0,
         .what = absl::StrCat("a file of ", lines, " lines, over ", kFileLinesMax)});
  }
  return violations;
}

Violations CheckFunctions(const SourceTree& tree) {
  Violations violations;
  for (const auto& [path, text] : tree) {
    if (!IsCpp(path)) continue;
    std::size_t number = 0;
    std::size_t start = 0;  // Of what may turn out to be a function; 0: nothing.
    std::size_t labels = 0;
    bool in_body = false;
    for (absl::string_view line : Lines(text)) {
      ++number;
      const bool at_margin = !line.empty() && !absl::StrContains("#/} ", line.substr(0, 1));
      if (!in_body && at_margin) start = BeginsScope(line) ? 0 : number;
      // A signature that needs several lines opens its body on an indented one.
      if (start != 0 && absl::EndsWith(line, "{") && absl::StrContains(line, ")")) in_body = true;
      if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(line), "case ")) ++labels;
      if (!absl::StartsWith(line, "}")) continue;
      const std::size_t lines = number - start + 1 - labels;
      if (in_body && lines > kFunctionLinesMax) {
        violations.push_back(
            {.path = path,
             .line = start,
             .what = absl::StrCat("a function of ", lines, " lines, over ", kFunctionLinesMax)});
      }
      in_body = false;
      start = 0;
      labels = 0;
    }
  }
  return violations;
}

Violations CheckWords(const SourceTree& tree) {
  // Put together from halves, so that this file does not refuse itself.
  static const auto* const kWords = new std::array<std::string, 3>{
      absl::StrCat("TO", "DO"), absl::StrCat("FIX", "ME"), absl::StrCat("X", "XX")};
  static const auto* const kPieces =
      new std::array<std::string, 2>{absl::StrCat("DISABLED", "_"), absl::StrCat("#if", " 0")};
  const auto applies = [](absl::string_view path) {
    return IsCpp(path) || IsProto(path) || IsBuildFile(path) || IsScript(path);
  };
  return CheckLines(tree, applies, [](absl::string_view line) -> std::string {
    for (const std::string& word : *kWords) {
      if (HasWord(line, word)) return absl::StrCat("unfinished: ", word);
    }
    for (const std::string& piece : *kPieces) {
      if (absl::StrContains(line, piece)) return absl::StrCat("switched off: ", piece);
    }
    const absl::string_view code = absl::StripLeadingAsciiWhitespace(line);
    for (absl::string_view call :
         {"add_test(", "amparo_test(", "amparo_fuzz(", "add_subdirectory("}) {
      if (absl::StartsWith(code, absl::StrCat("# ", call)) && absl::EndsWith(code, ")")) {
        return "a test that is commented out";
      }
    }
    return "";
  });
}

Violations CheckStandardOutput(const SourceTree& tree) {
  const auto applies = [](absl::string_view path) {
    if (!IsCpp(path)) return false;
    for (absl::string_view free :
         {"client/cli/", "server/main", "witness/main", "tests/", "bench/", "demo/", "examples/"}) {
      if (absl::StartsWith(path, free)) return false;
    }
    return true;
  };
  return CheckLines(tree, applies, [](absl::string_view line) -> std::string {
    return absl::StrContains(line, "std::cout") ? "std::cout outside client/cli and the mains" : "";
  });
}

Violations CheckFileNames(const SourceTree& tree) {
  static const auto* const kDrawers = new std::set<std::string>{
      "util", "utils", "utility", "utilities", "helper", "helpers", "common", "misc"};
  Violations violations;
  for (const auto& [path, text] : tree) {
    for (const std::string& word :
         std::vector<std::string>(absl::StrSplit(path, absl::ByAnyChar("/_.-")))) {
      if (!kDrawers->contains(word)) continue;
      violations.push_back(
          {.path = path, .line = 0, .what = absl::StrCat("named after a drawer: ", word)});
    }
  }
  return violations;
}

Violations CheckHeaders(const SourceTree& tree) {
  Violations violations;
  for (const auto& [path, text] : tree) {
    if (!IsHeader(path)) continue;
    const std::string first(Lines(text).front());
    if (!absl::StartsWith(first, "// ") || absl::StrContains(first, "SPDX")) {
      violations.push_back(
          {.path = path, .line = 1, .what = "the first line does not say what this header is"});
    }
    const std::string guard = IncludeGuard(path);
    if (!absl::StrContains(text, absl::StrCat("#ifndef ", guard, "\n#define ", guard, "\n")) ||
        !absl::EndsWith(text, absl::StrCat("#endif  // ", guard, "\n"))) {
      violations.push_back(
          {.path = path, .line = 0, .what = absl::StrCat("the include guard is not ", guard)});
    }
  }
  return violations;
}

Violations CheckSourcesAreBuilt(const SourceTree& tree) {
  std::set<std::string> listed;
  for (const auto& [path, text] : tree) {
    if (!IsBuildFile(path)) continue;
    // What a .cmake file names is seen from the root, where it is included.
    const bool is_included = FileName(path) != "CMakeLists.txt";
    const std::filesystem::path folder(is_included ? "" : std::string(Folder(path)));
    for (absl::string_view word : absl::StrSplit(text, absl::ByAnyChar(" \t\n();\""))) {
      if (!absl::EndsWith(word, ".cc")) continue;
      listed.insert((folder / std::string(word)).lexically_normal().generic_string());
    }
  }
  Violations violations;
  for (const auto& [path, text] : tree) {
    if (!absl::EndsWith(path, ".cc") || listed.contains(path)) continue;
    violations.push_back({.path = path, .line = 0, .what = "no build file names this source"});
  }
  return violations;
}

Violations CheckMachinePaths(const SourceTree& tree) {
  static const auto* const kPaths = new std::array<std::string, 4>{
      absl::StrCat("/wo", "rk/"), absl::StrCat("/fa", "rm/"), absl::StrCat("/tmp/", "team"),
      absl::StrCat("/home/", "runner")};
  const auto applies = [](absl::string_view) { return true; };
  return CheckLines(tree, applies, [](absl::string_view line) -> std::string {
    for (const std::string& path : *kPaths) {
      const std::size_t at = line.find(path);
      if (at == absl::string_view::npos) continue;
      const char before = at == 0 ? ' ' : line[at - 1];
      if (before == '.' || absl::ascii_isalnum(static_cast<unsigned char>(before))) continue;
      return absl::StrCat("a path of somebody's machine: ", path);
    }
    return "";
  });
}

}  // namespace amparo::architecture
