// How many words a file to hand in has, to catch the wrong one: plain text and DOCX, of which
// nothing but the words is read.
//
// Thread safety: pure function over the file.

#ifndef AMPARO_CLIENT_WORD_COUNT_H_
#define AMPARO_CLIENT_WORD_COUNT_H_

#include <cstdint>

#include "client/client.h"

namespace amparo::client {

// 0: cannot tell (another type, or damaged). Memory is bounded whatever a DOCX unpacks to.
std::uint64_t CountWords(const FileToSend& file);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_WORD_COUNT_H_
