// Promises: what a server acknowledged, until this home saw it in the log at that position. A
// server that says "done" and drops a statement is found out at the next synchronisation.
// Spec: docs/spec/client-checks.md, "Publishing"; docs/spec/home.md, "Promises".
//
// Thread safety: as the Workplace's.

#ifndef AMPARO_CLIENT_PROMISES_H_
#define AMPARO_CLIENT_PROMISES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/log_entry.h"
#include "client/statement_author.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::client {

struct Workplace;

Bytes EncodePromises(const std::vector<Promise>& promises);
// DATA_LOSS: not what EncodePromises writes.
absl::StatusOr<std::vector<Promise>> DecodePromises(ByteView bytes);

// Nothing kept is no error.
absl::Status RestorePromises(Workplace& place);

// Durable when it returns. On an error it is remembered by this process all the same.
absl::Status KeepPromise(Workplace& place, const Promise& promise);

// Holds what was promised below the verified head against the log, and forgets what stands there.
// DATA_LOSS, and a standing alarm: something does not. It is remembered until a person ends the
// alarm. Other errors: a light home could not have a proof.
absl::Status CheckPromises(Workplace& place);

// The same for what a synchronisation after its promise must show, also if the head is not there
// yet.
absl::Status CheckPromise(Workplace& place, const Promise& promise);

// A person ended the alarm: what does not stand in the log is asked for no more.
absl::Status DropBrokenPromises(Workplace& place);
// The log was cut at `size` and went on: forgets and returns what was promised behind it and does
// not stand there now.
std::vector<Promise> DropPromisesFrom(Workplace& place, TreeSize size);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_PROMISES_H_
