package org.sgconv.benchmarks.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.sgconv.InvalidArgumentException;

/** The libraries that are compared, on the host; on a GPU it is this one and PyTorch. */
public enum Library {
  /** This library. */
  SGCONV("this library, cpu backend"),
  /** PyTorch through DJL. */
  PYTORCH("PyTorch 2.7.1 through DJL 0.35.1"),
  /** JTransforms. */
  JTRANSFORMS("JTransforms 3.1"),
  /** FFTW through bytedeco. */
  FFTW("FFTW 3.3.10 through bytedeco"),
  /** Intel MKL through bytedeco. */
  MKL("Intel MKL 2025.3 through bytedeco"),
  /** Apache Commons Math. */
  COMMONS("Apache Commons Math 3.6.1"),
  /** jDSP. */
  JDSP("jDSP 3.1.1"),
  /** Plain Java: the float64 reference backend, loops for synthesis, direct sums for signals. */
  JAVA(
      "plain Java: the float64 reference backend; synthesis in float32 loops; signals by direct"
          + " sums");

  private final String description;

  Library(String description) {
    this.description = description;
  }

  /** The name on the command line and in results. */
  @JsonValue
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it is, with its version. */
  public String description() {
    return description;
  }

  /** Whether it is a peer to be compared with, rather than this library's fast path. */
  public boolean isPeer() {
    return this != SGCONV;
  }

  /** Whether its native code comes with the Maven profile {@code peers} only. */
  public boolean needsPeerNatives() {
    return this == PYTORCH || this == FFTW || this == MKL;
  }

  /**
   * Whether the C library's allocator matters to it: PyTorch allocates every result, MKL's signals
   * lie in larger pages. FFTW was never faster so.
   */
  public boolean gainsFromAllocator() {
    return this == PYTORCH || this == MKL;
  }

  /** Whether it takes part in kernel synthesis, which FFT libraries cannot. */
  public boolean synthesizes() {
    return this == SGCONV || this == PYTORCH || this == JAVA;
  }

  /** Whether its results are arrays of each call, so that nobody asks how much it allocates. */
  public boolean allocatesResults() {
    return this == COMMONS || this == JDSP || this == JAVA;
  }

  /** Whether it is for signals in double[] and for nothing else. */
  public boolean isOfDoubleArrays() {
    return this == COMMONS || this == JDSP;
  }

  /** The library of that {@link #id}. */
  @JsonCreator
  public static Library parse(String id) {
    for (Library library : values()) {
      if (library.id().equals(id.strip())) {
        return library;
      }
    }
    throw new InvalidArgumentException(
        "peer '"
            + id
            + "': expected one of "
            + Arrays.stream(values()).map(Library::id).collect(Collectors.joining(", ")));
  }
}
