#include "server/witnesses.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/private_file.h"

namespace amparo::server {

std::string WitnessFiles::PathOf(const OrgId& org) const {
  return absl::StrCat(directory_, "/", ToHex(org));
}

absl::StatusOr<std::vector<audit::Witness>> WitnessFiles::List(const OrgId& org) const {
  std::vector<audit::Witness> witnesses;
  const auto bytes = ReadPrivateFile(PathOf(org));
  if (absl::IsNotFound(bytes.status())) return witnesses;
  if (!bytes.ok()) return bytes.status();
  for (const absl::string_view line : absl::StrSplit(AsText(*bytes), '\n', absl::SkipEmpty())) {
    auto witness = audit::ParseWitness(line);
    if (!witness.ok()) {
      return absl::DataLossError(absl::StrCat(PathOf(org), ": ", witness.status().message()));
    }
    witnesses.push_back(*std::move(witness));
  }
  return witnesses;
}

absl::Status WitnessFiles::Write(const OrgId& org,
                                 const std::vector<audit::Witness>& witnesses) const {
  if (auto status = MakePrivateDirectory(directory_); !status.ok()) return status;
  std::string text;
  for (const audit::Witness& witness : witnesses) {
    absl::StrAppend(&text, audit::FormatWitness(witness), "\n");
  }
  return WritePrivateFile(PathOf(org), AsBytes(text));
}

absl::Status WitnessFiles::Add(const OrgId& org, const audit::Witness& witness) const {
  auto witnesses = List(org);
  if (!witnesses.ok()) return witnesses.status();
  if (audit::CertificateOfCosigner(witness.name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", witness.name, "' is the name of a member's device, not of a witness"));
  }
  for (const audit::Witness& other : *witnesses) {
    if (other.name != witness.name && other.key != witness.key) continue;
    return absl::AlreadyExistsError(
        absl::StrCat("the witness '", other.name, "' has this name or this key"));
  }
  if (witnesses->size() >= kWitnessesMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", witnesses->size(), " witnesses, at most ", kWitnessesMax));
  }
  witnesses->push_back(witness);
  return Write(org, *witnesses);
}

absl::Status WitnessFiles::Remove(const OrgId& org, absl::string_view name) const {
  auto witnesses = List(org);
  if (!witnesses.ok()) return witnesses.status();
  const auto removed = std::erase_if(
      *witnesses, [&](const audit::Witness& witness) { return witness.name == name; });
  if (removed == 0) return absl::NotFoundError(absl::StrCat("no witness '", name, "'"));
  return Write(org, *witnesses);
}

WitnessSource WitnessFiles::source() const {
  return [files = WitnessFiles(directory_)](const OrgId& org) {
    auto witnesses = files.List(org);
    return witnesses.ok() ? *std::move(witnesses) : std::vector<audit::Witness>();
  };
}

}  // namespace amparo::server
