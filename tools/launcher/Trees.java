import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Folders with everything in them. */
final class Trees {

  private Trees() {}

  static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return Files.exists(folder) ? List.of(folder) : List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  static void copy(Path from, Path to) throws IOException {
    for (Path file : files(from)) {
      Path copy = to.resolve(from.relativize(file).toString());
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Changes with the name or the contents of any file, and not when the checkout is moved. */
  static String state(Path checkout, List<Path> roots) throws IOException {
    CRC32 sum = new CRC32();
    for (Path root : roots) {
      for (Path file : files(root)) {
        String line = checkout.relativize(file) + " " + Files.size(file) + "\n";
        sum.update(line.getBytes(StandardCharsets.UTF_8));
        sum.update(Files.readAllBytes(file));
      }
    }
    return Long.toHexString(sum.getValue());
  }
}
