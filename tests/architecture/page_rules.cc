#include "tests/architecture/page_rules.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace amparo::architecture {
namespace {

struct Line {
  std::size_t number = 0;
  std::string text;
};

// The lines of `page` that are not in a fenced block, without their inline code.
std::vector<Line> Prose(absl::string_view page) {
  std::vector<Line> prose;
  bool in_block = false;
  std::size_t number = 0;
  for (absl::string_view line : Lines(page)) {
    ++number;
    if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(line), "```")) {
      in_block = !in_block;
      continue;
    }
    if (in_block) continue;
    std::string text;
    bool in_code = false;
    for (char c : line) {
      if (c == '`') in_code = !in_code;
      if (!in_code && c != '`') text += c;
    }
    prose.push_back({.number = number, .text = text});
  }
  return prose;
}

// The targets of [text](target) in `line`.
std::vector<std::string> LinkTargets(absl::string_view line) {
  std::vector<std::string> targets;
  for (std::size_t at = line.find("]("); at != absl::string_view::npos;
       at = line.find("](", at + 2)) {
    const std::size_t end = line.find(')', at);
    if (end == absl::string_view::npos) break;
    const absl::string_view target = line.substr(at + 2, end - at - 2);
    targets.emplace_back(target.substr(0, target.find(' ')));  // A title may follow.
  }
  return targets;
}

bool IsElsewhere(absl::string_view target) {
  return absl::StrContains(target, "://") || absl::StartsWith(target, "mailto:");
}

}  // namespace

std::set<std::string> Anchors(absl::string_view page) {
  std::set<std::string> anchors;
  bool in_block = false;
  for (absl::string_view line : Lines(page)) {
    if (absl::StartsWith(line, "```")) in_block = !in_block;
    if (in_block || !absl::StartsWith(line, "#")) continue;
    line = line.substr(std::min(line.find_first_not_of('#'), line.size()));
    std::string anchor;
    for (char c : absl::StripAsciiWhitespace(line)) {
      const auto byte = static_cast<unsigned char>(c);
      if (absl::ascii_isalnum(byte) || c == '-' || c == '_' || byte >= 0x80) {
        anchor += absl::ascii_tolower(byte);
      } else if (c == ' ') {
        anchor += '-';
      }
    }
    anchors.insert(anchor);
  }
  return anchors;
}

Violations CheckLinks(const SourceTree& tree,
                      const std::function<bool(const std::string& path)>& exists) {
  Violations violations;
  for (const auto& [path, text] : tree) {
    if (!absl::EndsWith(path, ".md")) continue;
    for (const Line& line : Prose(text)) {
      for (const std::string& target : LinkTargets(line.text)) {
        if (IsElsewhere(target)) continue;
        const std::size_t hash = target.find('#');
        std::string file = path;
        if (hash != 0) {
          const std::filesystem::path folder(std::string(Folder(path)));
          file = (folder / target.substr(0, hash)).lexically_normal().generic_string();
        }
        if (!exists(file)) {
          violations.push_back(
              {.path = path, .line = line.number, .what = absl::StrCat("no such file: ", target)});
          continue;
        }
        const auto page = tree.find(file);
        if (hash == std::string::npos || page == tree.end() || !absl::EndsWith(file, ".md"))
          continue;
        if (!Anchors(page->second).contains(target.substr(hash + 1))) {
          violations.push_back({.path = path,
                                .line = line.number,
                                .what = absl::StrCat("no such heading: ", target)});
        }
      }
    }
  }
  return violations;
}

}  // namespace amparo::architecture
