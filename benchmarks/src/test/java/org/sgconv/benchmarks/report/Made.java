package org.sgconv.benchmarks.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.sgconv.benchmarks.limit.MachineLimits;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Gpu;
import org.sgconv.benchmarks.model.HeapUse;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Machine;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.ResultCheck;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.Times;
import org.sgconv.benchmarks.model.Workload;

/** Results as if they had been measured. */
public final class Made {

  public static final BenchmarkCase CASE =
      new BenchmarkCase(Operation.FORWARD, new Workload(8, 256, 1024));

  private Made() {}

  /** One process that took this long and whose caller allocated that much a call. */
  public static Measurement round(Contender contender, double millis, double callerBytes) {
    return new Measurement(
        CASE,
        contender,
        Map.of("GLIBC_TUNABLES", "a=1"),
        new Times(List.of(millis), 100),
        List.of(new HeapUse(5000, callerBytes)),
        null,
        List.of(new ResultCheck("y", 1e-7, 0.1)),
        null,
        null);
  }

  public static Results onHost(Measurement... measurements) {
    return new Results(
        new Machine("cpu", 2, "linux", 0, "25", "abc", "avx2", "now", null),
        2,
        1,
        1000,
        new MachineLimits("avx2", 1 << 20, 1e10, 1e10, 1e11),
        Map.of(Library.SGCONV.id(), Library.SGCONV.description()),
        List.of(measurements),
        true);
  }

  public static Results onDevice(boolean finished, Measurement... measurements) {
    Gpu gpu = new Gpu("gpu", "gpu 0", false, 1, List.of("libcudart.so 13.0"), "1");
    return new Results(
        new Machine("cpu", 2, "linux", 0, "25", "abc", "avx2", "now", gpu),
        0,
        1,
        600,
        MachineLimits.ofDevice(1 << 20, 1e12),
        Map.of(Library.PYTORCH.id(), "2.9"),
        List.of(measurements),
        finished);
  }

  public static String json(Results results) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ResultsJson.write(results, out);
    return out.toString(StandardCharsets.UTF_8);
  }
}
