#include "client/bundle_documents.h"

#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/log_entry.h"
#include "client/refused.h"
#include "crypto/grant.h"
#include "statement/bodies.h"
#include "statement/codec.h"
#include "statement/statement.h"

namespace amparo::client {
namespace {

// DO NOT RENUMBER: part of the format.
constexpr std::uint8_t kHead = 1;
constexpr std::uint8_t kLeaves = 2;
constexpr std::uint8_t kStatements = 3;
constexpr std::uint8_t kSubject = 4;
constexpr std::uint8_t kObjects = 5;
constexpr std::uint8_t kPayload = 6;
constexpr std::uint8_t kCosigned = 7;

constexpr std::size_t kGatheredBytes = std::size_t{900} << 10;
constexpr std::size_t kSectionBytesMax = std::size_t{1} << 20;
constexpr std::size_t kObjectsBytesMax = std::size_t{4} << 20;
constexpr std::size_t kSubjectBytesMax = std::size_t{1} << 20;
constexpr std::size_t kGrantBytesMax = 4 * 1024;
constexpr std::size_t kPayloadHeaderBytes = 1 + SubjectId::kSize + ObjectId::kSize;

absl::Status Damaged(absl::string_view what) {
  return Refused(absl::StatusCode::kDataLoss, "BUNDLE_DAMAGED",
                 absl::StrCat("the bundle is damaged: ", what));
}

void PutSubject(Writer& out, const SubjectKey& subject) {
  out.U8(static_cast<std::uint8_t>(subject.first));
  out.Fixed(subject.second);
}

SubjectKey TakeSubject(Reader& in) {
  const std::uint8_t type = in.U8("type");
  if (type != static_cast<std::uint8_t>(SubjectType::kCase) &&
      type != static_cast<std::uint8_t>(SubjectType::kDocument)) {
    in.Fail("type", "neither case nor document");
  }
  const auto id = in.Fixed<SubjectId>("subject");
  return {static_cast<SubjectType>(type), id};
}

absl::Status Finish(Reader& in, absl::string_view what) {
  const absl::Status status = in.Finish(what);
  return status.ok() ? status : Damaged(status.message());
}

}  // namespace

absl::Status CheckPayloadBytes(std::uint64_t bytes) {
  if (bytes <= kBundlePayloadBytesMax) return absl::OkStatus();
  return Refused(absl::StatusCode::kResourceExhausted, "BUNDLE_TOO_LARGE",
                 absl::StrCat("the files of the documents have ", bytes, " bytes, a home keeps ",
                              kBundlePayloadBytesMax, " of what was carried"));
}

// ---- Writing ------------------------------------------------------------------------

absl::Status DocumentsWriter::Head(const BundleHead& head) {
  Writer out;
  out.Fixed(head.member);
  out.U64(head.from.value);
  out.Vec16(AsBytes(head.note));
  return file_.Add(kHead, out.bytes());
}

absl::Status DocumentsWriter::Gather(std::uint8_t type, ByteView bytes) {
  if (gathered_type_ != type || gathered_.size() + bytes.size() > kGatheredBytes) {
    if (absl::Status s = Flush(); !s.ok()) return s;
  }
  gathered_type_ = type;
  AppendTo(gathered_, bytes);
  return absl::OkStatus();
}

absl::Status DocumentsWriter::Flush() {
  if (gathered_.empty()) return absl::OkStatus();
  absl::Status status = file_.Add(gathered_type_, gathered_);
  gathered_.clear();
  return status;
}

absl::Status DocumentsWriter::Leaf(ByteView leaf) {
  assert(leaf.size() == audit::kLeafFieldBytes);
  return Gather(kLeaves, leaf);
}

absl::Status DocumentsWriter::Statement(Position position, ByteView statement) {
  Writer out;
  out.U64(position.value);
  out.Vec32(statement);
  return Gather(kStatements, out.bytes());
}

absl::Status DocumentsWriter::Subject(const SubjectKey& subject,
                                      const std::vector<Position>& chain) {
  if (absl::Status s = Flush(); !s.ok()) return s;
  Writer out;
  PutSubject(out, subject);
  out.U8(chain.empty() ? 0 : 1);
  for (const Position position : chain) out.U64(position.value);
  return file_.Add(kSubject, out.bytes());
}

absl::Status DocumentsWriter::Objects(const SubjectKey& subject,
                                      const std::vector<BundleObject>& objects) {
  if (absl::Status s = Flush(); !s.ok()) return s;
  Writer out;
  PutSubject(out, subject);
  for (const BundleObject& one : objects) {
    out.Fixed(one.object);
    out.Vec32(one.payload);
    out.U8(static_cast<std::uint8_t>(one.grants.size()));
    for (const Bytes& grant : one.grants) out.Vec16(grant);
  }
  return file_.Add(kObjects, out.bytes());
}

absl::Status DocumentsWriter::BeginPayload(const SubjectKey& subject, const ObjectId& object,
                                           std::uint64_t length) {
  if (absl::Status s = Flush(); !s.ok()) return s;
  Writer out;
  PutSubject(out, subject);
  out.Fixed(object);
  if (absl::Status s = file_.Begin(kPayload, out.bytes().size() + length); !s.ok()) return s;
  return file_.Append(out.bytes());
}

absl::Status DocumentsWriter::Cosigned(const std::string& note) {
  if (absl::Status s = Flush(); !s.ok()) return s;
  Writer out;
  out.Vec16(AsBytes(note));
  return file_.Add(kCosigned, out.bytes());
}

// ---- Reading ------------------------------------------------------------------------

namespace {

class Reading {
 public:
  Reading(const BundleReader& file, BundleDocuments& out) : file_(file), out_(out) {}

