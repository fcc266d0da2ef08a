// Writes tests/vectors/statement afresh: `statement_vectors FOLDER`. For a change of the
// format alone; whoever runs it looks at the difference before committing it.

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "tests/statement/vector_cases.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: statement_vectors FOLDER\n";
    return EXIT_FAILURE;
  }
  for (const amparo::VectorCase& vector : amparo::VectorCases()) {
    std::ofstream out(std::string(argv[1]) + "/" + vector.name + ".txt", std::ios::binary);
    out << amparo::FormatVector(vector);
    if (!out.flush()) {
      std::cerr << "error: cannot write " << vector.name << "\n";
      return EXIT_FAILURE;
    }
  }
  return EXIT_SUCCESS;
}
