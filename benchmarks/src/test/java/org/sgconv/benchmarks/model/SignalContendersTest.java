package org.sgconv.benchmarks.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sgconv.benchmarks.host.SignalCases;
import org.sgconv.tensor.DType;

/** Who is compared in which case of signals, and who cannot be. */
final class SignalContendersTest {

  private static final List<Library> ALL = List.of(Library.values());

  private static BenchmarkCase convolve(DType type, int... blhk) {
    Workload shape = new Workload(blhk[0], blhk[1], blhk[2], blhk[3]);
    return new BenchmarkCase(Operation.CONVOLVE, shape, type);
  }

  private static List<String> names(BenchmarkCase what) {
    return SignalContenders.of(what, ALL).stream().map(Contender::toString).toList();
  }

  private static String leftOut(BenchmarkCase what, Library library, String way) {
    return SignalContenders.leftOut(what, new Contender(library, way)).orElse("takes part");
  }

  @Test
  void librariesOfDoublesAreComparedInFloat64Only() {
    assertThat(names(convolve(DType.FLOAT32, 1, 1, 4096, 64)))
        .containsExactly("sgconv", "jtransforms", "fftw", "mkl", "java direct");
    assertThat(names(convolve(DType.FLOAT64, 1, 1, 4096, 64)))
        .containsExactly(
            "sgconv",
            "jtransforms",
            "fftw",
            "mkl",
            "commons fft",
            "commons direct",
            "jdsp",
            "java direct");
  }

  @Test
  void longKernelsAreAlsoMeasuredInOneTransform() {
    assertThat(names(convolve(DType.FLOAT32, 1, 1, 14_400_000, 96_000)))
        .contains("sgconv", "sgconv whole", "jtransforms", "jtransforms whole");
  }

  @Test
  void whatWouldTakeMinutesIsLeftOutWithAReason() {
    BenchmarkCase hall = convolve(DType.FLOAT64, 1, 1, 14_400_000, 96_000);
    assertThat(leftOut(hall, Library.COMMONS, Contender.DIRECT))
        .contains("1.4e+12 products", " s a call");
    assertThat(leftOut(hall, Library.JAVA, Contender.DIRECT)).contains("1.4e+12 products");
    assertThat(leftOut(hall, Library.JDSP, "")).contains("33554432 points");
    assertThat(leftOut(hall, Library.COMMONS, Contender.FFT)).isEqualTo("takes part");
    assertThat(leftOut(hall, Library.SGCONV, "")).isEqualTo("takes part");
    BenchmarkCase brief = convolve(DType.FLOAT64, 1, 1, 4096, 64);
    assertThat(leftOut(brief, Library.COMMONS, Contender.DIRECT)).isEqualTo("takes part");
    assertThat(leftOut(brief, Library.JDSP, "")).isEqualTo("takes part");
  }

  @Test
  void correlationsAreNotNormalizedByLibrariesOfDoubles() {
    BenchmarkCase what =
        new BenchmarkCase(Operation.CORRELATE, new Workload(1, 1, 100_000, 4096), DType.FLOAT64);
    assertThat(leftOut(what, Library.JDSP, "")).contains("no normalized correlation");
    assertThat(leftOut(what, Library.JAVA, Contender.DIRECT)).isEqualTo("takes part");
  }

  @Test
  void everyCaseHasUsAndAPeerThatIsMeasured() {
    List<BenchmarkCase> cases =
        SignalCases.of(List.of(Operation.CONVOLVE, Operation.CORRELATE), SignalCases.TYPES, false);
    assertThat(cases).doesNotHaveDuplicates().hasSize(22);
    for (BenchmarkCase what : cases) {
      List<Library> measured =
          SignalContenders.of(what, ALL).stream()
              .filter(contender -> SignalContenders.leftOut(what, contender).isEmpty())
              .map(Contender::library)
              .toList();
      assertThat(measured).as(what.toString()).contains(Library.SGCONV, Library.FFTW, Library.MKL);
    }
  }
}
