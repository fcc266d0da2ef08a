// What others wrote is harmless on a terminal.

#include "client/cli/terminal.h"

#include <gtest/gtest.h>

#include <string>

namespace amparo::cli {
namespace {

TEST(Escape, LeavesTheLettersOfEveryLanguageAlone) {
  for (const char* text :
       {"Ana Pérez", "K'iche' tz'ib' ä", "Kreyòl ayisyen", "declaração", "日本"}) {
    EXPECT_EQ(Escape(text), text);
  }
}

TEST(Escape, SpellsEveryControlCharacter) {
  for (int c = 0; c < 0x20; ++c) {
    const std::string text(1, static_cast<char>(c));
    EXPECT_EQ(Escape(text).rfind("\\u{", 0), 0u) << c;
  }
  EXPECT_EQ(Escape("\x7f"), "\\u{7f}");
  EXPECT_EQ(Escape("\xc2\x9b"
                   "31m"),
            "\\u{9b}31m");  // C1: a CSI in one character.
}

TEST(Escape, SpellsTerminalSequences) {
  EXPECT_EQ(Escape("\x1b]52;c;ZXZpbA==\a"), "\\u{1b}]52;c;ZXZpbA==\\u{7}");
  EXPECT_EQ(Escape("a\r\nb"), "a\\u{d}\\u{a}b");
}

TEST(Escape, SpellsBidirectionalAndInvisibleCharacters) {
  EXPECT_EQ(Escape("photo\u202egpj.exe"), "photo\\u{202e}gpj.exe");
  EXPECT_EQ(Escape("a\u200bb\u2066c\ufeff"), "a\\u{200b}b\\u{2066}c\\u{feff}");
}

TEST(Escape, SpellsWhatIsNoUtf8) {
  EXPECT_EQ(Escape("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(Escape("\xc0\xaf"), "\\xc0\\xaf");           // Overlong.
  EXPECT_EQ(Escape("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // A surrogate.
  EXPECT_EQ(Escape("\xe2\x82"), "\\xe2\\x82");           // Cut short.
}

// Whatever goes in, nothing that a terminal acts on comes out.
TEST(Escape, NeverLetsAControlByteThrough) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second), '['};
      for (const char c : Escape(text)) {
        const auto byte = static_cast<unsigned char>(c);
        ASSERT_TRUE(byte >= 0x20 && byte != 0x7f) << first << " " << second;
      }
    }
  }
}

}  // namespace
}  // namespace amparo::cli
