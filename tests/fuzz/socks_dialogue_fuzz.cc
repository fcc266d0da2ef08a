// What a SOCKS5 proxy answers: judged alike in whatever pieces it comes, and never more of it is
// wanted than an answer can have. The first byte is the size of the pieces.

#include "client/socks_dialogue.h"
#include "tests/fuzz/round_trip.h"

namespace {

using amparo::ByteView;
using amparo::client::HostPort;
using amparo::client::SocksDialogue;

constexpr std::size_t kLongestTail = 257;

struct End {
  absl::Status status;
  std::size_t left = 0;
  bool is_done = false;
};

End Give(ByteView bytes, std::size_t piece) {
  const HostPort proxy{.host = "127.0.0.1", .port = 9050, .ip = {127, 0, 0, 1}};
  SocksDialogue dialogue(proxy, {.host = "a.onion", .port = 7443},
                         {.user = "user", .password = "word"});
  End end;
  while (end.status.ok() && !bytes.empty() && dialogue.wanted() > 0) {
    amparo::fuzz::Require(dialogue.wanted() <= kLongestTail);
    const std::size_t size = std::min({piece, bytes.size(), dialogue.wanted()});
    end.status = dialogue.Receive(bytes.first(size));
    bytes = bytes.subspan(size);
    amparo::fuzz::Require(dialogue.TakeOutgoing().size() <= 3 + 255 + 255);
  }
  end.left = bytes.size();
  end.is_done = dialogue.is_done();
  amparo::fuzz::Require((dialogue.wanted() == 0) == (end.is_done || !end.status.ok()));
  return end;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const amparo::fuzz::Choice input = amparo::fuzz::Choose({data, size});
  const End whole = Give(input.rest, 512);
  const End split = Give(input.rest, 1 + input.which % 7);
  amparo::fuzz::Require(whole.status == split.status && whole.left == split.left &&
                        whole.is_done == split.is_done);
  return 0;
}
