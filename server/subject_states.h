// The states of cases and documents, replayed from the log on demand and kept in a bounded
// cache. Spec: docs/spec/engine.md, "States".
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_SERVER_SUBJECT_STATES_H_
#define AMPARO_SERVER_SUBJECT_STATES_H_

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "directory/directory.h"
#include "server/log_reader.h"
#include "server/subject.h"
#include "server/view_rows.h"
#include "workflow/workflow.h"

namespace amparo::server {

inline constexpr std::size_t kSubjectStatesCachedMax = 4096;

// REQUIRES everywhere below: subjects are cases or documents.
using SubjectValue = std::variant<workflow::Case, workflow::Document>;

struct SubjectState {
  SubjectValue value;
  ChainRow chain;
};

// A subject before its first statement.
SubjectState Unbegun(const Subject& subject);
// workflow::Decide, Evolve and MaySee on whichever it is.
workflow::Decision DecideOn(const SubjectValue& value, const workflow::Context& context,
                            const SignedStatement& statement, const Body& body);
SubjectValue EvolveOn(SubjectValue value, const std::vector<workflow::Event>& events,
                      const SignedStatement& statement);
bool MaySeeSubject(const SubjectValue& value, const workflow::Context& context,
                   const MemberId& member);
bool MaySeeSubject(const SubjectValue& value, const workflow::Context& context,
                   const directory::CertificateRecord& record);
// The newest turn; zeros before the first.
Hash HeadOf(const SubjectValue& value);

class SubjectStates {
 public:
  // `rows` is borrowed.
  SubjectStates(const ViewRows* rows, LogReader log) : rows_(rows), log_(log) {}

  // The state as of a log of `size` entries, which `directory` knows all of.
  // DATA_LOSS: the log holds what the rules refuse, or is damaged.
  absl::StatusOr<std::shared_ptr<const SubjectState>> Load(const Subject& subject,
                                                           const directory::Directory& directory,
                                                           TreeSize size);
  // Loads what is not kept yet, so that the next Load() finds it. What fails, fails again there.
  void Warm(const Subject& subject, const directory::Directory& directory, TreeSize size);
  // Takes a state that the view agrees with, unless a newer one is kept.
  void Keep(const Subject& subject, std::shared_ptr<const SubjectState> state);

 private:
  struct Step {
    Position position;
    SubjectId document;  // Zeros: a statement of the subject itself.
  };
  using Order = std::list<std::pair<Subject, std::shared_ptr<const SubjectState>>>;

  std::shared_ptr<const SubjectState> FindKept(const Subject& subject, const ChainRow& row);
  // `row`: the subject's, as the view has it.
  absl::StatusOr<std::vector<Step>> StepsOf(const Subject& subject, const ChainRow& row,
                                            TreeSize size) const;
  absl::StatusOr<SubjectState> Replay(const Subject& subject, const ChainRow& row,
                                      const directory::Directory& directory, TreeSize size) const;

  const ViewRows* const rows_;
  const LogReader log_;

  std::mutex mutex_;  // Guards what follows.
  Order order_;       // Most recently used first.
  std::map<Subject, Order::iterator> kept_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_SUBJECT_STATES_H_
