// A judgement in people's words, for a narrow terminal: what happened, what is proven, and what
// is not. Spec: docs/spec/receipt.md.
//
// Thread safety: pure functions.

#ifndef AMPARO_CLIENT_CLI_RECEIPT_WORDS_H_
#define AMPARO_CLIENT_CLI_RECEIPT_WORDS_H_

#include <string>
#include <vector>

#include "custody/judge.h"
#include "custody/receipt.h"

namespace amparo::cli {

// What one step did: "approved the translation and delivered it".
std::string SpellStep(const custody::Step& step);

// Lines of a receipt that is VALID: the document, its history, who confirmed it, what it proves.
// Not escaped.
std::vector<std::string> DescribeReceipt(const custody::Receipt& receipt,
                                         const custody::Judgement& judgement);
// Lines of evidence, whatever it shows. REQUIRES: it was read.
std::vector<std::string> DescribeEvidence(const custody::Evidence& evidence,
                                          const custody::Judgement& judgement);
// What a reason means: "a proof does not lead to the checkpoint: ...".
std::string SpellReason(const custody::Judgement& judgement);

}  // namespace amparo::cli

#endif  // AMPARO_CLIENT_CLI_RECEIPT_WORDS_H_
