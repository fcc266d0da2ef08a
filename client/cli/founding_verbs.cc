// root, recovery, org: the verbs that found an organisation.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/verbs.h"
#include "client/epoch_draft.h"
#include "client/founding.h"

namespace amparo::cli {
namespace {

// What the founding verbs were told. One object, alive as long as the command line.
struct Given {
  std::string output = "-";
  std::string file;
  std::string token, draft, recovery, challenge, answer, name_file, proxy;
  std::vector<std::string> roots, registrars, signatures;
};

absl::StatusOr<std::vector<std::string>> ReadAll(const std::vector<std::string>& paths) {
  std::vector<std::string> texts;
  for (const std::string& path : paths) {
    absl::StatusOr<std::string> text = ReadTextFile(path);
    if (!text.ok()) return text.status();
    texts.push_back(*std::move(text));
  }
  return texts;
}

// Writes what a home gives to others, and says where it went.
absl::Status Give(Shell& shell, const std::string& path, const std::string& text,
                  const std::string& what) {
  if (absl::Status status = WriteNewFile(path, AsBytes(text)); !status.ok()) return status;
  if (path != "-") shell.terminal->Note(absl::StrCat("wrote ", what, " to ", path));
  return absl::OkStatus();
}

void ShowPolicy(Terminal& terminal, const client::PolicySummary& policy) {
  terminal.Note(absl::StrCat("policy version ", policy.version, " of organisation ",
                             ToHex(policy.org).substr(0, 16)));
  terminal.Note(absl::StrCat("  roots: ", policy.roots, ", of whom ", policy.threshold, " sign"));
  terminal.Note(absl::StrCat("  recovery recipient: ", policy.recovery));
  terminal.Note(absl::StrCat("  registrars: ", absl::StrJoin(policy.registrars, ", ")));
  terminal.Note(
      absl::StrCat("  a copy of the log gives keys for ", policy.freshness_limit_hours, " hours"));
  terminal.Note(absl::StrCat("  read to each other: ", policy.fingerprint));
}

absl::Status NewKeyHome(Shell& shell, const Given& given, bool root) {
  absl::StatusOr<SecretBuffer> passphrase = shell.terminal->NewPassphrase();
  if (!passphrase.ok()) return passphrase.status();
  absl::StatusOr<std::string> text =
      root ? client::CreateRootHome(shell.home, passphrase->Expose())
           : client::CreateRecoveryHome(shell.home, passphrase->Expose());
  if (!text.ok()) return text.status();
  shell.terminal->Note(
      absl::StrCat("made ", shell.home, ": keep it off line, and its passphrase apart from it"));
  return Give(shell, given.output, *text, "the public half");
}

absl::Status SignDraft(Shell& shell, const Given& given) {
  absl::StatusOr<std::string> draft = ReadTextFile(given.draft);
  if (!draft.ok()) return draft.status();
  if (client::ParseLogEpochDraft(*draft).ok()) return SignEpochDraft(shell, *draft, given.output);
  absl::StatusOr<client::PolicySummary> summary = client::ReadPolicyDraft(*draft);
  if (!summary.ok()) return summary.status();
  ShowPolicy(*shell.terminal, *summary);
  if (absl::Status yes = shell.terminal->Confirm("sign this policy?"); !yes.ok()) return yes;
  absl::StatusOr<Shell::Unlocked> unlocked = shell.Unlock();
  if (!unlocked.ok()) return unlocked.status();
  absl::StatusOr<std::string> signature = client::SignPolicy(*draft, unlocked->keys);
  if (!signature.ok()) return signature.status();
  return Give(shell, given.output, *signature, "the signature");
}

absl::Status Draft(Shell& shell, const Given& given) {
  absl::StatusOr<std::string> token = ReadTextFile(given.token);
  if (!token.ok()) return token.status();
  absl::StatusOr<std::vector<std::string>> roots = ReadAll(given.roots);
  if (!roots.ok()) return roots.status();
  absl::StatusOr<std::vector<std::string>> registrars = ReadAll(given.registrars);
  if (!registrars.ok()) return registrars.status();
  absl::StatusOr<std::string> recovery = ReadTextFile(given.recovery);
  if (!recovery.ok()) return recovery.status();
  absl::StatusOr<std::string> draft = client::DraftPolicy(*token, *roots, *recovery, *registrars);
  if (!draft.ok()) return draft.status();
  absl::StatusOr<client::PolicySummary> summary = client::ReadPolicyDraft(*draft);
  if (!summary.ok()) return summary.status();
  ShowPolicy(*shell.terminal, *summary);
  return Give(shell, given.output, *draft, "the draft");
}

// Publishes what a registrar's name is, and, for the founder, the directory's first epoch.
absl::Status StartDirectory(Shell::Unlocked unlocked) {
  auto opened = client::Client::Open(std::move(unlocked.home), std::move(unlocked.keys));
  if (!opened.ok()) return opened.status();
  if (absl::Status synced = (*opened)->Sync(); !synced.ok()) return synced;
  return (*opened)->StartDirectory({});
}

absl::Status Found(Shell& shell, const Given& given) {
  if (absl::Status s = shell.CheckMayConnect(); !s.ok()) return s;
  absl::StatusOr<std::string> proxy = CheckProxy(given.proxy);
  if (!proxy.ok()) return proxy.status();
  absl::StatusOr<std::string> token = ReadTextFile(given.token);
  if (!token.ok()) return token.status();
  absl::StatusOr<std::string> draft = ReadTextFile(given.draft);
  if (!draft.ok()) return draft.status();
  absl::StatusOr<std::vector<std::string>> signatures = ReadAll(given.signatures);
  if (!signatures.ok()) return signatures.status();
  absl::StatusOr<client::PolicySummary> summary = client::ReadPolicyDraft(*draft);
  if (!summary.ok()) return summary.status();
  ShowPolicy(*shell.terminal, *summary);
  if (absl::Status yes = shell.terminal->Confirm("found this organisation?"); !yes.ok()) return yes;
  absl::StatusOr<Shell::Unlocked> unlocked = shell.Unlock();
  if (!unlocked.ok()) return unlocked.status();
  absl::Status founded = client::Found(unlocked->home, unlocked->keys, *token, *draft, *signatures,
                                       client::ConnectGrpc, *proxy);
  if (!founded.ok()) return founded;
  if (absl::Status started = StartDirectory(*std::move(unlocked)); !started.ok()) return started;
  shell.terminal->Line(
      "the organisation stands; give the other registrars what `amparo org card` "
      "prints");
  return absl::OkStatus();
}

absl::Status Card(Shell& shell, const Given& given) {
  absl::StatusOr<Shell::Unlocked> unlocked = shell.Unlock();
  if (!unlocked.ok()) return unlocked.status();
  absl::StatusOr<std::string> card = client::OrgCard(unlocked->home, unlocked->keys);
  if (!card.ok()) return card.status();
  return Give(shell, given.output, *card, "the organisation's card");
}

absl::Status JoinRegistrar(Shell& shell, const Given& given) {
  if (absl::Status s = shell.CheckMayConnect(); !s.ok()) return s;
  absl::StatusOr<std::string> proxy = CheckProxy(given.proxy);
  if (!proxy.ok()) return proxy.status();
  absl::StatusOr<std::string> card = ReadTextFile(given.file);
  if (!card.ok()) return card.status();
  absl::StatusOr<Shell::Unlocked> unlocked = shell.Unlock();
  if (!unlocked.ok()) return unlocked.status();
  absl::Status joined = client::JoinAsRegistrar(unlocked->home, unlocked->keys, *card, *proxy);
  if (!joined.ok()) return joined;
  if (absl::Status started = StartDirectory(*std::move(unlocked)); !started.ok()) return started;
  shell.terminal->Line("you are a registrar of this organisation");
  return absl::OkStatus();
}

absl::Status Prepare(Shell& shell, const Given& given) {
  absl::StatusOr<std::string> name =
      shell.terminal->Text(given.name_file, "the name colleagues know you by", 128);
  if (!name.ok()) return name.status();
  absl::StatusOr<SecretBuffer> passphrase = shell.terminal->NewPassphrase();
  if (!passphrase.ok()) return passphrase.status();
  absl::StatusOr<std::string> card =
      client::CreateRegistrarHome(shell.home, passphrase->Expose(), *name);
  if (!card.ok()) return card.status();
  return Give(shell, given.output, *card, "your registrar card (public keys)");
}

absl::Status Challenge(Shell& shell, const Given& given) {
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  const Policy& policy = (*opened)->replica().directory().policy();
  Hash proof;
  absl::StatusOr<std::string> challenge =
      client::MakeRecoveryChallenge(FormatRecipient(policy.recovery), &proof);
  if (!challenge.ok()) return challenge.status();
  return Give(shell, given.output, *challenge, "the challenge");
}

absl::Status AnswerChallenge(Shell& shell, const Given& given) {
  absl::StatusOr<std::string> challenge = ReadTextFile(given.challenge);
  if (!challenge.ok()) return challenge.status();
  absl::StatusOr<Shell::Unlocked> unlocked = shell.Unlock();
  if (!unlocked.ok()) return unlocked.status();
  absl::StatusOr<std::string> answer = client::AnswerRecoveryChallenge(*challenge, unlocked->keys);
  if (!answer.ok()) return answer.status();
  shell.terminal->Note("the recovery key opens what is sealed to it");
  return Give(shell, given.output, *answer, "the answer");
}

absl::Status ConfirmAnswer(Shell& shell, const Given& given) {
  absl::StatusOr<std::string> challenge = ReadTextFile(given.challenge);
  if (!challenge.ok()) return challenge.status();
  absl::StatusOr<std::string> answer = ReadTextFile(given.answer);
  if (!answer.ok()) return answer.status();
  absl::StatusOr<Hash> proof = client::CheckRecoveryAnswer(*challenge, *answer);
  if (!proof.ok()) return proof.status();
  absl::StatusOr<std::unique_ptr<client::Client>> opened = shell.OpenClient();
  if (!opened.ok()) return opened.status();
  if (absl::Status status = (*opened)->ConfirmRecovery(*proof); !status.ok()) return status;
  shell.terminal->Line("recovery is tested: cases can be opened");
  return absl::OkStatus();
}

void AddOutput(CLI::App* verb, const std::shared_ptr<Given>& given) {
  verb->add_option("-o,--output", given->output, "new file for it; - is standard output");
}

void AddRootVerbs(CLI::App& app, Shell& shell, const std::shared_ptr<Given>& given) {
  CLI::App* root = AddVerb(app, "root", "a root key, kept off line",
                           "amparo root new --home /media/stick/root -o root1.pub");
  root->require_subcommand(1);
  CLI::App* root_new = AddVerb(*root, "new", "make a root key in a home of its own",
                               "amparo root new --home ROOT -o root1.pub");
  AddOutput(root_new, given);
  SetWork(root_new, shell, [&shell, given] { return NewKeyHome(shell, *given, true); });
  CLI::App* root_sign =
      AddVerb(*root, "sign", "read a draft of a policy or a log epoch and sign it",
              "amparo root sign policy.draft --home ROOT -o root1.sig");
  root_sign->add_option("draft", given->draft, "the draft")->required();
  AddOutput(root_sign, given);
  SetWork(root_sign, shell, [&shell, given] { return SignDraft(shell, *given); });
}

void AddRecoveryVerbs(CLI::App& app, Shell& shell, const std::shared_ptr<Given>& given) {
  CLI::App* recovery = AddVerb(app, "recovery", "the organisation's off-line recovery key",
                               "amparo recovery new --home /media/stick/recovery -o recovery.pub");
  recovery->require_subcommand(1);
  CLI::App* recovery_new = AddVerb(*recovery, "new", "make the recovery key in a home of its own",
                                   "amparo recovery new --home RECOVERY -o recovery.pub");
  AddOutput(recovery_new, given);
  SetWork(recovery_new, shell, [&shell, given] { return NewKeyHome(shell, *given, false); });
  CLI::App* test = AddVerb(*recovery, "test", "open a challenge, to show that the key works",
                           "amparo recovery test challenge --home RECOVERY -o answer");
  test->add_option("challenge", given->challenge, "what `amparo org challenge` wrote")->required();
  AddOutput(test, given);
  SetWork(test, shell, [&shell, given] { return AnswerChallenge(shell, *given); });
}

void AddPolicyVerbs(CLI::App* org, Shell& shell, const std::shared_ptr<Given>& given) {
  CLI::App* prepare = AddVerb(*org, "prepare", "a registrar's home, before there is a policy",
                              "amparo org prepare --home ME -o me.registrar");
  prepare->add_option("--name-file", given->name_file, "file with your name; - is standard input");
  AddOutput(prepare, given);
  SetWork(prepare, shell, [&shell, given] { return Prepare(shell, *given); });
  CLI::App* draft = AddVerb(*org, "draft", "draft the first policy",
                            "amparo org draft --token org.token --root root*.pub --recovery "
                            "recovery.pub --registrar a.registrar b.registrar -o policy.draft");
  draft->add_option("--token", given->token, "founding token, from `amparod token`")->required();
  draft->add_option("--root", given->roots, "public halves of the root keys")->required();
  draft->add_option("--recovery", given->recovery, "public half of the recovery key")->required();
  draft->add_option("--registrar", given->registrars, "registrar cards")->required();
  AddOutput(draft, given);
  SetWork(draft, shell, [&shell, given] { return Draft(shell, *given); });
  CLI::App* found = AddVerb(*org, "found", "found the organisation with the signed policy",
                            "amparo org found --token org.token --draft policy.draft --signature "
                            "root1.sig root2.sig --home ME");
  found->add_option("--token", given->token, "founding token, from `amparod token`")->required();
  found->add_option("--draft", given->draft, "the policy draft")->required();
  found->add_option("--signature", given->signatures, "what the roots signed")->required();
  AddProxyOption(found, given->proxy);
  SetWork(found, shell, [&shell, given] { return Found(shell, *given); });
}

void AddOrganisationVerbs(CLI::App* org, Shell& shell, const std::shared_ptr<Given>& given) {
  CLI::App* card = AddVerb(*org, "card", "what the other registrars need to join",
                           "amparo org card --home ME -o org.card");
  AddOutput(card, given);
  SetWork(card, shell, [&shell, given] { return Card(shell, *given); });
  CLI::App* join = AddVerb(*org, "join", "join as a registrar named in the policy",
                           "amparo org join org.card --home ME");
  join->add_option("card", given->file, "what `amparo org card` wrote")->required();
  AddProxyOption(join, given->proxy);
  SetWork(join, shell, [&shell, given] { return JoinRegistrar(shell, *given); });
  CLI::App* challenge = AddVerb(*org, "challenge", "a challenge for the recovery key's keeper",
                                "amparo org challenge --home ME -o challenge");
  AddOutput(challenge, given);
  SetWork(challenge, shell, [&shell, given] { return Challenge(shell, *given); });
  CLI::App* confirm = AddVerb(*org, "confirm", "publish that the recovery key works",
                              "amparo org confirm challenge answer --home ME");
  confirm->add_option("challenge", given->challenge, "the challenge")->required();
  confirm->add_option("answer", given->answer, "the keeper's answer")->required();
  SetWork(confirm, shell, [&shell, given] { return ConfirmAnswer(shell, *given); });
}

}  // namespace

void AddFoundingVerbs(CLI::App& app, Shell& shell) {
  auto given = std::make_shared<Given>();
  AddRootVerbs(app, shell, given);
  AddRecoveryVerbs(app, shell, given);
  CLI::App* org =
      AddVerb(app, "org", "found an organisation; its members", "amparo org pending --home ME");
  org->require_subcommand(1);
  AddPolicyVerbs(org, shell, given);
  AddOrganisationVerbs(org, shell, given);
  AddEpochVerbs(*org, shell);
  AddRegistrarVerbs(*org, app, shell);
}

}  // namespace amparo::cli
