// The project's own text files, as values, so that every rule is a pure function of them and can be
// tried on a few bad lines that never were a file.
//
// Thread safety: plain values and functions without state.

#ifndef AMPARO_TESTS_ARCHITECTURE_SOURCE_TREE_H_
#define AMPARO_TESTS_ARCHITECTURE_SOURCE_TREE_H_

#include <cstddef>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace amparo::architecture {

// Path from the root of the project, with forward slashes, to the file's text.
using SourceTree = std::map<std::string, std::string>;

// One place where a rule is broken. `line` counts from 1; 0 means the file as a whole.
struct Violation {
  std::string path;
  std::size_t line = 0;
  std::string what;

  bool operator==(const Violation&) const = default;
};

// Prints "path:line: what", which editors and terminals turn into a link.
void PrintTo(const Violation& violation, std::ostream* out);

using Violations = std::vector<Violation>;

// Reads every source, script, build file and page below `root`. Folders of builds, of npm and those
// whose name starts with a dot (but .ci) are left out, and so is the licence, which is not ours.
SourceTree ReadSourceTree(const std::string& root);

// The lines of `text` without their line ends. A final line end opens no further line.
std::vector<absl::string_view> Lines(absl::string_view text);

// The part of `path` before its last slash, or "" at the root.
absl::string_view Folder(absl::string_view path);

// The part of `path` after its last slash.
absl::string_view FileName(absl::string_view path);

bool IsHeader(absl::string_view path);

// True for .h and .cc.
bool IsCpp(absl::string_view path);

}  // namespace amparo::architecture

#endif  // AMPARO_TESTS_ARCHITECTURE_SOURCE_TREE_H_
