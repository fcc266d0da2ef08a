// Writes tests/vectors/statement and tests/vectors/invitation afresh:
// `statement_vectors tests/vectors`. For a change of the format alone; whoever runs it looks
// at the difference before committing it.

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "tests/statement/example_invitation.h"
#include "tests/statement/vector_cases.h"

namespace {

bool Write(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (out.flush()) return true;
  std::cerr << "error: cannot write " << path << "\n";
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: statement_vectors FOLDER\n";
    return EXIT_FAILURE;
  }
  const std::string folder = argv[1];
  bool written = true;
  for (const amparo::VectorCase& vector : amparo::VectorCases()) {
    written &= Write(folder + "/statement/" + vector.name + ".txt", amparo::FormatVector(vector));
  }
  for (const auto& [name, text] : amparo::InvitationVectors()) {
    written &= Write(folder + "/invitation/" + name, text);
  }
  return written ? EXIT_SUCCESS : EXIT_FAILURE;
}
