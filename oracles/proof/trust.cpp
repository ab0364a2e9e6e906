#include "oracles/proof/trust.hpp"

namespace tailbound::proof {

const char* what_is_trusted() {
  return "trusted: the encoding of frames and contexts (oracles/proof), the two solvers where they agree; "
         "with\n"
         "certificates, Z3's bit-blasting and our RUP checker in their place. Assumed: programs cannot write "
         "the\n"
         "counter's cell, new cells are not where live frames point, patches are seen whole and in order, no "
         "stack\n"
         "lies below 65536. About the model, not yet about machine code. The whole list: docs/trust.md\n";
}

}  // namespace tailbound::proof
