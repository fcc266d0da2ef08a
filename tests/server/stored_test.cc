// What the server signs of what it stored: docs/spec/storage-receipt.md.

#include <gtest/gtest.h>

#include "audit/storage_receipt.h"
#include "tests/server/scene.h"

namespace amparo::server::testing {
namespace {

// A client keeps what it sent until it holds this, and it knows all of the text.
TEST(Organization, SignsWhatItStoredForAStatementThatNamesObjectsAndSignsItAgainTheSame) {
  Scene scene;
  const AppendInput submit = scene.SubmitBy("fay", "letter", 1);
  const auto prepared = Prepare(submit);
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  const auto first = scene.Answer(submit);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(first->storage_signature.has_value());
  EXPECT_TRUE(audit::VerifyStorageReceipt(scene.organization().id(), first->position,
                                          prepared->hash, prepared->body.objects,
                                          KeyNamed("log").verify_key(),
                                          first->storage_signature->view())
                  .ok());
  ASSERT_TRUE(scene.Answer(scene.SubmitBy("fay", "second", 2)).ok());
  ASSERT_TRUE(scene.Reopen().ok());
  const auto again = scene.Answer(submit);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->storage_signature, first->storage_signature);
  const auto without =
      scene.Try("cleo", ShareCase{.with = Organisation::Member("ada")}, scene.AboutCase());
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_FALSE(without->storage_signature.has_value());
}

}  // namespace
}  // namespace amparo::server::testing
