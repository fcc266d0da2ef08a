// How every file of the tree looks: sizes, words, names, guards, links, and that the build knows
// it. docs/STYLE.md tells the reasons.
//
// Thread safety: functions without state.

#ifndef AMPARO_TESTS_ARCHITECTURE_TEXT_RULES_H_
#define AMPARO_TESTS_ARCHITECTURE_TEXT_RULES_H_

#include <cstddef>

#include "tests/architecture/source_tree.h"

namespace amparo::architecture {

inline constexpr std::size_t kColumnsMax = 100;  // Characters, not bytes.
inline constexpr std::size_t kFileLinesMax = 450;
inline constexpr std::size_t kFunctionLinesMax = 70;

// Sources and protos have at most kFileLinesMax lines of at most kColumnsMax characters.
Violations CheckSizes(const SourceTree& tree);

// Functions outside of classes have at most kFunctionLinesMax lines, signature and braces included
// and the labels of a switch not: a switch over every value is a table.
// Relies on clang-format: a function starts in column 0 and ends with a brace there.
Violations CheckFunctions(const SourceTree& tree);

// Nothing unfinished, switched off or commented out stands in a source, build file or script.
Violations CheckWords(const SourceTree& tree);

// Only the programs' terminal code writes to standard output.
Violations CheckStandardOutput(const SourceTree& tree);

// Files are named after what they are, never after a drawer.
Violations CheckFileNames(const SourceTree& tree);

// Every header opens with a comment, which is not a licence tag, and has the guard of its path.
Violations CheckHeaders(const SourceTree& tree);

// Every .cc is named in a CMakeLists.txt, by its path from there, or in a .cmake file.
Violations CheckSourcesAreBuilt(const SourceTree& tree);

// No path or address of the machine that somebody happened to write on.
Violations CheckMachinePaths(const SourceTree& tree);

}  // namespace amparo::architecture

#endif  // AMPARO_TESTS_ARCHITECTURE_TEXT_RULES_H_
