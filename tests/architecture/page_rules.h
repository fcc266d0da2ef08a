// What the pages (*.md) promise: that every link leads somewhere.
//
// Thread safety: functions without state.

#ifndef AMPARO_TESTS_ARCHITECTURE_PAGE_RULES_H_
#define AMPARO_TESTS_ARCHITECTURE_PAGE_RULES_H_

#include <functional>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "tests/architecture/source_tree.h"

namespace amparo::architecture {

// The names by which "#name" can refer to a heading of `page`, as GitHub makes them.
std::set<std::string> Anchors(absl::string_view page);

// Every relative link of a page names a file or folder of the project (`exists` decides, given a
// path from the root), and its "#name" a heading of the page it leads to. Code is not looked at.
Violations CheckLinks(const SourceTree& tree,
                      const std::function<bool(const std::string& path)>& exists);

}  // namespace amparo::architecture

#endif  // AMPARO_TESTS_ARCHITECTURE_PAGE_RULES_H_
