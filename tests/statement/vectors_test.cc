// The committed vectors: each file's one outcome, and that the files are what we still make.

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/match.h"
#include "statement/bodies.h"
#include "statement/statement.h"
#include "tests/crypto/vector_files.h"
#include "tests/statement/vector_cases.h"

namespace amparo {
namespace {

std::string Only(const std::multimap<std::string, std::string>& fields, const std::string& key) {
  const auto found = fields.find(key);
  return found == fields.end() ? std::string() : found->second;
}

Bytes BytesOf(const std::multimap<std::string, std::string>& fields) {
  Bytes bytes;
  const auto [begin, end] = fields.equal_range("bytes");
  for (auto line = begin; line != end; ++line) AppendTo(bytes, Hex(line->second));
  return bytes;
}

// What becomes of a signed statement, in the words of the vectors.
std::string OutcomeOf(ByteView bytes, std::string* message) {
  const absl::StatusOr<SignedStatement> decoded = DecodeSigned(bytes);
  absl::Status status = decoded.status();
  if (decoded.ok()) {
    status = DecodeBody(decoded->statement.kind, decoded->statement.body).status();
  }
  *message = std::string(status.message());
  if (status.code() == absl::StatusCode::kUnimplemented) return "unknown-kind";
  if (status.code() == absl::StatusCode::kInvalidArgument) return "malformed";
  if (!status.ok()) return status.ToString();
  return SignaturesVerify(*decoded) ? "ok" : "bad-signature";
}

TEST(StatementVectors, HaveTheOutcomeThatTheyNameForTheReasonThatTheyName) {
  std::set<std::string> outcomes;
  for (const std::string& name : FilesIn(OurVectors("statement"))) {
    if (name == "README.md") continue;
    SCOPED_TRACE(name);
    const auto fields = ReadFields(OurVectors("statement") + "/" + name);
    const Bytes bytes = BytesOf(fields);
    std::string message;
    EXPECT_EQ(OutcomeOf(bytes, &message), Only(fields, "expect")) << message;
    const std::string field = Only(fields, "field");
    EXPECT_TRUE(field.empty() || absl::StartsWith(message, field + ": ")) << message;
    const std::string hash = Only(fields, "statement-hash");
    EXPECT_TRUE(hash.empty() || ToHex(HashOf(ByteView(bytes))) == hash);
    outcomes.insert(Only(fields, "expect"));
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"bad-signature", "malformed", "ok", "unknown-kind"}));
}

TEST(StatementVectors, AreWhatThisBuildMakesByteForByte) {
  std::set<std::string> committed;
  for (const std::string& name : FilesIn(OurVectors("statement"))) {
    if (name != "README.md") committed.insert(name);
  }
  std::set<std::string> made;
  for (const VectorCase& vector : VectorCases()) {
    const std::string name = vector.name + ".txt";
    made.insert(name);
    if (!committed.contains(name)) continue;
    EXPECT_EQ(AsText(ReadFile(OurVectors("statement") + "/" + name)), FormatVector(vector)) << name;
  }
  EXPECT_EQ(committed, made);
}

TEST(StatementVectors, HaveOneOfEveryKind) {
  std::set<Kind> kinds;
  for (const Body& body : ExampleBodies()) kinds.insert(KindOf(body.act));
  EXPECT_EQ(kinds.size(), std::variant_size_v<Act>);
}

}  // namespace
}  // namespace amparo
