package org.sgconv.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.sgconv.InvalidArgumentException;
import org.sgconv.tensor.DType;

/** The element types of {@code --types}. */
final class Types {

  private Types() {}

  /**
   * Those of these names.
   *
   * @param allowed what is measured
   * @param otherwise if none is named
   */
  static List<DType> named(List<String> names, List<DType> allowed, List<DType> otherwise) {
    return names.isEmpty()
        ? otherwise
        : names.stream().map(name -> named(name, allowed)).distinct().toList();
  }

  private static DType named(String name, List<DType> allowed) {
    return allowed.stream()
        .filter(type -> lowerCase(type).equals(name.strip()))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidArgumentException(
                    "--types names '"
                        + name
                        + "': expected any of "
                        + allowed.stream()
                            .map(Types::lowerCase)
                            .collect(Collectors.joining(", "))));
  }

  private static String lowerCase(DType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
