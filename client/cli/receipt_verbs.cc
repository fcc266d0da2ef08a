// receipt: the custody history of a document as one file. verify: what such a file, or a piece of
// evidence, proves; it needs no home and no network.

#include "absl/strings/str_cat.h"
#include "audit/cosignature.h"
#include "client/cli/outcomes.h"
#include "client/cli/people.h"
#include "client/cli/receipt_words.h"
#include "client/cli/verbs.h"
#include "client/connection.h"
#include "client/platform.h"
#include "crypto/digest.h"
#include "custody/report.h"

namespace amparo::cli {
namespace {

constexpr std::uint64_t kComparedBytesMax = std::uint64_t{2} << 30;  // As what is submitted.

struct Given {
  std::string document, output, file;
  bool with_files = false;
  std::vector<std::string> compared, witnesses;
};

// ---- receipt

absl::Status MakeReceipt(Shell& shell, const Given& given) {
  absl::StatusOr<OneDocument> found = FindDocument(shell, given.document);
  if (!found.ok()) return found.status();
  if (given.with_files) {
    absl::Status yes = shell.terminal->Confirm(absl::StrCat(
        "put the keys of the files of ", SpellDocument(found->card),
        " into the receipt? whoever has it and the sealed files can read them: keep it like the "
        "document itself"));
    if (!yes.ok()) return yes;
  }
  const auto receipt = found->client->MakeReceipt(found->id, given.with_files);
  if (!receipt.ok()) return receipt.status();
  const custody::Judgement judgement = custody::Judge(*receipt, {});
  const std::string text = custody::FormatReceipt(*receipt);
  if (absl::Status s = WriteNewFile(given.output, AsBytes(text)); !s.ok()) return s;
  if (given.output == "-") return absl::OkStatus();
  shell.terminal->Line(absl::StrCat("receipt of ", found->card.code, ": ", given.output));
  shell.terminal->Line(absl::StrCat("  ", judgement.steps.size(), " steps, ", text.size(),
                                    " bytes, confirmed by ", judgement.cosigned.size(),
                                    judgement.cosigned.size() == 1 ? " other" : " others"));
  shell.terminal->Line("  anybody can check it, with no network: amparo verify FILE");
  shell.terminal->Json({{"document", found->card.code},
                        {"file", given.output},
                        {"steps", judgement.steps.size()},
                        {"bytes", text.size()},
                        {"cosigned", judgement.cosigned.size()},
                        {"with_files", given.with_files}});
  return absl::OkStatus();
}

// ---- verify

// A file that cannot be read is malformed input, whatever the reason.
absl::StatusOr<Bytes> ReadInput(const std::string& path, std::uint64_t max) {
  absl::StatusOr<Bytes> bytes = client::platform::ReadFile(path, max);
  if (bytes.ok()) return bytes;
  return absl::InvalidArgumentError(
      absl::StrCat("cannot read ", path, ": ", bytes.status().message()));
}

absl::Status Ending(absl::StatusCode code, absl::string_view reason, absl::string_view message) {
  absl::Status status(code, message);
  client::AttachDetail(status, {.reason = std::string(reason), .head = {}, .next_number = 0});
  return status;
}

struct Compared {
  std::string path;
  custody::ComparedFile file;
};

absl::StatusOr<std::vector<Compared>> CompareFiles(const custody::Receipt& receipt,
                                                   const std::vector<std::string>& paths) {
  std::vector<Compared> compared;
  for (const std::string& path : paths) {
    const absl::StatusOr<Bytes> bytes = ReadInput(path, kComparedBytesMax);
    if (!bytes.ok()) return bytes.status();
    compared.push_back(
        {.path = path,
         .file = {.sha256 = Sha256(*bytes), .object = custody::FindSealed(receipt, *bytes)}});
  }
  return compared;
}

void ShowCompared(Terminal& terminal, const custody::Judgement& judgement,
                  const std::vector<Compared>& compared) {
  if (!compared.empty()) terminal.Line("");
  for (const Compared& one : compared) {
    if (!one.file.object.has_value()) {
      terminal.Line(absl::StrCat("DIFFERENT: ", one.path,
                                 " is none of the files whose keys are in this receipt"));
      continue;
    }
    for (const custody::Step& step : judgement.steps) {
      for (const ObjectRef& ref : step.objects) {
        if (ref.object != *one.file.object) continue;
        terminal.Line(absl::StrCat("SAME: ", one.path, " is, byte for byte, a file of step #",
                                   step.position.value));
      }
    }
  }
}

void ShowJudgement(Terminal& terminal, absl::string_view text, custody::FileKind kind,
                   const custody::Judgement& judgement) {
  if (judgement.verdict == custody::Verdict::kValid) {
    const auto receipt = custody::ParseReceipt(text);
    for (const std::string& line : DescribeReceipt(*receipt, judgement)) terminal.Line(line);
  } else if (kind == custody::FileKind::kEvidence && judgement.was_read &&
             judgement.verdict != custody::Verdict::kInvalid &&
             judgement.verdict != custody::Verdict::kUpdateRequired) {
    const auto evidence = custody::ParseEvidence(text);
    for (const std::string& line : DescribeEvidence(*evidence, judgement)) terminal.Line(line);
  } else {
    terminal.Line(judgement.reason
                      ? absl::StrCat("INVALID: ", custody::ReasonName(*judgement.reason))
                      : std::string(custody::VerdictName(judgement.verdict)));
  }
}

// How the program ends: the exit codes of docs/spec/receipt.md.
absl::Status End(const custody::Judgement& judgement, const std::vector<Compared>& compared) {
  switch (judgement.verdict) {
    case custody::Verdict::kUpdateRequired:
      return Ending(absl::StatusCode::kFailedPrecondition, "UPDATE_REQUIRED", judgement.detail);
    case custody::Verdict::kInvalid:
      return Ending(absl::StatusCode::kDataLoss, "NO_PROOF",
                    absl::StrCat("this file proves nothing: ", SpellReason(judgement)));
    case custody::Verdict::kNotEvidence:
      return Ending(absl::StatusCode::kDataLoss, "NOT_EVIDENCE",
                    "this file shows nothing against the log");
    default:
      break;
  }
  for (const Compared& one : compared) {
    if (one.file.object.has_value()) continue;
    return Ending(absl::StatusCode::kDataLoss, "FILE_NOT_IN_RECEIPT",
                  absl::StrCat(one.path, " is not in this receipt"));
  }
  return absl::OkStatus();
}

absl::Status Verify(Shell& shell, const Given& given) {
  std::vector<audit::Witness> partners;
  for (const std::string& key : given.witnesses) {
    auto witness = audit::ParseWitness(key);
    if (!witness.ok()) return witness.status();
    partners.push_back(*std::move(witness));
  }
  const absl::StatusOr<Bytes> bytes = ReadInput(given.file, 2 * custody::kFileBytesMax);
  if (!bytes.ok()) return bytes.status();
  const absl::string_view text = AsText(*bytes);
  const custody::FileKind kind = custody::FileKindOf(text);
  const custody::Judgement judgement = custody::JudgeFile(text, partners);
  std::vector<Compared> compared;
  if (judgement.verdict == custody::Verdict::kValid && !given.compared.empty()) {
    auto files = CompareFiles(*custody::ParseReceipt(text), given.compared);
    if (!files.ok()) return files.status();
    compared = *std::move(files);
  }
  std::vector<custody::ComparedFile> files;
  for (const Compared& one : compared) files.push_back(one.file);
  shell.terminal->Json(
      nlohmann::ordered_json::parse(custody::FormatReport(kind, judgement, files)));
  ShowJudgement(*shell.terminal, text, kind, judgement);
  ShowCompared(*shell.terminal, judgement, compared);
  return End(judgement, compared);
}

}  // namespace

void AddReceiptVerbs(CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  CLI::App* receipt = AddVerb(app, "receipt", "the custody history of a document as one file",
                              "amparo receipt heron-river-48/3 -o receipt.txt");
  receipt->add_option("document", given->document, "its code")->required();
  receipt->add_option("-o,--output", given->output, "a new file; - is standard output")->required();
  receipt->add_flag("--with-files", given->with_files,
                    "the keys of its files too, so that a file can be compared");
  SetWork(receipt, shell, [&shell, given] { return MakeReceipt(shell, *given); });
  CLI::App* verify = AddVerb(app, "verify", "what a receipt or a piece of evidence proves",
                             "amparo verify receipt.txt --file page-1.jpg");
  verify->add_option("file", given->file, "a receipt, or evidence")->required();
  verify->add_option("--file", given->compared, "a file to compare with what was sealed");
  verify->add_option("--witness", given->witnesses, "verifier key of a partner whom you trust");
  SetWork(verify, shell, [&shell, given] { return Verify(shell, *given); });
}

}  // namespace amparo::cli
