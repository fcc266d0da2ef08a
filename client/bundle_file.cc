#include "client/bundle_file.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/refused.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr char kBundleLabel[] = "amparo/bundle/v1\n";  // Its NUL is part of it.
constexpr char kLabelOfAnyVersion[] = "amparo/bundle/v";
constexpr std::size_t kHeaderBytes = sizeof(kBundleLabel) + 1 + OrgId::kSize;
constexpr std::size_t kSectionHeaderBytes = 1 + 8;
constexpr std::size_t kTrailerBytes = 1 + Hash::kSize;
constexpr std::size_t kBufferBytes = std::size_t{1} << 18;
constexpr char kUnfinished[] = ".unfinished";

absl::Status Damaged(absl::string_view what) {
  return Refused(absl::StatusCode::kDataLoss, "BUNDLE_DAMAGED",
                 absl::StrCat("the bundle is damaged: ", what));
}

}  // namespace

// ---- Writing ------------------------------------------------------------------------

BundleWriter::BundleWriter(std::string path, std::unique_ptr<platform::OutputFile> file)
    : path_(std::move(path)), file_(std::move(file)) {}
BundleWriter::BundleWriter(BundleWriter&&) noexcept = default;

BundleWriter::~BundleWriter() {
  if (file_ == nullptr) return;
  file_.reset();
  (void)platform::Remove(absl::StrCat(path_, kUnfinished));
}

absl::StatusOr<BundleWriter> BundleWriter::Create(const std::string& path, BundleKind kind,
                                                  const OrgId& org) {
  if (platform::Look(path).ok()) {
    return absl::AlreadyExistsError(absl::StrCat(path, " is there already"));
  }
  const std::string beside = absl::StrCat(path, kUnfinished);
  if (absl::Status s = platform::Remove(beside); !s.ok()) return s;
  auto file = platform::CreateExclusive(beside);
  if (!file.ok()) return file.status();
  BundleWriter writer(path, *std::move(file));
  Writer header;
  header.Raw(AsBytes(absl::string_view(kBundleLabel, sizeof(kBundleLabel))));
  header.U8(static_cast<std::uint8_t>(kind));
  header.Fixed(org);
  if (absl::Status s = writer.Put(header.bytes()); !s.ok()) return s;
  return writer;
}

absl::Status BundleWriter::Put(ByteView bytes) {
  hash_.Update(bytes);
  size_ += bytes.size();
  if (buffer_.size() + bytes.size() > kBufferBytes) {
    if (absl::Status s = Flush(); !s.ok()) return s;
  }
  if (bytes.size() > kBufferBytes) return file_->Write(bytes);
  AppendTo(buffer_, bytes);
  return absl::OkStatus();
}

absl::Status BundleWriter::Flush() {
  absl::Status status = file_->Write(buffer_);
  buffer_.clear();
  return status;
}

absl::Status BundleWriter::Begin(std::uint8_t type, std::uint64_t length) {
  assert(type > 0 && left_ == 0);
  if (length > kBundleSectionBytesMax || ++sections_ > kBundleSectionsMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a bundle has at most ", kBundleSectionsMax, " sections"));
  }
  left_ = length;
  Writer header;
  header.U8(type);
  header.U64(length);
  return Put(header.bytes());
}

absl::Status BundleWriter::Append(ByteView content) {
  assert(content.size() <= left_);
  left_ -= content.size();
  return Put(content);
}

absl::Status BundleWriter::Add(std::uint8_t type, ByteView content) {
  if (absl::Status s = Begin(type, content.size()); !s.ok()) return s;
  return Append(content);
}

absl::Status BundleWriter::Sync() {
  if (absl::Status s = Flush(); !s.ok()) return s;
  return file_->Sync();
}

absl::Status BundleWriter::Finish() {
  assert(left_ == 0);
  const std::uint8_t end[] = {0};
  if (absl::Status s = Put(end); !s.ok()) return s;
  const Hash sha256 = hash_.Finish();
  AppendTo(buffer_, sha256.view());
  size_ += sha256.bytes.size();
  absl::Status status = Flush();
  if (status.ok()) status = file_->Sync();
  if (status.ok()) status = platform::RenameExclusive(absl::StrCat(path_, kUnfinished), path_);
  if (status.ok()) file_.reset();
  return status;
}

// ---- Reading ------------------------------------------------------------------------

// One pass over the file: the hash of all of it, and where the sections stand.
class BundleReader::Scan {
 public:
  explicit Scan(const platform::InputFile& file) : file_(file), end_(file.size()) {}

  // The next `size` bytes, which the trailer is no part of. Valid until the next call.
  absl::StatusOr<ByteView> Take(std::size_t size) {
    if (size > end_ - std::min(end_, at_) || at_ + size + Hash::kSize > end_) {
      return Damaged("it ends too early");
    }
    buffer_.resize(size);
    auto got = file_.ReadAt(at_, buffer_);
    if (!got.ok()) return got.status();
    if (*got != size) return Damaged("it became shorter while it was read");
    at_ += size;
    hash_.Update(buffer_);
    return ByteView(buffer_);
  }

