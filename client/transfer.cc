#include "client/transfer.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <future>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"

namespace amparo::client {
namespace {

// One message of at most 1 MiB, nonce included.
constexpr std::size_t kBatchChunks = 15;
constexpr std::size_t kBatchBytes = kBatchChunks * kChunkSize;
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

absl::Status Differs(const ObjectRef& ref, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("part ", ToHex(ref.object), ": ", what, "; nothing of it was kept"));
}

// Opens a payload that comes in pieces of any size.
class PartOpener {
 public:
  PartOpener(const PartToFetch& part, const TransferSink& sink, const BytesMoved& moved)
      : part_(part), sink_(sink), moved_(moved) {}

  absl::Status Take(ByteView piece) {
    taken_ += piece.size();
    if (taken_ > part_.ref.payload_length) return Differs(part_.ref, "more bytes than it has");
    payload_hash_.Update(piece);
    AppendTo(buffered_, piece);
    if (!opener_.has_value()) {
      if (buffered_.size() < kPayloadNonceSize) return absl::OkStatus();
      absl::StatusOr<Opener> opener =
          Opener::Create(*part_.key, ByteView(buffered_).first(kPayloadNonceSize));
      if (!opener.ok()) return opener.status();
      opener_.emplace(std::move(*opener));
      buffered_.erase(buffered_.begin(), buffered_.begin() + kPayloadNonceSize);
    }
    // The last chunk stays: one byte beyond a whole chunk must be there to show it is not last.
    const std::size_t whole =
        buffered_.empty() ? 0 : (buffered_.size() - 1) / kSealedChunkSize * kSealedChunkSize;
    if (whole < kBatchChunks * kSealedChunkSize && taken_ < part_.ref.payload_length) {
      return absl::OkStatus();
    }
    return Open(whole);
  }

  absl::Status Finish() {
    if (taken_ != part_.ref.payload_length || !opener_.has_value()) {
      return Differs(part_.ref, absl::StrCat(taken_, " bytes came of ", part_.ref.payload_length));
    }
    Bytes plain;
    if (absl::Status s = opener_->Finish(buffered_, plain); !s.ok()) return s;
    if (absl::Status s = Give(plain); !s.ok()) return s;
    if (payload_hash_.Finish() != part_.ref.payload_sha256) {
      return Differs(part_.ref, "its bytes are not those the log names");
    }
    if (opened_ != PaddedPartLength(part_.size)) {
      return Differs(part_.ref, "its length is not what its manifest says");
    }
    if (plaintext_hash_.Finish() != part_.sha256) {
      return Differs(part_.ref, "its content is not what its manifest says");
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Open(std::size_t whole) {
    Bytes plain;
    plain.reserve(whole);
    if (absl::Status s = opener_->OpenBatch(ByteView(buffered_).first(whole), plain); !s.ok()) {
      return s;
    }
    buffered_.erase(buffered_.begin(), buffered_.begin() + static_cast<std::ptrdiff_t>(whole));
    return Give(plain);
  }

  absl::Status Give(Bytes& plain) {
    const std::uint64_t left = part_.size - std::min(part_.size, opened_);
    const auto content = static_cast<std::size_t>(std::min<std::uint64_t>(left, plain.size()));
    opened_ += plain.size();
    const ByteView padding = ByteView(plain).subspan(content);
    if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t b) { return b != 0; })) {
      return Differs(part_.ref, "its padding is not zeros");
    }
    plaintext_hash_.Update(ByteView(plain).first(content));
    absl::Status status = absl::OkStatus();
    if (sink_ && content > 0) status = sink_(ByteView(plain).first(content));
    if (moved_ && content > 0) moved_(content);
    Wipe(plain);
    return status;
  }

  const PartToFetch& part_;
  const TransferSink& sink_;
  const BytesMoved& moved_;
  Bytes buffered_;
  std::optional<Opener> opener_;
  Sha256Stream payload_hash_;
  Sha256Stream plaintext_hash_;
  std::uint64_t taken_ = 0;
  std::uint64_t opened_ = 0;
};

}  // namespace

absl::Status FetchPart(Connection& connection, const PartToFetch& part,
                       const TransferSink& plaintext, const TransferSink& payload,
                       const BytesMoved& moved) {
  const Commitment commitment = CommitTo(*part.key, part.ref.object);
  if (!EqualConstantTime(commitment.view(), part.ref.commitment.view())) {
    return Differs(part.ref, "the key in its manifest is not the one its author committed to");
  }
  if (part.ref.payload_length != SealedLength(PaddedPartLength(part.size))) {
    return Differs(part.ref, "its length is not what its manifest says");
  }
  PartOpener opener(part, plaintext, moved);
  const auto sink = [&](ByteView piece) -> absl::Status {
    if (payload) {
      if (absl::Status s = payload(piece); !s.ok()) return s;
    }
    return opener.Take(piece);
  };
  absl::Status status = connection.Download(part.type, part.subject, part.ref.object, 0,
                                            part.ref.payload_length, sink);
  if (!status.ok()) return status;
  return opener.Finish();
}

absl::StatusOr<Bytes> FetchPayload(Connection& connection, SubjectType type,
                                   const SubjectId& subject, const ObjectRef& ref,
                                   std::uint64_t max) {
  if (ref.payload_length > max) {
    return absl::ResourceExhaustedError(absl::StrCat("object ", ToHex(ref.object), " is ",
                                                     ref.payload_length, " bytes, over ", max));
  }
  Bytes payload;
  const auto sink = [&](ByteView piece) -> absl::Status {
    if (payload.size() + piece.size() > ref.payload_length) {
      return Differs(ref, "more bytes than it has");
    }
    AppendTo(payload, piece);
    return absl::OkStatus();
  };
  absl::Status status = connection.Download(type, subject, ref.object, 0, ref.payload_length, sink);
  if (!status.ok()) return status;
  if (payload.size() != ref.payload_length || Sha256(payload) != ref.payload_sha256) {
    return Differs(ref, "its bytes are not those the log names");
  }
  return payload;
}

}  // namespace amparo::client
