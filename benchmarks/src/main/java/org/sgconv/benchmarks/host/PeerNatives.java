package org.sgconv.benchmarks.host;

import java.util.Locale;
import java.util.Optional;
import org.sgconv.benchmarks.model.Library;

/** Whether the native code of the peers is on the class path. */
final class PeerNatives {

  private PeerNatives() {}

  /** Why {@code library} cannot run, or nothing if it can be tried. */
  static Optional<String> missing(Library library) {
    if (!library.needsPeerNatives()) {
      return Optional.empty();
    }
    String resource = resource(library);
    if (PeerNatives.class.getResource("/" + resource) != null) {
      return Optional.empty();
    }
    return Optional.of(
        "its native library is not on the class path ("
            + resource
            + "): `./mvnw -Ppeers -pl benchmarks/libraries dependency:copy@peers` fetches it, 300 MB for Linux on x86-64,"
            + " the only platform that all peers have; or leave it out with --peers");
  }

  private static String resource(Library library) {
    String platform =
        System.getProperty("os.name").toLowerCase(Locale.ROOT)
            + "-"
            + System.getProperty("os.arch").replace("amd64", "x86_64");
    return switch (library) {
      case PYTORCH -> "pytorch/cpu/" + platform + "/libtorch_cpu.so";
      case FFTW -> "org/bytedeco/fftw/" + platform + "/libjnifftw3.so";
      case MKL -> "org/bytedeco/mkl/" + platform + "/libmkl_rt.so.2";
      case SGCONV, JTRANSFORMS, COMMONS, JDSP, JAVA ->
          throw new IllegalArgumentException(library + " has no native library of a peer");
    };
  }
}
