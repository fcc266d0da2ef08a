#include "client/word_count.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>

#include "absl/strings/match.h"
#include "crypto/bytes.h"

namespace amparo::client {
namespace {

constexpr std::uint64_t kDocxBytesMax = 64u << 20;       // A DOCX is read whole up to here.
constexpr std::uint64_t kUnpackedBytesMax = 256u << 20;  // More than this is no letter.

bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

// Counts runs of anything but blanks.
class TextWords {
 public:
  void Take(char c) {
    if (!IsBlank(c) && !in_word_) ++words_;
    in_word_ = !IsBlank(c);
  }
  std::uint64_t words() const { return words_; }

 private:
  bool in_word_ = false;
  std::uint64_t words_ = 0;
};

// Counts the words of WordprocessingML: text stands in <w:t>; a paragraph, a tab and a line
// break end a word, other tags do not.
class XmlWords {
 public:
  void Take(char c) {
    if (c == '<') {
      in_tag_ = true;
      tag_.clear();
    } else if (c == '>' && in_tag_) {
      in_tag_ = false;
      EndTag();
    } else if (in_tag_) {
      if (tag_.size() < 16) tag_.push_back(c);
    } else if (in_text_) {
      words_.Take(c);
    }
  }
  std::uint64_t words() const { return words_.words(); }

 private:
  bool Is(absl::string_view name) const {
    if (!absl::StartsWith(tag_, name)) return false;
    return tag_.size() == name.size() || tag_[name.size()] == ' ' || tag_[name.size()] == '/';
  }
  void EndTag() {
    if (Is("w:t")) in_text_ = !absl::EndsWith(tag_, "/");
    if (Is("/w:t")) in_text_ = false;
    if (Is("/w:p") || Is("w:tab") || Is("w:br")) words_.Take(' ');
  }

  TextWords words_;
  std::string tag_;
  bool in_tag_ = false;
  bool in_text_ = false;
};

std::uint64_t CountText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 64 * 1024> buffer;
  TextWords words;
  do {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    std::for_each(buffer.begin(), buffer.begin() + file.gcount(), [&](char c) { words.Take(c); });
  } while (file);
  return words.words();
}

std::uint32_t Little(ByteView bytes, std::size_t at, std::size_t width) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    value |= static_cast<std::uint32_t>(bytes[at + i]) << (8 * i);
  }
  return value;
}

struct ZipEntry {
  bool deflated = false;
  ByteView data;
};

// The entry's bytes within `zip`, found through the central directory.
std::optional<ZipEntry> FindZipEntry(ByteView zip, absl::string_view wanted) {
  constexpr std::size_t kEndSize = 22, kCentralSize = 46, kLocalSize = 30;
  if (zip.size() < kEndSize) return std::nullopt;
  std::size_t end = zip.size() - kEndSize;
  const std::size_t lowest = end > 0xffff ? end - 0xffff : 0;
  while (Little(zip, end, 4) != 0x06054b50) {
    if (end == lowest) return std::nullopt;
    --end;
  }
  std::size_t at = Little(zip, end + 16, 4);
  const std::size_t entries = Little(zip, end + 10, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    if (at > zip.size() || zip.size() - at < kCentralSize) return std::nullopt;
    if (Little(zip, at, 4) != 0x02014b50) return std::nullopt;
    const std::size_t name = Little(zip, at + 28, 2);
    const std::size_t rest = name + Little(zip, at + 30, 2) + Little(zip, at + 32, 2);
    if (zip.size() - at - kCentralSize < rest) return std::nullopt;
    if (AsText(zip.subspan(at + kCentralSize, name)) == wanted) {
      const std::size_t packed = Little(zip, at + 20, 4);
      const std::size_t local = Little(zip, at + 42, 4);
      if (local > zip.size() || zip.size() - local < kLocalSize) return std::nullopt;
      const std::size_t data =
          local + kLocalSize + Little(zip, local + 26, 2) + Little(zip, local + 28, 2);
      if (data > zip.size() || zip.size() - data < packed) return std::nullopt;
      return ZipEntry{.deflated = Little(zip, at + 10, 2) == 8, .data = zip.subspan(data, packed)};
    }
    at += kCentralSize + rest;
  }
  return std::nullopt;
}

std::uint64_t CountEntry(const ZipEntry& entry) {
  XmlWords words;
  if (!entry.deflated) {
    for (const char c : AsText(entry.data)) words.Take(c);
    return words.words();
  }
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return 0;
  stream.next_in = const_cast<Bytef*>(entry.data.data());  // zlib does not write to it.
  stream.avail_in = static_cast<uInt>(entry.data.size());
  std::array<std::uint8_t, 64 * 1024> buffer;
  int result = Z_OK;
  while (result == Z_OK && stream.total_out < kUnpackedBytesMax) {
    stream.next_out = buffer.data();
    stream.avail_out = static_cast<uInt>(buffer.size());
    result = inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = buffer.size() - stream.avail_out;
    for (const char c : AsText(ByteView(buffer).first(made))) words.Take(c);
  }
  inflateEnd(&stream);
  return result == Z_STREAM_END ? words.words() : 0;
}

std::uint64_t CountDocx(const FileToSend& file) {
  if (file.size > kDocxBytesMax) return 0;
  std::ifstream stream(file.path, std::ios::binary);
  Bytes zip(static_cast<std::size_t>(file.size));
  stream.read(reinterpret_cast<char*>(zip.data()), static_cast<std::streamsize>(zip.size()));
  zip.resize(static_cast<std::size_t>(stream.gcount()));
  const std::optional<ZipEntry> entry = FindZipEntry(zip, "word/document.xml");
  return entry.has_value() ? CountEntry(*entry) : 0;
}

}  // namespace

std::uint64_t CountWords(const FileToSend& file) {
  if (file.media_type == "text/plain") return CountText(file.path);
  if (absl::StrContains(file.media_type, "wordprocessingml")) return CountDocx(file);
  return 0;
}

}  // namespace amparo::client