  absl::Status Section(const BundleSection& section) {
    if (section.type < newest_) return Damaged("its sections stand in another order");
    if ((newest_ == 0) != (section.type == kHead)) return Damaged("its head is not the first");
    newest_ = section.type;
    switch (section.type) {
      case kHead:
        return Head(section);
      case kLeaves:
        return Leaves(section);
      case kStatements:
        return Statements(section);
      case kSubject:
        return Subject(section);
      case kObjects:
        out_.objects.push_back(section);
        return absl::OkStatus();
      case kPayload:
        return Payload(section);
      case kCosigned:
        return Cosigned(section);
      default:
        return Refused(absl::StatusCode::kFailedPrecondition, "UPDATE_REQUIRED",
                       absl::StrCat("the bundle has a section of type ", section.type,
                                    ", which a newer amparo wrote; update amparo"));
    }
  }

 private:
  absl::StatusOr<Bytes> OfTheLog(const BundleSection& section, std::size_t max) {
    log_bytes_ += section.length;
    if (log_bytes_ > kBundleLogBytesMax) {
      return absl::ResourceExhaustedError(absl::StrCat("the bundle holds more of the log than ",
                                                       kBundleLogBytesMax,
                                                       " bytes; have it exported with --since"));
    }
    return file_.Content(section, max);
  }

  absl::Status Head(const BundleSection& section) {
    auto content = file_.Content(section, kBundleNoteBytesMax + 64);
    if (!content.ok()) return content.status();
    Reader in(*content);
    out_.head.member = in.Fixed<MemberId>("member");
    out_.head.from = Position{in.U64("from")};
    out_.head.note = std::string(AsText(in.Vec16(kBundleNoteBytesMax, "note")));
    return Finish(in, "head");
  }

  absl::Status Leaves(const BundleSection& section) {
    auto content = OfTheLog(section, kSectionBytesMax);
    if (!content.ok()) return content.status();
    if (content->size() % audit::kLeafFieldBytes != 0) return Damaged("a leaf is cut");
    for (std::size_t at = 0; at < content->size(); at += audit::kLeafFieldBytes) {
      const auto leaf = ByteView(*content).subspan(at, audit::kLeafFieldBytes);
      out_.leaves.emplace_back(leaf.begin(), leaf.end());
    }
    return absl::OkStatus();
  }

