#include "client/natural_order.h"

#include "absl/strings/ascii.h"

namespace amparo::client {
namespace {

struct PathPieces {
  absl::string_view folder, stem, extension;
};

PathPieces Split(absl::string_view path) {
  const std::size_t slash = path.rfind('/');
  const absl::string_view name = slash == absl::string_view::npos ? path : path.substr(slash + 1);
  const std::size_t dot = name.rfind('.');
  const bool dotted = dot != absl::string_view::npos && dot > 0;
  return {.folder = slash == absl::string_view::npos ? "" : path.substr(0, slash),
          .stem = dotted ? name.substr(0, dot) : name,
          .extension = dotted ? name.substr(dot + 1) : ""};
}

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// Takes a run of digits from the front of `text`, without its leading zeros.
absl::string_view TakeNumber(absl::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && IsDigit(text[end])) ++end;
  std::size_t zeros = 0;
  while (zeros + 1 < end && text[zeros] == '0') ++zeros;
  const absl::string_view number = text.substr(zeros, end - zeros);
  text.remove_prefix(end);
  return number;
}

// Below, equal or above zero, as strcmp.
int Compare(absl::string_view a, absl::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (IsDigit(a[0]) && IsDigit(b[0])) {
      const absl::string_view x = TakeNumber(a), y = TakeNumber(b);
      if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
      if (const int order = x.compare(y); order != 0) return order;
      continue;
    }
    const unsigned char x = absl::ascii_tolower(static_cast<unsigned char>(a[0]));
    const unsigned char y = absl::ascii_tolower(static_cast<unsigned char>(b[0]));
    if (x != y) return x < y ? -1 : 1;
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.empty() ? (b.empty() ? 0 : -1) : 1;
}

}  // namespace

bool NaturallyBefore(absl::string_view path_a, absl::string_view path_b) {
  const PathPieces a = Split(path_a), b = Split(path_b);
  if (const int order = Compare(a.folder, b.folder); order != 0) return order < 0;
  if (const int order = Compare(a.stem, b.stem); order != 0) return order < 0;
  if (const int order = Compare(a.extension, b.extension); order != 0) return order < 0;
  return path_a < path_b;
}

}  // namespace amparo::client
