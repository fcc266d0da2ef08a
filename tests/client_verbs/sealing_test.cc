// Parts on their way: sealed and sent. How they come back: fetching_test.cc.
// docs/spec/sealed-object.md, "Sealing".

#include "client/sealing.h"

#include <gtest/gtest.h>

#include "tests/client_verbs/blob_connection.h"
#include "tests/client_verbs/scratch_directory.h"
#include "tests/client_verbs/seal_and_send.h"

namespace amparo::client {
namespace {

using ::amparo::testing::BlobConnection;
using ::amparo::testing::ScratchDirectory;
using ::amparo::testing::SealAndSend;

std::string Content(std::size_t size) {
  std::string content(size, '\0');
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 131 + i / 4099 + 1);
  return content;
}

TEST(FileSealing, NeverSealsTwiceUnderOneKeyOrId) {
  const ScratchDirectory scratch;
  BlobConnection server;
  const std::string path = scratch.Write("file", Content(10));
  const auto first = SealAndSend(server, path, 10);
  const auto second = SealAndSend(server, path, 10);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(first->ref.object, second->ref.object);
  EXPECT_FALSE(first->key.EqualTo(second->key));
  EXPECT_NE(first->ref.payload_sha256, second->ref.payload_sha256);
}

TEST(FileSealing, RefusesAFileThatChangedSinceItWasPlanned) {
  const ScratchDirectory scratch;
  BlobConnection server;
  const std::string path = scratch.Write("file", Content(100'000));
  EXPECT_TRUE(absl::IsFailedPrecondition(SealAndSend(server, path, 100'001).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(SealAndSend(server, path, 99'999).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(SealAndSend(server, scratch.At("absent"), 5).status()));
}

}  // namespace
}  // namespace amparo::client
