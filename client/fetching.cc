#include "client/fetching.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/part_pipeline.h"
#include "client/workplace.h"
#include "crypto/digest.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"

namespace amparo::client {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 18;

// How far a file is a prefix of the payload, as the key shows: nonce and whole chunks, or all.
class KeptPrefix {
 public:
  KeptPrefix(const PartToFetch& part, const platform::InputFile& file)
      : part_(part),
        file_(file),
        size_(std::min<std::uint64_t>(file.size(), part.ref.payload_length)) {}

  absl::StatusOr<std::uint64_t> Verify() const {
    if (size_ < kPayloadNonceSize) return 0;
    Bytes nonce(kPayloadNonceSize);
    if (absl::Status s = ReadAt(0, nonce); !s.ok()) return s;
    absl::StatusOr<Opener> opener = Opener::Create(*part_.key, nonce);
    if (!opener.ok()) return opener.status();
    std::uint64_t verified = kPayloadNonceSize;
    Bytes chunk, plain;
    plain.reserve(kChunkSize);
    while (verified < part_.ref.payload_length) {
      const std::uint64_t left = part_.ref.payload_length - verified;
      const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left, kSealedChunkSize));
      if (length > size_ - verified) break;
      chunk.resize(length);
      if (absl::Status s = ReadAt(verified, chunk); !s.ok()) return s;
      const bool opens =
          length == left ? opener->Finish(chunk, plain).ok() : opener->OpenBatch(chunk, plain).ok();
      Wipe(plain);
      plain.clear();
      if (!opens) break;
      verified += length;
    }
    // A nonce alone is nothing that a key has shown.
    return verified == kPayloadNonceSize ? 0 : verified;
  }

  absl::Status Replay(std::uint64_t verified, PartPipeline& pipeline) const {
    Bytes piece;
    for (std::uint64_t at = 0; at < verified; at += piece.size()) {
      piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(verified - at, kReadBytes)));
      if (absl::Status s = ReadAt(at, piece); !s.ok()) return s;
      if (absl::Status s = pipeline.Give(piece); !s.ok()) return s;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status ReadAt(std::uint64_t offset, MutableByteView out) const {
    auto got = file_.ReadAt(offset, out);
    if (!got.ok()) return got.status();
    if (*got == out.size()) return absl::OkStatus();
    return absl::UnavailableError("what was kept of a download became shorter while it was read");
  }

  const PartToFetch& part_;
  const platform::InputFile& file_;
  std::uint64_t size_;
};

// One part on its way, with what an earlier attempt left.
class PartFetch {
 public:
  PartFetch(const PartSource& source, const PartToFetch& part, const PartSinks& sinks)
      : source_(source), part_(part), sinks_(sinks) {}

  absl::Status Run() {
    if (absl::Status s = OpenKept(); !s.ok()) return s;
    PartPipeline pipeline(part_, sinks_, output_.get(), verified_);
    absl::Status status;
    if (verified_ > 0) status = KeptPrefix(part_, *input_).Replay(verified_, pipeline);
    if (status.ok()) status = Receive(pipeline);
    if (status.ok()) status = pipeline.Finish();
    return absl::IsDataLoss(status) ? Distrust(std::move(status)) : status;
  }

 private:
  std::uint64_t length() const { return part_.ref.payload_length; }

  absl::Status OpenKept() {
    if (source_.kept == nullptr) return absl::OkStatus();
    const auto size = source_.kept->SizeOf(part_.ref.object);
    if (!size.ok()) return size.status();
    if (*size > 0) {
      auto input = source_.kept->Read(part_.ref.object);
      if (!input.ok()) return input.status();
      input_ = *std::move(input);
      const auto verified = KeptPrefix(part_, *input_).Verify();
      if (!verified.ok()) return verified.status();
      verified_ = *verified;
    }
    if (verified_ == length() || length() < kFetchedPayloadBytesMin) return absl::OkStatus();
    auto output = source_.kept->Append(part_.ref.object, verified_, length() - verified_);
    if (!output.ok()) return output.status();
    output_ = *std::move(output);
    return absl::OkStatus();
  }

