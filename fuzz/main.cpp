#include "fuzz/cli/cli.hpp"

int main(int argc, char** argv) { return tailbound::fuzz::cli::run(argc, argv); }
