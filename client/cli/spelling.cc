#include "client/cli/spelling.h"

#include "absl/strings/str_cat.h"

namespace amparo::cli {

std::string SpellSize(std::uint64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, " bytes");
  if (bytes < 1024 * 1024) return absl::StrCat((bytes + 512) / 1024, " KiB");
  return absl::StrCat((bytes + 512 * 1024) / (1024 * 1024), " MiB");
}

std::string SpellAct(Kind kind, const std::string& about) {
  std::string name(KindName(kind));
  for (char& c : name) c = c == '_' ? '-' : c;
  return absl::StrCat(name, " ", about);
}

}  // namespace amparo::cli
