package org.sgconv.oracle;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How often each class of signals noticed each error. */
final class MutationTable {

  private final Map<String, Map<SignalClass, Integer>> counts = new LinkedHashMap<>();
  private final Map<String, Integer> fewest = new LinkedHashMap<>();

  void add(String mutation, Set<SignalClass> noticing) {
    Map<SignalClass, Integer> row =
        counts.computeIfAbsent(mutation, name -> new EnumMap<>(SignalClass.class));
    noticing.forEach(signals -> row.merge(signals, 1, Integer::sum));
    fewest.merge(mutation, noticing.size(), Math::min);
  }

  /** A line for each error: in how many cases each class noticed it, and how many at least did. */
  String render() {
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder("%-24s".formatted("mutation"));
    for (SignalClass signals : SignalClass.values()) {
      head.append("  ").append(signals.id());
    }
    lines.add(head.append("  fewest").toString());
    counts.forEach(
        (mutation, row) -> {
          StringBuilder line = new StringBuilder("%-24s".formatted(mutation));
          for (SignalClass signals : SignalClass.values()) {
            int width = signals.id().length() + 2;
            Integer count = row.get(signals);
            line.append(("%" + width + "s").formatted(count == null ? "-" : count));
          }
          lines.add(line.append("%8d".formatted(fewest.get(mutation))).toString());
        });
    return String.join(System.lineSeparator(), lines);
  }
}