  absl::StatusOr<std::vector<BundleSection>> Sections() {
    std::vector<BundleSection> sections;
    while (true) {
      auto type = Take(1);
      if (!type.ok()) return type.status();
      if ((*type)[0] == 0) return sections;
      BundleSection section{.type = (*type)[0]};
      auto length = Take(kSectionHeaderBytes - 1);
      if (!length.ok()) return length.status();
      section.length = Reader(*length).U64("length");
      section.offset = at_;
      if (section.length > end_ - at_) return Damaged("a section ends beyond the file");
      if (sections.size() == kBundleSectionsMax) return Damaged("it has too many sections");
      for (std::uint64_t left = section.length; left > 0;) {
        const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left, kBufferBytes));
        if (auto taken = Take(piece); !taken.ok()) return taken.status();
        left -= piece;
      }
      sections.push_back(section);
    }
  }

  absl::Status CheckEnd() {
    if (at_ + Hash::kSize != end_) return Damaged("something stands after its end");
    Hash written;
    auto got = file_.ReadAt(at_, written.bytes);
    if (!got.ok()) return got.status();
    if (*got != Hash::kSize || hash_.Finish() != written) {
      return Damaged("its bytes are not those that were written");
    }
    return absl::OkStatus();
  }

 private:
  const platform::InputFile& file_;
  std::uint64_t end_;
  std::uint64_t at_ = 0;
  Bytes buffer_;
  Sha256Stream hash_;
};

absl::StatusOr<BundleReader::Header> BundleReader::ReadHeader(const platform::InputFile& file,
                                                              Scan& scan) {
  const absl::Status none =
      Refused(absl::StatusCode::kInvalidArgument, "NO_BUNDLE", "this file is no bundle");
  if (file.size() < kHeaderBytes + kTrailerBytes) return none;
  auto bytes = scan.Take(kHeaderBytes);
  if (!bytes.ok()) return bytes.status();
  Reader reader(*bytes);
  const absl::string_view label = AsText(reader.Raw(sizeof(kBundleLabel), "label"));
  if (label != absl::string_view(kBundleLabel, sizeof(kBundleLabel))) {
    if (label.substr(0, sizeof(kLabelOfAnyVersion) - 1) != kLabelOfAnyVersion) return none;
    return Refused(absl::StatusCode::kFailedPrecondition, "UPDATE_REQUIRED",
                   "the bundle is of a newer version; update amparo");
  }
  const std::uint8_t kind = reader.U8("kind");
  const auto org = reader.Fixed<OrgId>("org");
  if (kind < 1 || kind > static_cast<std::uint8_t>(BundleKind::kReceipts)) {
    return Refused(absl::StatusCode::kFailedPrecondition, "UPDATE_REQUIRED",
                   absl::StrCat("the bundle is of unknown kind ", kind, "; update amparo"));
  }
  return Header{.kind = static_cast<BundleKind>(kind), .org = org};
}

absl::StatusOr<BundleReader> BundleReader::Open(const std::string& path) {
  auto file = platform::OpenForReading(path);
  if (!file.ok()) return file.status();
  return Read(*std::move(file));
}

absl::StatusOr<BundleKind> BundleReader::KindOf(const std::string& path) {
  auto file = platform::OpenForReading(path);
  if (!file.ok()) return file.status();
  Scan scan(**file);
  auto header = ReadHeader(**file, scan);
  if (!header.ok()) return header.status();
  return header->kind;
}

absl::StatusOr<BundleReader> BundleReader::Read(std::unique_ptr<platform::InputFile> file) {
  Scan scan(*file);
  auto header = ReadHeader(*file, scan);
  if (!header.ok()) return header.status();
  BundleReader bundle;
  bundle.kind_ = header->kind;
  bundle.org_ = header->org;
  auto sections = scan.Sections();
  if (!sections.ok()) return sections.status();
  if (absl::Status s = scan.CheckEnd(); !s.ok()) return s;
  bundle.sections_ = *std::move(sections);
  bundle.file_ = std::move(file);
  return bundle;
}

absl::StatusOr<Bytes> BundleReader::Content(const BundleSection& section, std::uint64_t max) const {
  if (section.length > max) {
    return absl::ResourceExhaustedError(absl::StrCat("a section of type ", section.type, " has ",
                                                     section.length, " bytes, allowed are ", max));
  }
  Bytes content(static_cast<std::size_t>(section.length));
  if (absl::Status s = ReadAt(section, 0, content); !s.ok()) return s;
  return content;
}

absl::Status BundleReader::ReadAt(const BundleSection& section, std::uint64_t offset,
                                  MutableByteView out) const {
  assert(offset <= section.length && out.size() <= section.length - offset);
  auto got = file_->ReadAt(section.offset + offset, out);
  if (!got.ok()) return got.status();
  if (*got != out.size()) return Damaged("it became shorter while it was read");
  return absl::OkStatus();
}

}  // namespace amparo::client
