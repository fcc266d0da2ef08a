#include "tests/audit/example_log.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "audit/checkpoint.h"
#include "audit/log_entry.h"
#include "audit/merkle.h"
#include "tests/statement/random_bodies.h"
#include "tests/statement/vector_cases.h"

namespace amparo::audit {

std::string ExampleLogText() {
  std::string out =
      "comment: the leaves of good_policy, good_tick and good_accept of ../statement; the log's\n"
      "comment: key has the seed 32 x 04; notes are written with \\n for their newlines\n";
  Frontier frontier;
  for (const char* const name : {"good_policy", "good_tick", "good_accept"}) {
    for (const VectorCase& vector : VectorCases()) {
      if (vector.name != name) continue;
      const SignedStatement statement = *DecodeSigned(vector.bytes);
      const Leaf leaf = LeafOf(statement);
      frontier.Append(LeafHash(leaf));
      const std::string note =
          SignCheckpoint(statement.statement.org,
                         {.size = frontier.size(), .root = frontier.Root()}, KeyNumber(4));
      absl::StrAppend(&out, "statement: ", name, "\n");
      absl::StrAppend(&out, "tag: ", ToHex(leaf.tag), "\n");
      absl::StrAppend(&out, "leaf-input: ", ToHex(LeafInput(leaf)), "\n");
      absl::StrAppend(&out, "leaf-hash: ", ToHex(LeafHash(leaf)), "\n");
      absl::StrAppend(&out, "root: ", ToHex(frontier.Root()), "\n");
      absl::StrAppend(&out, "checkpoint: ", absl::StrReplaceAll(note, {{"\n", "\\n"}}), "\n");
    }
  }
  return out;
}

}  // namespace amparo::audit
