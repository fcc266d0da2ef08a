#include "client/replica_record.h"

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "audit/log_entry.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr std::uint8_t kRecordFormat = 1;

void WriteChain(Writer& out, const RecordedChain& chain) {
  out.U8(static_cast<std::uint8_t>(chain.type));
  out.Fixed(chain.subject);
  out.U32(chain.from);
  out.U8(chain.visible ? 1 : 0);
  out.U32(static_cast<std::uint32_t>(chain.statements.size()));
  for (const PositionedStatement& next : chain.statements) {
    out.U64(next.position.value);
    out.Vec32(next.statement);
  }
}

Bytes CopyOf(ByteView view) { return Bytes(view.begin(), view.end()); }

RecordedChain ReadChain(Reader& in) {
  RecordedChain chain;
  chain.type = static_cast<SubjectType>(in.U8("subject type"));
  chain.subject = in.Fixed<SubjectId>("subject");
  chain.from = in.U32("from");
  chain.visible = in.U8("visible") != 0;
  const std::uint32_t count = in.U32("statements");
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    PositionedStatement next;
    next.position = Position{in.U64("position")};
    next.statement = CopyOf(in.Vec32(kSignedStatementBytesMax, "statement"));
    chain.statements.push_back(std::move(next));
  }
  return chain;
}

}  // namespace

Bytes EncodeReplicaRecord(const ReplicaRecord& record) {
  Writer out;
  out.U8(kRecordFormat);
  out.Vec16(AsBytes(record.note));
  out.U32(static_cast<std::uint32_t>(record.entries.size()));
  for (const SyncEntry& entry : record.entries) {
    out.Raw(entry.leaf);
    out.Vec32(entry.statement);
  }
  out.U32(static_cast<std::uint32_t>(record.chains.size()));
  for (const RecordedChain& chain : record.chains) WriteChain(out, chain);
  return out.Take();
}

absl::StatusOr<ReplicaRecord> DecodeReplicaRecord(ByteView bytes) {
  Reader in(bytes);
  if (in.U8("format") != kRecordFormat) in.Fail("format", "unknown");
  ReplicaRecord record;
  record.note = std::string(AsText(in.Vec16(audit::kCheckpointBytesMax, "checkpoint")));
  const std::uint32_t entries = in.U32("entries");
  for (std::uint32_t i = 0; i < entries && in.ok(); ++i) {
    SyncEntry entry;
    entry.leaf = CopyOf(in.Raw(audit::kLeafFieldBytes, "leaf"));
    entry.statement = CopyOf(in.Vec32(kSignedStatementBytesMax, "statement"));
    record.entries.push_back(std::move(entry));
  }
  const std::uint32_t chains = in.U32("chains");
  for (std::uint32_t i = 0; i < chains && in.ok(); ++i) record.chains.push_back(ReadChain(in));
  if (auto status = in.Finish("replica record"); !status.ok()) {
    return absl::DataLossError(absl::StrCat("the home's replica is damaged: ", status.message()));
  }
  return record;
}

}  // namespace amparo::client