  absl::Status Statements(const BundleSection& section) {
    auto content = OfTheLog(section, kSectionBytesMax);
    if (!content.ok()) return content.status();
    Reader in(*content);
    while (in.ok() && in.remaining() > 0) {
      const Position position{in.U64("position")};
      const ByteView statement = in.Vec32(kSignedStatementBytesMax, "statement");
      if (!in.ok()) break;
      if (!out_.statements.empty() && position <= out_.statements.rbegin()->first) {
        return Damaged("its statements do not ascend");
      }
      out_.statements.emplace_hint(out_.statements.end(), position,
                                   Bytes(statement.begin(), statement.end()));
    }
    return Finish(in, "statements");
  }

  absl::Status Subject(const BundleSection& section) {
    auto content = OfTheLog(section, kSubjectBytesMax);
    if (!content.ok()) return content.status();
    Reader in(*content);
    const SubjectKey subject = TakeSubject(in);
    const bool is_visible = in.U8("visible") != 0;
    std::vector<Position> chain;
    while (in.ok() && in.remaining() > 0) chain.push_back(Position{in.U64("position")});
    if (in.ok() && is_visible == chain.empty()) in.Fail("positions", "none of a visible subject");
    if (absl::Status s = Finish(in, "subject"); !s.ok()) return s;
    for (const Position position : chain) {
      if (!out_.statements.contains(position)) return Damaged("a chain's statement is missing");
    }
    if (!is_visible) {
      out_.hidden.push_back(subject);
      return absl::OkStatus();
    }
    const bool is_new = out_.visible.emplace(subject, std::move(chain)).second;
    return is_new ? absl::OkStatus() : Damaged("a subject comes twice");
  }

  absl::Status Payload(const BundleSection& section) {
    if (section.length < kPayloadHeaderBytes) return Damaged("a payload has no head");
    Bytes header(kPayloadHeaderBytes);
    if (absl::Status s = file_.ReadAt(section, 0, header); !s.ok()) return s;
    Reader in(header);
    BundlePayload payload{.subject = TakeSubject(in),
                          .object = in.Fixed<ObjectId>("object"),
                          .section = section,
                          .start = kPayloadHeaderBytes};
    if (absl::Status s = Finish(in, "payload"); !s.ok()) return s;
    out_.payloads.push_back(payload);
    return absl::OkStatus();
  }

  absl::Status Cosigned(const BundleSection& section) {
    auto content = file_.Content(section, kBundleNoteBytesMax + 2);
    if (!content.ok()) return content.status();
    if (out_.cosigned.size() == kBundleNotesMax) return Damaged("it has too many cosigned notes");
    Reader in(*content);
    out_.cosigned.emplace_back(AsText(in.Vec16(kBundleNoteBytesMax, "note")));
    return Finish(in, "cosigned note");
  }

  const BundleReader& file_;
  BundleDocuments& out_;
  std::uint8_t newest_ = 0;
  std::uint64_t log_bytes_ = 0;
};

}  // namespace

absl::StatusOr<BundleDocuments> ReadDocuments(const BundleReader& file) {
  assert(file.kind() == BundleKind::kDocuments);
  BundleDocuments out;
  Reading reading(file, out);
  for (const BundleSection& section : file.sections()) {
    if (absl::Status s = reading.Section(section); !s.ok()) return s;
  }
  if (out.head.note.empty()) return Damaged("it has no head");
  return out;
}

absl::StatusOr<std::pair<SubjectKey, std::vector<BundleObject>>> ReadObjects(
    const BundleReader& file, const BundleSection& section) {
  auto content = file.Content(section, kObjectsBytesMax);
  if (!content.ok()) return content.status();
  Reader in(*content);
  std::pair<SubjectKey, std::vector<BundleObject>> out;
  out.first = TakeSubject(in);
  while (in.ok() && in.remaining() > 0) {
    BundleObject& one = out.second.emplace_back();
    one.object = in.Fixed<ObjectId>("object");
    const ByteView payload = in.Vec32(kSmallObjectBytesMax, "payload");
    one.payload.assign(payload.begin(), payload.end());
    const std::size_t grants = in.U8("grants");
    for (std::size_t i = 0; i < grants && in.ok(); ++i) {
      const ByteView grant = in.Vec16(kGrantBytesMax, "grant");
      one.grants.emplace_back(grant.begin(), grant.end());
    }
  }
  if (absl::Status s = Finish(in, "objects"); !s.ok()) return s;
  return out;
}

}  // namespace amparo::client
