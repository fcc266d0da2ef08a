// One append in the making: the statements judged so far, their entries, pieces and rows.
// Spec: docs/spec/engine.md, "The life of a statement", steps 5 to 8.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_SERVER_BATCH_H_
#define AMPARO_SERVER_BATCH_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/checkpoint.h"
#include "audit/log_entry.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "server/judge.h"
#include "server/overlay.h"
#include "server/submission.h"
#include "storage/shelf.h"
#include "storage/store.h"

namespace amparo::server {

// What one batch takes of a queue. With a tick it stays below the ledger's 100 entries and 1 MiB.
inline constexpr std::size_t kBatchStatementsMax = 99;
inline constexpr std::size_t kBatchStatementBytesMax = 1000 * 1024;
inline constexpr std::size_t kEntryOverheadMax = 256;           // Around a statement.
inline constexpr std::size_t kBatchBytesMax = 8 * 1024 * 1024;  // With grants and objects.
inline constexpr std::uint64_t kTickEvery_s = 60;
inline constexpr std::uint64_t kTimerEvery_s = 3600;  // Timers are due at whole hours.

class Batch {
 public:
  struct Setting {
    OrgId org;
    const SigningKey* log_key = nullptr;
    const storage::Shelf* shelf = nullptr;
    Secret<32>* key_space = nullptr;  // For the key of the case at hand; holds none afterwards.
  };
  Batch(Overlay::Base base, Setting setting) : setting_(setting), overlay_(std::move(base)) {}

  // Puts a tick in front when the last one is older than 60 s. Not before the founding.
  absl::Status AddTickIfDue(UnixSeconds now);
  // The same when an hour has begun since the last one: what is due then is due by the log.
  absl::Status AddTickIfHourBegan(UnixSeconds now);
  // Where the statement stands, or will. A refusal leaves the batch as it was.
  absl::StatusOr<Position> Add(const Submission& submission);

  // True if something but a tick is to be appended.
  bool has_statements() const { return statements_ > 0; }
  const Overlay& overlay() const { return overlay_; }
  // Durable before the append, in this order: the shelf's, then the pieces.
  const std::vector<std::pair<ShelfKeyId, Secret<32>>>& shelf_keys() const { return shelf_keys_; }
  const std::vector<storage::PieceWrite>& pieces() const { return pieces_; }
  const std::vector<Bytes>& entries() const { return entries_; }
  // The signed checkpoint over the log with this batch.
  std::string Checkpoint() const;

 private:
  absl::Status AddTick(UnixSeconds now);
  absl::Status AddEntry(const SignedStatement& statement, const Body& body,
                        const std::vector<workflow::Event>& events, const ShelfKeyId& shelf_key,
                        const Secret<32>* key);
  // The key of the case, made when the case is opened; zeros and null outside of cases.
  absl::Status FindShelfKey(const SubjectId& case_id, ShelfKeyId* id, Secret<32>* key);
  absl::Status AddJudged(const Submission& submission, const Verdict& verdict);
  void AddPieces(const Submission& submission, const ShelfKeyId& shelf_key, const Secret<32>* key);

  const Setting setting_;
  Overlay overlay_;
  std::size_t statements_ = 0;
  std::vector<std::pair<ShelfKeyId, Secret<32>>> shelf_keys_;
  std::vector<storage::PieceWrite> pieces_;
  std::vector<Bytes> entries_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_BATCH_H_
