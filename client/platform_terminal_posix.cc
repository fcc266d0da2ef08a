#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/platform_terminal.h"

namespace amparo::client::platform {
namespace {

constexpr std::size_t kSecretLineMax = 1024;

// Switches echo off for as long as it lives.
class EchoOff {
 public:
  explicit EchoOff(int fd) : fd_(fd) {
    if (tcgetattr(fd_, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    quiet.c_lflag |= ECHONL;
    active_ = tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  ~EchoOff() {
    if (active_) tcsetattr(fd_, TCSAFLUSH, &before_);
  }

 private:
  int fd_;
  termios before_{};
  bool active_ = false;
};

// Reads up to `max` bytes, or to the first newline if `line`. Nothing on a read error.
std::optional<std::size_t> ReadInto(int fd, MutableByteView out, bool line) {
  std::size_t used = 0;
  while (used < out.size()) {
    const ssize_t got = read(fd, out.data() + used, line ? 1 : out.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) return used;
    used += static_cast<std::size_t>(got);
    if (line && out[used - 1] == '\n') return used;
  }
  return used;
}

}  // namespace

bool IsInteractive() { return isatty(STDIN_FILENO) == 1; }
bool IsStdoutTerminal() { return isatty(STDOUT_FILENO) == 1; }

std::size_t TerminalColumns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

absl::StatusOr<SecretBuffer> ReadSecretLine(absl::string_view prompt) {
  if (!IsInteractive()) {
    return absl::FailedPreconditionError("a passphrase is needed and there is no terminal");
  }
  // Before the prompt: what is typed from then on is neither shown nor thrown away.
  EchoOff echo_off(STDIN_FILENO);
  std::fwrite(prompt.data(), 1, prompt.size(), stderr);
  std::fflush(stderr);
  SecretBuffer line(kSecretLineMax);
  const std::optional<std::size_t> got = ReadInto(STDIN_FILENO, line.ExposeMutable(), true);
  if (!got || *got == 0) return absl::CancelledError("nothing was typed");
  std::size_t length = *got;
  if (line.Expose()[length - 1] == '\n') --length;
  return SecretBuffer::CopyOf(line.Expose().first(length));
}

absl::StatusOr<SecretBuffer> ReadSecretFile(const std::string& path, std::size_t max) {
  const bool standard_input = path == "-";
  const int fd = standard_input ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return absl::NotFoundError(absl::StrCat("cannot read ", path, ": ", std::strerror(errno)));
  }
  SecretBuffer buffer(max + 1);
  const std::optional<std::size_t> got = ReadInto(fd, buffer.ExposeMutable(), false);
  if (!standard_input) close(fd);
  if (!got) return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  if (*got > max) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is over ", max, " bytes"));
  }
  return SecretBuffer::CopyOf(buffer.Expose().first(*got));
}

std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &local);
  return text;
}

}  // namespace amparo::client::platform
