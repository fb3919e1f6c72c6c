package org.sgconv.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.HeapUse;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.ResultCheck;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.SignalContenders;
import org.sgconv.benchmarks.model.Times;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.tensor.DType;

/** What is written of signals. */
final class SignalReportsTest {

  private static final BenchmarkCase HALL = hall(DType.FLOAT32);
  private static final BenchmarkCase PRECISE = hall(DType.FLOAT64);
  private static final Contender DIRECT = new Contender(Library.COMMONS, Contender.DIRECT);

  @TempDir Path folder;

  private static BenchmarkCase hall(DType type) {
    return new BenchmarkCase(Operation.CONVOLVE, new Workload(1, 1, 14_400_000, 96_000), type);
  }

  private static Measurement took(BenchmarkCase what, Contender contender, double millis) {
    return took(what, contender, millis, 100);
  }

  private static Measurement allocating(BenchmarkCase what, Library library, double callerBytes) {
    return took(what, Contender.of(library), 1, callerBytes);
  }

  private static Measurement took(
      BenchmarkCase what, Contender contender, double millis, double callerBytes) {
    return new Measurement(
        what,
        contender,
        Map.of(),
        new Times(List.of(millis), 10),
        List.of(new HeapUse(5000, callerBytes)),
        null,
        List.of(new ResultCheck("y", 1.25e-7, 0.1)),
        null,
        null);
  }

  private static Results results(double oursMs) {
    return Made.onHost(
        took(HALL, Contender.of(Library.SGCONV), oursMs),
        took(HALL, Contender.of(Library.FFTW), 288),
        took(PRECISE, Contender.of(Library.SGCONV), 90),
        took(PRECISE, Contender.of(Library.JDSP), 9000),
        Measurement.failed(
            PRECISE, DIRECT, SignalContenders.leftOut(PRECISE, DIRECT).orElseThrow()));
  }

  @Test
  void theTableSaysSamplesASecondAndWhoWasLeftOut() {
    String table = new Table(results(40)).render();
    assertThat(table)
        .contains("B,H,L,K", "Msamples/s", "x best peer", "1,1,14400000,96000", "y 1.3e-07")
        .doesNotContain("% limit", "  GB/s  ")
        .containsPattern("sgconv +40.00 .*7\\.20 +360\\.0 ")
        .contains("not measured: commons direct at convolve float64", "left out: the 1.4e+12");
  }

  @Test
  void theGoalIsMetOrNot() {
    assertThat(new Table(results(40)).render()).contains("at most 50 ms", "40.0 ms on 2", ": met");
    assertThat(new Table(results(60)).render()).contains("60.0 ms on 2", ": not met");
    Results others = Made.onHost(took(PRECISE, Contender.of(Library.SGCONV), 90));
    assertThat(new Table(others).render()).doesNotContain("goal");
  }

  /** But one that fails although it could be measured is not as it should be. */
  @Test
  void whoIsLeftOutOnPurposeIsNotMissed() {
    assertThat(results(40).isComplete()).isTrue();
    Results failed = Made.onHost(Measurement.failed(HALL, Contender.of(Library.FFTW), "crashed"));
    assertThat(failed.isComplete()).isFalse();
  }

  /** Blocks of scores in float64 are what it works with; a sample that costs more is suspicious. */
  @Test
  void theCorrelatorMayMakeItsBlocks() {
    Workload shape = new Workload(1, 1, 20_000, 512);
    BenchmarkCase what = new BenchmarkCase(Operation.CORRELATE, shape, DType.FLOAT32);
    long samples = 20_000 + 19_489;
    assertThat(allocating(what, Library.SGCONV, 19.0 * samples).allocatesTooMuch()).isFalse();
    assertThat(allocating(what, Library.SGCONV, 60.0 * samples).allocatesTooMuch()).isTrue();
    assertThat(allocating(what, Library.FFTW, 19.0 * samples).allocatesTooMuch()).isTrue();
    assertThat(allocating(what, Library.JDSP, 60.0 * samples).allocatesTooMuch()).isFalse();
  }

  @Test
  void filesAreNamedAfterSignals() throws Exception {
    StringWriter out = new StringWriter();
    Reports.write(results(40), folder, new PrintWriter(out));
    assertThat(out.toString()).contains("wrote signals.txt and signals.json", "signals.png");
    assertThat(ResultsJson.read(folder.resolve("signals.json"))).isEqualTo(results(40));
    assertThat(Files.readString(folder.resolve("signals.json")))
        .contains("\"shape\" : \"1,1,14400000,96000\"", "\"millionSamplesPerSecond\" : 360.0");
    assertThat(ImageIO.read(folder.resolve("signals.png").toFile()).getHeight()).isEqualTo(1280);
  }
}
