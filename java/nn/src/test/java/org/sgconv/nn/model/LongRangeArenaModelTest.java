package org.sgconv.nn.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.Backends;
import org.sgconv.nn.Held;
import org.sgconv.nn.state.NamedParameter;
import org.sgconv.tensor.DType;

/** The published models have as many parameters as the published code's. */
class LongRangeArenaModelTest {

  @ParameterizedTest
  @CsvSource({
    "LISTOPS, 295434, 24576, 0",
    "TEXT, 903426, 73728, 0",
    "RETRIEVAL, 1122562, 39936, 0",
    "IMAGE, 4349962, 1179648, 3072",
    "PATHFINDER, 1385474, 589824, 0",
    "PATH_X, 2368514, 1572864, 0",
  })
  void hasAsManyParametersAsPublished(
      LongRangeArenaModel kind, long all, long ofKernels, long frozen) {
    Held before = Held.now();
    try (SequenceModel model =
        SequenceModel.create(Backends.reference(), kind.spec(), DType.FLOAT32, 1)) {
      List<NamedParameter> parameters = model.parameters();
      assertThat(count(parameters, each -> true)).isEqualTo(all);
      assertThat(count(parameters, each -> each.name().contains(".kernel_list.")))
          .isEqualTo(ofKernels);
      assertThat(count(parameters, each -> each.parameter().hint().frozen())).isEqualTo(frozen);
      assertThat(parameters).extracting(NamedParameter::name).doesNotHaveDuplicates();
    }
    before.requireSame("closing");
  }

  private static long count(List<NamedParameter> parameters, Predicate<NamedParameter> which) {
    return parameters.stream()
        .filter(which)
        .mapToLong(each -> each.parameter().value().elementCount())
        .sum();
  }
}
