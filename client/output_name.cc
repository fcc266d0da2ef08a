#include "client/output_name.h"

#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace amparo::client {
namespace {

constexpr std::size_t kStemMax = 64;
constexpr std::size_t kExtensionMax = 8;

constexpr std::array<std::pair<absl::string_view, absl::string_view>, 9> kExtensions = {{
    {"image/jpeg", "jpeg"},
    {"image/png", "png"},
    {"application/pdf", "pdf"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
    {"application/zip", "zip"},
    {"audio/wav", "wav"},
    {"audio/ogg", "ogg"},
    {"text/plain", "txt"},
    {"application/octet-stream", ""},
}};

std::string SafeForm(absl::string_view text, std::size_t max) {
  std::string safe;
  for (const char c : text) {
    if (safe.size() == max) break;
    const bool kept = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.';
    if (kept && !(c == '.' && (safe.empty() || safe.back() == '.'))) {
      safe.push_back(c);
    } else if (!safe.empty() && safe.back() != '_') {
      safe.push_back('_');
    }
  }
  while (!safe.empty() && (safe.back() == '.' || safe.back() == '_')) safe.pop_back();
  return safe;
}

}  // namespace

std::string OutputName(absl::string_view prefix, std::size_t number, absl::string_view name,
                       absl::string_view media_type) {
  name.remove_prefix(name.find_last_of("/\\") + 1);  // npos + 1 is 0.
  const std::size_t dot = name.rfind('.');
  const bool dotted = dot != absl::string_view::npos && dot > 0;
  std::string extension = dotted ? SafeForm(name.substr(dot + 1), kExtensionMax) : "";
  for (const auto& [type, ours] : kExtensions) {
    if (type == media_type) extension = std::string(ours);
  }
  if (extension.empty()) extension = "bin";
  const std::string stem = SafeForm(dotted ? name.substr(0, dot) : name, kStemMax);
  return absl::StrCat(prefix, absl::StrFormat("%02d", number), stem.empty() ? "" : "-", stem, ".",
                      extension);
}

}  // namespace amparo::client
