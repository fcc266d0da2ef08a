#include "client/part_pipeline.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/padding.h"

namespace amparo::client {
namespace {

// One batch of 256 KiB; a few of them wait between two stages.
constexpr std::size_t kBatchBytes = 4 * kSealedChunkSize;
constexpr std::size_t kBatchesWaiting = 2;

}  // namespace

absl::Status PartDiffers(const ObjectRef& ref, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("part ", ToHex(ref.object), ": ", what, "; nothing of it was kept"));
}

PartPipeline::Opened::~Opened() { Wipe(plain); }

PartPipeline::PartPipeline(const PartToFetch& part, const PartSinks& sinks,
                           platform::OutputFile* kept, std::uint64_t kept_from)
    : part_(part),
      sinks_(sinks),
      kept_(kept),
      kept_from_(kept_from),
      sealed_(kBatchesWaiting),
      plain_(kBatchesWaiting),
      opening_([this] { RunOpening(); }),
      writing_([this] { RunWriting(); }) {}

PartPipeline::~PartPipeline() {
  if (!opening_.joinable()) return;
  sealed_.Stop();
  plain_.Stop();
  Join();
}

void PartPipeline::Join() {
  opening_.join();
  writing_.join();
}

void PartPipeline::Fail(const absl::Status& status) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (error_.ok()) error_ = status;
  }
  sealed_.Stop();
  plain_.Stop();
}

absl::Status PartPipeline::first_error() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return error_;
}

// ---- Receiving ----------------------------------------------------------------------

std::size_t PartPipeline::nonce_bytes() const { return handed_over_ == 0 ? kPayloadNonceSize : 0; }

absl::Status PartPipeline::Give(ByteView piece) {
  if (piece.size() > part_.ref.payload_length - taken_) {
    return PartDiffers(part_.ref, "more bytes than it has");
  }
  if (piece.empty() && opening_idle_) HandOverChunks();
  taken_ += piece.size();
  while (!piece.empty()) {
    const std::size_t full = nonce_bytes() + kBatchBytes;
    collected_.reserve(full);
    const ByteView now = piece.first(std::min(piece.size(), full - collected_.size()));
    AppendTo(collected_, now);
    piece = piece.subspan(now.size());
    if (collected_.size() == full) HandOver(full);
  }
  return first_error();
}

void PartPipeline::HandOverChunks() {
  if (collected_.size() < nonce_bytes() + kSealedChunkSize) return;
  const std::size_t chunks = (collected_.size() - nonce_bytes()) / kSealedChunkSize;
  HandOver(nonce_bytes() + chunks * kSealedChunkSize);
}

void PartPipeline::HandOver(std::size_t bytes) {
  const auto end = collected_.begin() + static_cast<std::ptrdiff_t>(bytes);
  Bytes rest(end, collected_.end());
  collected_.erase(end, collected_.end());
  handed_over_ += bytes;
  // False: a stage has failed, and first_error() says why.
  (void)sealed_.Put(std::exchange(collected_, std::move(rest)));
}

void PartPipeline::BreakOff() {
  HandOverChunks();
  sealed_.Close();
  Join();
}

absl::Status PartPipeline::Finish() {
  if (taken_ != part_.ref.payload_length) {
    BreakOff();
    return PartDiffers(part_.ref,
                       absl::StrCat(taken_, " bytes came of ", part_.ref.payload_length));
  }
  if (!collected_.empty()) HandOver(collected_.size());
  sealed_.Close();
  Join();
  if (absl::Status s = first_error(); !s.ok()) return s;
  if (payload_hash_.Finish() != part_.ref.payload_sha256) {
    return PartDiffers(part_.ref, "its bytes are not those the log names");
  }
  if (opened_ != PaddedPartLength(part_.size)) {
    return PartDiffers(part_.ref, "its length is not what its manifest says");
  }
  if (plaintext_hash_.Finish() != part_.sha256) {
    return PartDiffers(part_.ref, "its content is not what its manifest says");
  }
  return absl::OkStatus();
}

// ---- Opening ------------------------------------------------------------------------

void PartPipeline::RunOpening() {
  while (true) {
    opening_idle_ = true;
    std::optional<Bytes> batch = sealed_.Take();
    opening_idle_ = false;
    if (!batch.has_value()) break;
    if (absl::Status s = Open(std::move(*batch)); !s.ok()) Fail(s);
  }
  plain_.Close();
}

absl::Status PartPipeline::Open(Bytes sealed) {
  payload_hash_.Update(sealed);
  passed_ += sealed.size();
  ByteView chunks(sealed);
  if (!opener_.has_value()) {
    absl::StatusOr<Opener> opener =
        Opener::Create(*part_.key, chunks.first(std::min(chunks.size(), kPayloadNonceSize)));
    if (!opener.ok()) return PartDiffers(part_.ref, opener.status().message());
    opener_.emplace(std::move(*opener));
    chunks = chunks.subspan(kPayloadNonceSize);
  }
  const bool is_last = passed_ == part_.ref.payload_length;
  if (is_last && chunks.empty()) return PartDiffers(part_.ref, "it has no last chunk");
  const std::size_t whole =
      is_last ? (chunks.size() - 1) / kSealedChunkSize * kSealedChunkSize : chunks.size();
  Opened batch;
  batch.plain.reserve(chunks.size());
  if (whole > 0) {
    if (absl::Status s = opener_->OpenBatch(chunks.first(whole), batch.plain); !s.ok()) return s;
  }
  if (is_last) {
    if (absl::Status s = opener_->Finish(chunks.subspan(whole), batch.plain); !s.ok()) return s;
  }
  batch.sealed = std::move(sealed);
  (void)plain_.Put(std::move(batch));
  return absl::OkStatus();
}

// ---- Writing ------------------------------------------------------------------------

void PartPipeline::RunWriting() {
  while (std::optional<Opened> batch = plain_.Take()) {
    if (absl::Status s = Write(*batch); !s.ok()) return Fail(s);
  }
}

absl::Status PartPipeline::Write(const Opened& batch) {
  const ByteView sealed(batch.sealed);
  if (sinks_.payload) {
    if (absl::Status s = sinks_.payload(sealed); !s.ok()) return s;
  }
  const std::uint64_t known = kept_from_ - std::min(kept_from_, written_);
  written_ += sealed.size();
  if (kept_ != nullptr && known < sealed.size()) {
    absl::Status s = kept_->Write(sealed.subspan(static_cast<std::size_t>(known)));
    if (!s.ok()) return s;
  }
  const std::uint64_t left = part_.size - std::min(part_.size, opened_);
  const auto content = static_cast<std::size_t>(std::min<std::uint64_t>(left, batch.plain.size()));
  opened_ += batch.plain.size();
  const ByteView plain = ByteView(batch.plain).first(content);
  const ByteView padding = ByteView(batch.plain).subspan(content);
  if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t b) { return b != 0; })) {
    return PartDiffers(part_.ref, "its padding is not zeros");
  }
  if (content == 0) return absl::OkStatus();
  plaintext_hash_.Update(plain);
  if (sinks_.plaintext) {
    if (absl::Status s = sinks_.plaintext(plain); !s.ok()) return s;
  }
  if (sinks_.moved) sinks_.moved(content);
  return absl::OkStatus();
}

}  // namespace amparo::client
