#include "values.h"

#include <algorithm>

#include "emulation/half.h"

namespace sgconv::test {

using cuda::bfloat16;
using cuda::float16;

template <class T>
std::vector<T> narrow(const Doubles &values) {
  std::vector<T> result(values.size());
  std::transform(values.begin(), values.end(), result.begin(),
                 [](double value) { return cuda::from_float<T>(static_cast<float>(value)); });
  return result;
}

template <class T>
Doubles widen(const std::vector<T> &values) {
  Doubles result(values.size());
  std::transform(values.begin(), values.end(), result.begin(),
                 [](T value) { return static_cast<double>(cuda::to_float(value)); });
  return result;
}

template std::vector<float> narrow<float>(const Doubles &);
template std::vector<bfloat16> narrow<bfloat16>(const Doubles &);
template std::vector<float16> narrow<float16>(const Doubles &);
template Doubles widen<float>(const std::vector<float> &);
template Doubles widen<bfloat16>(const std::vector<bfloat16> &);
template Doubles widen<float16>(const std::vector<float16> &);

}  // namespace sgconv::test
