package org.sgconv.cli.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sgconv.InvalidFileException;
import org.sgconv.tensor.Tensor;

/** Collects the comparisons of one case. */
final class Comparisons {

  private final GoldenFile file;
  private final Bounds bounds;
  private final List<Comparison> made = new ArrayList<>();

  Comparisons(GoldenFile file, Bounds bounds) {
    this.file = file;
    this.bounds = bounds;
  }

  List<Comparison> made() {
    return List.copyOf(made);
  }

  /** An output. */
  void output(String tensor, double[] actual) {
    add(tensor, actual, 0, bounds.forward());
  }

  /** An output, if the file has it. */
  void optionalOutput(String tensor, Tensor actual, boolean swapped) {
    if (file.has(tensor)) {
      output(tensor, valuesOf(actual, swapped));
    }
  }

  void loss(String tensor, double actual) {
    add(tensor, new double[] {actual}, 0, bounds.loss());
  }

  /** A whole number. */
  void number(String tensor, long actual) {
    long expected = file.tensors().readInteger(tensor);
    made.add(new Comparison(tensor, Math.abs((double) (actual - expected)), 0));
  }

  /**
   * Gradients by the file's names after a prefix: one that the case lacks is a miss, and so is one
   * that only this library has.
   */
  void gradients(String prefix, List<String> wanted, GradientValues actual) {
    double largest = 0;
    for (String name : wanted) {
      largest = Math.max(largest, norm(file.values(prefix + name)));
    }
    for (String name : wanted) {
      double[] values =
          actual
              .of(name)
              .orElseThrow(
                  () ->
                      new InvalidFileException(
                          file.tensors().path(),
                          "has a gradient of "
                              + name
                              + ", which the model of its configuration has not"));
      add(prefix + name, values, largest, bounds.gradient());
    }
  }

  /** Gradients by name. */
  interface GradientValues {
    Optional<double[]> of(String name);
  }

  /**
   * Adds one.
   *
   * @param largest norm of the tensors of its kind, or 0 if it alone counts
   */
  private void add(String tensor, double[] actual, double largest, double bound) {
    double[] expected = file.values(tensor);
    if (expected.length != actual.length) {
      throw new InvalidFileException(
          file.tensors().path(),
          "tensor "
              + tensor
              + " has "
              + expected.length
              + " elements, but the model of its configuration makes "
              + actual.length);
    }
    double[] difference = new double[expected.length];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = actual[i] - expected[i];
    }
    double error = norm(difference) / Bounds.measure(norm(expected), largest);
    made.add(new Comparison(tensor, error, bound));
  }

  private static double norm(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }

  /** Elements, of (B,H,L) as (B,L,H) if they are to be swapped. */
  static double[] valuesOf(Tensor tensor, boolean swapped) {
    if (!swapped) {
      return tensor.toDoubleArray();
    }
    try (Tensor host = tensor.toHost();
        Tensor other = host.transpose()) {
      return other.toDoubleArray();
    }
  }
}
