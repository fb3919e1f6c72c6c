package org.sgconv.cli.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.sgconv.Backend;
import org.sgconv.InvalidFileException;
import org.sgconv.tensor.DType;

/** A folder of golden files. */
public final class GoldenFolder {

  private final List<Path> files;

  private GoldenFolder(List<Path> files) {
    this.files = files;
  }

  /**
   * The safetensors files of a folder, by name; those of folders in it are not its own.
   *
   * @throws InvalidFileException if it is no folder, or has none
   */
  public static GoldenFolder of(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidFileException(folder, "is not a folder of golden files");
    }
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> files =
          entries.filter(path -> path.toString().endsWith(".safetensors")).sorted().toList();
      if (files.isEmpty()) {
        throw new InvalidFileException(folder, "has no file that ends in .safetensors");
      }
      return new GoldenFolder(files);
    } catch (IOException e) {
      throw new InvalidFileException(folder, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Its files. */
  public List<Path> files() {
    return files;
  }

  /**
   * What came of one file.
   *
   * @param name of the file, without its ending
   * @param kind of case
   * @param worst the tensor whose error is the largest part of its bound; empty if the kind is not
   *     supported
   * @param tensors how many were compared
   * @param misses those that are off
   */
  public record Result(
      String name, String kind, Optional<Worst> worst, int tensors, List<Worst> misses) {}

  /**
   * A tensor and its error.
   *
   * @param tensor name
   * @param error relative
   * @param bound of the error
   */
  public record Worst(String tensor, double error, double bound) {}

  /**
   * Compares one file.
   *
   * @throws InvalidFileException if it is not sound, or contradicts its own configuration
   * @throws org.sgconv.InvalidArgumentException if its configuration asks for what there is not
   */
  public static Result compare(Path path, Backend backend, DType type) {
    try (GoldenFile file = GoldenFile.open(path)) {
      String name = String.valueOf(path.getFileName()).replaceFirst("\\.safetensors$", "");
      String kind = file.kind();
      return switch (kind) {
        case "convolution" -> result(name, kind, GoldenConvolution.compare(file, backend, type));
        case "layer" -> result(name, kind, GoldenLayer.compare(file, backend, type));
        case "model" -> result(name, kind, GoldenModel.compare(file, backend, type));
        default -> new Result(name, kind, Optional.empty(), 0, List.of());
      };
    }
  }

  private static Result result(String name, String kind, List<Comparison> comparisons) {
    List<Worst> misses =
        comparisons.stream()
            .filter(each -> !each.isWithinBound())
            .map(GoldenFolder::shown)
            .toList();
    Optional<Worst> worst =
        comparisons.stream()
            .filter(each -> each.bound() > 0)
            .max((a, b) -> Double.compare(a.fraction(), b.fraction()))
            .map(GoldenFolder::shown);
    return new Result(name, kind, worst, comparisons.size(), misses);
  }

  private static Worst shown(Comparison comparison) {
    return new Worst(comparison.tensor(), comparison.error(), comparison.bound());
  }
}
