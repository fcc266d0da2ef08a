// The people and the documents that PrintMatrix asks Decide about: an invented organisation,
// its keys derived from small numbers. Internal to workflow/matrix.cc.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_WORKFLOW_MATRIX_STAGE_H_
#define AMPARO_WORKFLOW_MATRIX_STAGE_H_

#include <map>
#include <string>
#include <vector>

#include "workflow/workflow.h"

namespace amparo::workflow {

// Who might act; the value is the letter that stands for them in the matrix.
enum class Person : char {
  kSubmitter = 'S',
  kOtherFellow = 'f',
  kCoordinator = 'C',
  kOtherDesk = 'c',
  kTranslator = 'T',
  kOtherTranslator = 't',
  kReviewer = 'R',
  kOtherReviewer = 'r',
  kAttorney = 'A',
  kOtherAttorney = 'a',
  kAuditor = 'u',
  kRegistrar = 'g',
};

class MatrixStage {
 public:
  MatrixStage();

  const std::vector<Person>& people() const { return people_; }
  static MemberId Member(Person person);
  // REQUIRES: a person of this stage.
  const Hash& CertificateOf(Person person) const { return certificates_.at(person); }
  // At the newest position; `now` counts in hours from the first tick.
  Context At(std::uint64_t hours) const;
  UnixSeconds Time(std::uint64_t hours) const;
  static constexpr Desk kDesk = 1;

 private:
  void Found();
  void Enrol(Person person, std::uint16_t roles, Desk desk);
  void Apply(Act act, const MemberId& actor, const Hash& certificate, std::uint8_t key);

  directory::Directory directory_;
  std::vector<Person> people_;
  std::map<Person, Hash> certificates_;
  Hash second_registrar_;
  std::uint64_t position_ = 0;
};

}  // namespace amparo::workflow

#endif  // AMPARO_WORKFLOW_MATRIX_STAGE_H_
