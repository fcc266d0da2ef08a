#include "tests/architecture/source_tree.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace amparo::architecture {
namespace {

bool IsForeignFolder(absl::string_view name) {
  return name == "build" || absl::StartsWith(name, "build-") || name == "node_modules" ||
         (absl::StartsWith(name, ".") && name != ".ci");
}

bool IsOurText(absl::string_view path) {
  if (absl::StartsWith(path, "tests/corpus/")) return false;
  static constexpr std::array<absl::string_view, 14> kEndings = {
      ".h",   ".cc", ".proto", ".cmake", ".in",  ".md",   ".sh",
      ".mjs", ".js", ".json",  ".txt",   ".exp", ".toml", ".conf"};
  for (absl::string_view ending : kEndings) {
    if (absl::EndsWith(path, ending)) return true;
  }
  return path == "dev" || path == ".ci/run";
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

void PrintTo(const Violation& violation, std::ostream* out) {
  *out << violation.path << ":" << violation.line << ": " << violation.what;
}

SourceTree ReadSourceTree(const std::string& root) {
  SourceTree tree;
  using Walk = std::filesystem::recursive_directory_iterator;
  for (Walk entry(root), end; entry != end; ++entry) {
    if (entry->is_directory() && IsForeignFolder(entry->path().filename().string())) {
      entry.disable_recursion_pending();
    }
    if (!entry->is_regular_file()) continue;
    const std::string path = entry->path().lexically_relative(root).generic_string();
    if (IsOurText(path)) tree[path] = ReadFile(entry->path());
  }
  return tree;
}

std::vector<absl::string_view> Lines(absl::string_view text) {
  if (absl::EndsWith(text, "\n")) text.remove_suffix(1);
  return absl::StrSplit(text, '\n');
}

absl::string_view Folder(absl::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? "" : path.substr(0, slash);
}

absl::string_view FileName(absl::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? path : path.substr(slash + 1);
}

bool IsHeader(absl::string_view path) { return absl::EndsWith(path, ".h"); }

bool IsCpp(absl::string_view path) { return IsHeader(path) || absl::EndsWith(path, ".cc"); }

}  // namespace amparo::architecture
