// Every outcome has a name, a code, and a way to the caller: by enumeration.

#include "server/refusal.h"

#include <gtest/gtest.h>

#include <set>

#include "amparo/v1/amparo.pb.h"
#include "server/call.h"
#include "server/grpc_status.h"

namespace amparo::server {
namespace {

v1::ErrorDetail DetailIn(const absl::Status& status) {
  v1::ErrorDetail detail;
  EXPECT_TRUE(detail.ParseFromString(TrailerOf(status)));
  return detail;
}

TEST(Refusal, OfTheServerHasANameOfItsOwnAndReachesTheCallerWithItsCode) {
  std::set<absl::string_view> names;
  for (int number = 1; number <= static_cast<int>(kLastReason); ++number) {
    const auto reason = static_cast<Reason>(number);
    EXPECT_TRUE(names.insert(ReasonName(reason)).second) << number;
    const absl::Status status = Refuse(reason, "text");
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(static_cast<int>(ToGrpc(status).error_code()), static_cast<int>(CodeOf(reason)));
    EXPECT_EQ(DetailIn(status).reason(), ReasonName(reason));
    EXPECT_EQ(ReasonName(reason) == "INTERNAL", reason == Reason::kInternal) << number;
  }
}

TEST(Refusal, OfTheDirectoryKeepsItsName) {
  for (int number = 1; number <= static_cast<int>(directory::Refusal::kRegistrarsComeFromPolicy);
       ++number) {
    const auto refusal = static_cast<directory::Refusal>(number);
    const absl::Status status = Refuse(refusal, Hash::Filled(3));
    EXPECT_NE(CodeOf(refusal), absl::StatusCode::kOk);
    EXPECT_NE(CodeOf(refusal), absl::StatusCode::kInternal) << number;
    EXPECT_EQ(DetailIn(status).reason(), directory::RefusalName(refusal));
    EXPECT_EQ(DetailIn(status).head().empty(), CodeOf(refusal) != absl::StatusCode::kAborted);
  }
}

TEST(Refusal, OfTheRulesKeepsItsNameAndIsAbortedExactlyWhenItIsARace) {
  for (int number = 1; number <= static_cast<int>(workflow::kLastRefusal); ++number) {
    const auto refusal = static_cast<workflow::Refusal>(number);
    const absl::Status status = Refuse(refusal, Hash::Filled(3), 7);
    EXPECT_NE(CodeOf(refusal), absl::StatusCode::kInternal) << number;
    EXPECT_EQ(CodeOf(refusal) == absl::StatusCode::kAborted, workflow::IsRace(refusal)) << number;
    EXPECT_EQ(DetailIn(status).reason(), workflow::RefusalName(refusal));
    EXPECT_EQ(DetailIn(status).next_number(), 7u);
  }
}

// What no refusal explains is ours; its text stays in our log.
TEST(Refusal, ThatIsNoneTellsTheCallerNothingOfOurInside) {
  for (int number = 0; number <= 16; ++number) {
    const absl::Status status(static_cast<absl::StatusCode>(number), "path and position");
    const grpc::Status sent = ToGrpc(status);
    EXPECT_EQ(sent.ok(), number == 0);
    EXPECT_EQ(sent.error_message().find("path"), std::string::npos);
    EXPECT_EQ(TrailerOf(status), "");
  }
}

}  // namespace
}  // namespace amparo::server
