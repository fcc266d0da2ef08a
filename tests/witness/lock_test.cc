// Two witnesses that work with one state could sign two histories.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>

#include "client/cli/outcomes.h"
#include "tests/client_verbs/scratch_directory.h"
#include "witness/state.h"

namespace amparo::witness {
namespace {

TEST(Lock, IsHeldByOneAtATime) {
  const amparo::testing::ScratchDirectory scratch;
  const std::string path = scratch.At("state");
  {
    const auto first = LockState(path);
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_TRUE(absl::IsResourceExhausted(LockState(path).status()));
    EXPECT_TRUE(LockState(scratch.At("another")).ok());
  }
  EXPECT_TRUE(LockState(path).ok());
}

// Before it asks for anything: with no passphrase and no server it says that it has to wait.
TEST(Lock, KeepsASecondProgramFromTheState) {
  const amparo::testing::ScratchDirectory scratch;
  const std::string state = scratch.At("state");
  const std::string card = scratch.Write("card", client::FormatOrgCard({}));
  const auto lock = LockState(state);
  ASSERT_TRUE(lock.ok()) << lock.status();
  const std::string command = std::string(AMPARO_WITNESS) + " watch " + card + " --key " +
                              scratch.At("key") + " --state " + state + " </dev/null 2>/dev/null";
  const int ended = std::system(command.c_str());
  ASSERT_TRUE(WIFEXITED(ended));
  EXPECT_EQ(WEXITSTATUS(ended), cli::kExitNoRoom);
}

}  // namespace
}  // namespace amparo::witness
