// receipt_mutations SEED COUNT: so many changed receipts and pieces of evidence, a line of JSON
// each on standard output: {"n", "what", "text": base64, "partners": [verifier key], "files":
// [base64], "expect": our report, "exit"}. For tests/verifier/mutations_test.mjs.

#include <iostream>

#include "absl/strings/numbers.h"
#include "statement/text_encoding.h"
#include "tests/custody/mutations.h"
#include "tests/custody/vector_index.h"

int main(int count, char** arguments) {
  std::uint64_t seed = 0;
  std::uint64_t files = 0;
  if (count != 3 || !absl::SimpleAtoi(arguments[1], &seed) ||
      !absl::SimpleAtoi(arguments[2], &files)) {
    std::cerr << "usage: receipt_mutations SEED COUNT\n";
    return 2;
  }
  for (std::uint64_t n = 0; n < files; ++n) {
    const amparo::testing::Mutation made = amparo::testing::MakeMutation(seed, n);
    nlohmann::ordered_json line = {{"n", n},
                                   {"what", made.what},
                                   {"text", amparo::ToBase64(amparo::AsBytes(made.text))},
                                   {"partners", made.partners},
                                   {"files", nlohmann::ordered_json::array()}};
    for (const amparo::Bytes& file : made.files) line["files"].push_back(amparo::ToBase64(file));
    line.update(amparo::testing::Verified(made.text, made.partners, made.files));
    std::cout << line.dump() << "\n";
  }
  return 0;
}
