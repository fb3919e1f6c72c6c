package org.sgconv.benchmarks.device;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.benchmarks.model.RepeatCheck;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/** Runs a call twice and compares the bits that it leaves. */
final class RepeatedRuns {

  private static final long WHOLE = 1L << 30;
  private static final long PART = 16L << 20;
  private static final int PARTS = 16;

  private RepeatedRuns() {}

  /** Elements of a result from here on, as the first run left them. */
  private record Kept(String result, Tensor elements, long first, Tensor host) {}

  /**
   * Calls twice, with other values in the results' place between.
   *
   * @param operands whose results are compared
   * @param call submits the work on the first set of the operands
   */
  static RepeatCheck measure(DeviceOperands operands, Runnable call) {
    try (TensorScope hosts = TensorScope.onHost()) {
      call.run();
      List<Kept> all = keep(operands.results(), hosts);
      operands.overwriteResults();
      call.run();
      long bytes = 0;
      for (Kept kept : all) {
        bytes += kept.host().byteSize();
        String difference = difference(kept);
        if (difference != null) {
          return new RepeatCheck(bytes, difference);
        }
      }
      return new RepeatCheck(bytes, null);
    }
  }

  private static List<Kept> keep(Map<Output, Tensor> results, TensorScope hosts) {
    List<Kept> all = new ArrayList<>();
    results.forEach(
        (output, tensor) -> {
          Tensor flat = tensor.reshape(tensor.elementCount());
          for (long first : starts(tensor)) {
            long end = Math.min(flat.elementCount(), first + partElements(tensor));
            Tensor elements = flat.slice(first, end);
            Tensor host = hosts.adopt(elements.toHost());
            all.add(new Kept(output.symbol(), elements, first, host));
          }
        });
    return all;
  }

  private static long partElements(Tensor tensor) {
    return PART / tensor.type().byteSize();
  }

  /** Where parts of the elements begin: one after another, or apart from each other. */
  private static List<Long> starts(Tensor tensor) {
    return starts(tensor.elementCount(), partElements(tensor), WHOLE / tensor.type().byteSize());
  }

  /** As it says there, of {@code count} elements; up to {@code whole} of them leave no gap. */
  static List<Long> starts(long count, long part, long whole) {
    List<Long> starts = new ArrayList<>();
    if (count <= whole) {
      for (long first = 0; first < count; first += part) {
        starts.add(first);
      }
    } else {
      for (int i = 0; i < PARTS; i++) {
        starts.add(Math.round((count - part) * (i / (PARTS - 1.0))));
      }
    }
    return starts;
  }

  private static @Nullable String difference(Kept kept) {
    try (Tensor now = kept.elements().toHost()) {
      MemorySegment before = kept.host().segment();
      long at = before.mismatch(now.segment());
      if (at < 0) {
        return null;
      }
      int element = (int) (at / now.type().byteSize());
      return String.format(
          Locale.ROOT,
          "%s, element %d of %d: first %s, then %s",
          kept.result(),
          kept.first() + element,
          kept.elements().elementCount(),
          kept.host().getFlat(element),
          now.getFlat(element));
    }
  }
}
