// The row step of long rows by itself, at every length.
#include "middle_rows_step.h"

using sgconv::test::failures;
using sgconv::test::middle_rows::step;

int main() {
  step<512>();
  step<1024>();
  step<2048>();
  step<4096>();
  step<8192>();
  step<16384>();
  return failures() == 0 ? 0 : 1;
}
