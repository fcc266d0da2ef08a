// What the program says of a failure: a code for scripts, a sentence and a way out for people.

#include "client/cli/outcomes.h"

#include <gtest/gtest.h>

#include "client/connection.h"
#include "client/platform.h"
#include "client/proxy.h"
#include "client/sending_item.h"
#include "directory/directory.h"
#include "workflow/workflow.h"

namespace amparo::cli {
namespace {

absl::Status Refused(absl::string_view reason) {
  absl::Status status = absl::FailedPreconditionError("refused");
  client::AttachDetail(status, {.reason = std::string(reason), .head = std::nullopt});
  return status;
}

// Address 0 of a process is nobody's: reading it fails as a broken disk does.
TEST(OutcomeOf, CallsAFailingDiskNoMissingLink) {
  const auto file = client::platform::OpenForReading("/proc/self/mem");
  ASSERT_TRUE(file.ok()) << file.status();
  Bytes bytes(16);
  const auto read = (*file)->ReadAt(0, bytes);
  EXPECT_EQ(OutcomeOf(read.status()).code, kExitNoRoom) << read.status();
  EXPECT_NE(OutcomeOf(read.status()).message.find("DISK_ERROR"), std::string::npos);
  EXPECT_EQ(client::VerdictOf(read.status()), client::Verdict::kLater);
}

TEST(OutcomeOf, GivesEveryCodeAnExitCodeOfItsOwnMeaning) {
  EXPECT_EQ(OutcomeOf(absl::OkStatus()).code, kExitOk);
  EXPECT_EQ(OutcomeOf(absl::InvalidArgumentError("x")).code, kExitUsage);
  EXPECT_EQ(OutcomeOf(absl::FailedPreconditionError("x")).code, kExitRefused);
  EXPECT_EQ(OutcomeOf(absl::PermissionDeniedError("x")).code, kExitRefused);
  EXPECT_EQ(OutcomeOf(absl::NotFoundError("x")).code, kExitNotFound);
  EXPECT_EQ(OutcomeOf(absl::AbortedError("x")).code, kExitRace);
  EXPECT_EQ(OutcomeOf(absl::UnavailableError("x")).code, kExitUnavailable);
  EXPECT_EQ(OutcomeOf(absl::DeadlineExceededError("x")).code, kExitUnavailable);
  EXPECT_EQ(OutcomeOf(absl::DataLossError("x")).code, kExitAlarm);
  EXPECT_EQ(OutcomeOf(absl::UnauthenticatedError("x")).code, kExitLocked);
  EXPECT_EQ(OutcomeOf(absl::CancelledError("x")).code, kExitCancelled);
  EXPECT_EQ(OutcomeOf(absl::ResourceExhaustedError("x")).code, kExitNoRoom);
  EXPECT_EQ(OutcomeOf(absl::InternalError("x")).code, kExitInternal);
}

TEST(OutcomeOf, NamesEveryRefusalOfTheWorkflow) {
  using workflow::Refusal;
  for (int i = 1; i <= static_cast<int>(workflow::kLastRefusal); ++i) {
    const absl::string_view name = workflow::RefusalName(static_cast<Refusal>(i));
    EXPECT_NE(OutcomeOf(Refused(name)).message.find(std::string(name)), std::string::npos) << i;
  }
}

// The refusals that people run into have words and a way out, not only a name.
TEST(OutcomeOf, TellsAWayOutOfCommonRefusals) {
  for (const char* name :
       {"STATE_FORBIDS", "ROLE_REQUIRED", "NOT_THE_ASSIGNEE", "APPROVER_IS_AUTHOR",
        "REVIEWER_IS_TRANSLATOR", "TEXT_IS_NOT_CURRENT", "NOT_OPENED_HERE", "VIEW_TOO_OLD",
        "RECOVERY_UNTESTED", "REVOKED", "INVITATION_USED", "BLOB_MISSING"}) {
    const Outcome outcome = OutcomeOf(Refused(name));
    EXPECT_NE(outcome.message.substr(0, 7), "refused") << name;
    EXPECT_FALSE(outcome.hint.empty()) << name;
  }
}

// Whose proxy is down hears more than that some connection failed.
TEST(OutcomeOf, TellsAWayOutOfWhatAProxyDoes) {
  for (const char* name : {client::kProxyUnreachable, client::kProxyNotSocks5,
                           client::kProxyWantsPassword, client::kProxyRefused, client::kProxySilent,
                           client::kProxyTimeout, client::kServerNotReached}) {
    const Outcome outcome = OutcomeOf(client::ProxyFailure(name, "the proxy is a teapot"));
    EXPECT_EQ(outcome.code, kExitUnavailable) << name;
    EXPECT_EQ(outcome.message.find("the proxy is a teapot"), 0u) << name;
    EXPECT_NE(outcome.hint, OutcomeOf(absl::UnavailableError("x")).hint) << name;
  }
}

}  // namespace
}  // namespace amparo::cli
