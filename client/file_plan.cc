// PlanFiles: which files, in which order, of which type. Types come from content, never from
// names.

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "client/natural_order.h"
#include "client/platform.h"
#include "client/platform_output.h"
#include "crypto/manifest.h"
#include "statement/text_encoding.h"

namespace amparo::client {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFileBytesMax = std::uint64_t{2} << 30;
constexpr std::size_t kSniffedBytes = 4096;

absl::Status Unusable(const std::string& path, absl::string_view why, absl::string_view remedy) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", why, "; ", remedy));
}

// Whether `text` is UTF-8, but for a last character that the sniffed length cut.
bool LooksLikeText(absl::string_view text, bool cut) {
  if (absl::StrContains(text, absl::string_view("\0", 1))) return false;
  for (std::size_t drop = 0; drop <= (cut ? 3u : 0u) && drop <= text.size(); ++drop) {
    if (IsUtf8(text.substr(0, text.size() - drop))) return true;
  }
  return false;
}

std::string MediaTypeOf(absl::string_view head, bool cut) {
  if (absl::StartsWith(head, "\xff\xd8\xff")) return "image/jpeg";
  if (absl::StartsWith(head, "\x89PNG\r\n\x1a\n")) return "image/png";
  if (absl::StartsWith(head, "%PDF-")) return "application/pdf";
  if (absl::StartsWith(head, "RIFF") &&
      head.substr(std::min<std::size_t>(8, head.size()), 4) == "WAVE") {
    return "audio/wav";
  }
  if (absl::StartsWith(head, "OggS")) return "audio/ogg";
  if (absl::StartsWith(head, "PK\x03\x04")) {
    const bool word =
        absl::StrContains(head, "word/") || absl::StrContains(head, "[Content_Types]");
    return word ? "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
                : "application/zip";
  }
  if (LooksLikeText(head, cut)) return "text/plain";
  return "application/octet-stream";
}

// A name that a manifest can carry: UTF-8 of at most 255 bytes. It is shown, never used.
std::string CarriedName(std::string name) {
  if (!IsUtf8(name)) {
    for (char& c : name) {
      if (!absl::ascii_isascii(static_cast<unsigned char>(c))) c = '_';
    }
  }
  if (name.empty()) name = "unnamed";
  while (name.size() > kFileNameBytesMax || !IsUtf8(name)) name.pop_back();
  return name;
}

absl::StatusOr<FileToSend> PlanFile(const std::string& path) {
  std::error_code error;
  const fs::file_status link = fs::symlink_status(path, error);
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    if (fs::is_symlink(link)) {
      return Unusable(path, "is a link to nothing", "name the file itself");
    }
    if (status.type() == fs::file_type::none) return Unusable(path, error.message(), "check it");
    return Unusable(path, "there is no such file", "check the name and the folder");
  }
  if (fs::is_directory(status)) {
    return Unusable(path, "is a directory", "name the files in it, such as " + path + "/*");
  }
  if (!fs::is_regular_file(status)) {
    return Unusable(path, "is no ordinary file", "copy its content into a file first");
  }
  const auto input = platform::OpenForReading(path);
  if (!input.ok()) return Unusable(path, "cannot be read", "check who may read it");
  // Before anything is read: whatever is written from now on shows.
  const absl::StatusOr<std::uint64_t> modified_ns = (*input)->ModifiedNs();
  if (!modified_ns.ok()) return Unusable(path, modified_ns.status().message(), "check it");
  const std::uint64_t size = (*input)->size();
  if (size == 0) return Unusable(path, "is empty (0 bytes)", "take the photo or save it again");
  if (size > kFileBytesMax) {
    return Unusable(path, absl::StrCat("is ", size, " bytes, over the limit of ", kFileBytesMax),
                    "split it into smaller files");
  }
  Bytes head(kSniffedBytes);
  const absl::StatusOr<std::size_t> got = (*input)->ReadAt(0, head);
  if (!got.ok() || *got == 0) return Unusable(path, "cannot be read", "check who may read it");
  const absl::string_view sniffed = AsText(ByteView(head).first(*got));
  return FileToSend{.path = path,
                    .name = CarriedName(fs::path(path).filename().string()),
                    .size = size,
                    .media_type = MediaTypeOf(sniffed, size > sniffed.size()),
                    .modified_ns = *modified_ns};
}

// A second name of the same file would make it be sent twice.
void RefuseTwins(std::vector<NamedFile>& files) {
  std::set<std::string> seen;
  for (NamedFile& one : files) {
    std::error_code error;
    if (one.file.ok() && !seen.insert(fs::canonical(one.path, error).string()).second) {
      one.file = Unusable(one.path, "is named twice", "name each file once");
    }
  }
}

// `order` counts from 1 over the files in natural order.
absl::Status Reorder(std::vector<NamedFile>& files, const std::vector<std::size_t>& order) {
  const std::set<std::size_t> distinct(order.begin(), order.end());
  if (order.size() != files.size() || distinct.size() != files.size() || *distinct.begin() != 1 ||
      *distinct.rbegin() != files.size()) {
    return absl::InvalidArgumentError(absl::StrCat("the order must name each of the ", files.size(),
                                                   " files once, by the numbers 1 to ",
                                                   files.size()));
  }
  std::vector<NamedFile> ordered;
  for (const std::size_t number : order) ordered.push_back(files[number - 1]);
  files = std::move(ordered);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<NamedFile>> PlanEach(const std::vector<std::string>& paths,
                                                const std::vector<std::size_t>& order) {
  if (paths.empty()) return absl::InvalidArgumentError("no file was named; name at least one");
  std::vector<NamedFile> files;
  for (const std::string& path : paths) files.push_back({.path = path, .file = PlanFile(path)});
  RefuseTwins(files);
  std::stable_sort(files.begin(), files.end(), [](const NamedFile& a, const NamedFile& b) {
    return NaturallyBefore(a.path, b.path);
  });
  if (!order.empty()) {
    if (absl::Status s = Reorder(files, order); !s.ok()) return s;
  }
  return files;
}

absl::StatusOr<std::vector<FileToSend>> PlanFiles(const std::vector<std::string>& paths,
                                                  const std::vector<std::size_t>& order) {
  if (paths.size() > kPartsMax) {
    return absl::InvalidArgumentError(absl::StrCat(paths.size(), " files, from ", paths.front(),
                                                   " on, over the limit of ", kPartsMax,
                                                   "; make several documents of them"));
  }
  absl::StatusOr<std::vector<NamedFile>> named = PlanEach(paths, order);
  if (!named.ok()) return named.status();
  std::vector<FileToSend> files;
  std::string unusable;
  for (NamedFile& one : *named) {
    if (one.file.ok()) {
      files.push_back(*std::move(one.file));
    } else {
      absl::StrAppend(&unusable, unusable.empty() ? "" : "; and ", one.file.status().message());
    }
  }
  if (!unusable.empty()) return absl::InvalidArgumentError(unusable);
  return files;
}

std::size_t StillReadable(const std::vector<FileToSend>& files) {
  return static_cast<std::size_t>(
      std::count_if(files.begin(), files.end(),
                    [](const FileToSend& file) { return platform::IsReadableFile(file.path); }));
}

}  // namespace amparo::client