  absl::Status Receive(PartPipeline& pipeline) {
    if (verified_ == length()) return absl::OkStatus();
    absl::Status ours;
    absl::Status status =
        source_.connection.Download(part_.type, part_.subject, part_.ref.object, verified_,
                                    length() - verified_, [&](ByteView piece) {
                                      ours = pipeline.Give(piece);
                                      return ours;
                                    });
    if (!ours.ok()) return ours;
    if (!status.ok()) pipeline.BreakOff();
    return status;
  }

  // What does not fit must not be in the way of the next attempt. Whether the server lies or what
  // lay here does, only an attempt without it can tell.
  absl::Status Distrust(absl::Status status) {
    if (source_.kept != nullptr) source_.kept->Remove(part_.ref.object);
    if (verified_ == 0) return status;
    return Refused(absl::StatusCode::kUnavailable, "KEPT_DID_NOT_FIT",
                   absl::StrCat("what was kept of an earlier download did not fit and is removed: ",
                                status.message()));
  }

  const PartSource& source_;
  const PartToFetch& part_;
  const PartSinks& sinks_;
  std::unique_ptr<platform::InputFile> input_;
  std::unique_ptr<platform::OutputFile> output_;
  std::uint64_t verified_ = 0;
};

// All of it lies in the home. Nothing: it does not, or is not what the log names.
absl::StatusOr<std::optional<Bytes>> KeptWhole(const PartSource& source, const ObjectRef& ref) {
  if (source.kept == nullptr) return std::nullopt;
  const auto size = source.kept->SizeOf(ref.object);
  if (!size.ok()) return size.status();
  if (*size != ref.payload_length) return std::nullopt;
  auto file = source.kept->Read(ref.object);
  if (!file.ok()) return file.status();
  Bytes payload(static_cast<std::size_t>(*size));
  auto got = (*file)->ReadAt(0, payload);
  if (!got.ok()) return got.status();
  if (*got != payload.size() || Sha256(payload) != ref.payload_sha256) return std::nullopt;
  return payload;
}

}  // namespace

absl::Status FetchPart(const PartSource& source, const PartToFetch& part, const PartSinks& sinks) {
  const Commitment commitment = CommitTo(*part.key, part.ref.object);
  if (!EqualConstantTime(commitment.view(), part.ref.commitment.view())) {
    return PartDiffers(part.ref, "the key in its manifest is not the one its author committed to");
  }
  if (part.ref.payload_length != SealedLength(PaddedPartLength(part.size))) {
    return PartDiffers(part.ref, "its length is not what its manifest says");
  }
  return PartFetch(source, part, sinks).Run();
}

absl::StatusOr<Bytes> FetchPayload(const PartSource& source, SubjectType type,
                                   const SubjectId& subject, const ObjectRef& ref,
                                   std::uint64_t max) {
  if (ref.payload_length > max) {
    return absl::ResourceExhaustedError(absl::StrCat("object ", ToHex(ref.object), " is ",
                                                     ref.payload_length, " bytes, over ", max));
  }
  auto kept = KeptWhole(source, ref);
  if (!kept.ok()) return kept.status();
  if (kept->has_value()) return **std::move(kept);
  Bytes payload;
  const auto sink = [&](ByteView piece) -> absl::Status {
    if (payload.size() + piece.size() > ref.payload_length) {
      return PartDiffers(ref, "more bytes than it has");
    }
    AppendTo(payload, piece);
    return absl::OkStatus();
  };
  absl::Status status =
      source.connection.Download(type, subject, ref.object, 0, ref.payload_length, sink);
  if (!status.ok()) return status;
  if (Sha256(payload) != ref.payload_sha256) {
    return PartDiffers(ref, "its bytes are not those the log names");
  }
  return payload;
}

}  // namespace amparo::client
