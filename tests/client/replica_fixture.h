// A replica that follows a scripted log, and a picture of all that it says, to see that a lie
// changed nothing. Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_CLIENT_REPLICA_FIXTURE_H_
#define AMPARO_TESTS_CLIENT_REPLICA_FIXTURE_H_

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/replica.h"
#include "custody/judge.h"
#include "tests/client/scripted_log.h"

namespace amparo::client {

class ReplicaTest : public ::testing::Test {
 protected:
  ReplicaTest() : replica_(MakeReplica()) {}

  Replica MakeReplica() {
    return Replica(log_.org(), log_.log_key(), [this] { return clock_; });
  }
  absl::Status Sync() { return SyncInto(replica_, reach_); }
  absl::Status SyncInto(Replica& replica, std::optional<Reach> reach = std::nullopt) {
    const auto connection = log_.Connect();
    const auto record = [this](ByteView bytes) {
      if (disk_is_full_) return absl::ResourceExhaustedError("no space left on device");
      records_.emplace_back(bytes.begin(), bytes.end());
      return absl::OkStatus();
    };
    return replica.Sync(*connection, record, reach);
  }
  // All that a replica says, as text.
  std::string Picture(const Replica& replica) const {
    std::string out = absl::StrCat(replica.head().size.value, " ", ToHex(replica.head().root), " ",
                                   replica.checkpoint_note(), ToHex(replica.directory().head()),
                                   " ", replica.now().now.value);
    for (const char* name : {"fay", "cleo", "tina", "ria"}) {
      absl::StrAppend(&out, " ", name, replica.OwnSequence(log_.Certificate(name)),
                      ToHex(replica.OwnNewest(log_.Certificate(name))));
    }
    for (const auto& [id, history] : replica.cases()) {
      absl::StrAppend(&out, "\ncase ", ToHex(id), history.visible, ToHex(history.subject.head),
                      history.subject.documents.size());
    }
    for (const auto& [id, history] : replica.documents()) {
      absl::StrAppend(&out, "\ndocument ", ToHex(id), history.visible, ToHex(history.document.head),
                      workflow::StateName(history.document.state));
      for (const HistoryEntry& entry : history.entries) {
        absl::StrAppend(&out, " ", entry.position.value, entry.events.front(),
                        entry.log_time.value);
      }
    }
    return out;
  }
  std::string Picture() const { return Picture(replica_); }
  // The next Sync is an alarm, and changes nothing.
  void ExpectAlarm() {
    const std::string before = Picture();
    const std::size_t records = records_.size();
    const absl::Status status = Sync();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(Picture(), before);
    EXPECT_EQ(records_.size(), records) << "a lie was kept";
  }

  // The last alarm left evidence that a judge believes.
  void ExpectEvidence(const Replica& replica, custody::Verdict verdict) {
    ASSERT_TRUE(replica.evidence().has_value());
    // As somebody else reads it, from the file.
    const auto read = custody::ParseEvidence(custody::FormatEvidence(*replica.evidence()));
    ASSERT_TRUE(read.ok()) << read.status();
    const custody::Judgement judgement = custody::Judge(*read);
    EXPECT_EQ(custody::VerdictName(judgement.verdict), custody::VerdictName(verdict))
        << judgement.detail;
    EXPECT_EQ(read->noticed_at, clock_);
  }

  amparo::testing::ScriptedLog log_;
  UnixSeconds clock_{amparo::testing::Organisation::kStartSeconds};
  Replica replica_;
  std::vector<Bytes> records_;
  std::optional<Reach> reach_;  // Of Sync().
  bool disk_is_full_ = false;
};

}  // namespace amparo::client

#endif  // AMPARO_TESTS_CLIENT_REPLICA_FIXTURE_H_
