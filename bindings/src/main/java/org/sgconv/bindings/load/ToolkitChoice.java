package org.sgconv.bindings.load;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which of the CUDA toolkit's libraries will do, where several versions are installed: those of the
 * version that our library of CUDA kernels was linked to, and no others. Another runtime cannot
 * serve it, and beside the right one it would be a second one in the process.
 */
final class ToolkitChoice {

  private final SearchSettings settings;
  private final ClassLoader resources;

  /** Read when there is a choice to make, since the library may lie in a jar. */
  private @Nullable Kernels kernels;

  /**
   * Our library of CUDA kernels.
   *
   * @param origin where it lies; "" if it is nowhere, or cannot be read
   * @param runtime the CUDA runtime that it needs by name; null if it names none
   */
  private record Kernels(String origin, @Nullable String runtime) {}

  ToolkitChoice(SearchSettings settings, ClassLoader resources) {
    this.settings = settings;
    this.resources = resources;
  }

  /**
   * Why a library of this name will not do; empty if it will, or if our library is not there to be
   * asked, whose absence is reported when it is loaded.
   */
  Optional<String> objection(NativeLibrary library, String name) {
    if (!library.isOfToolkit()) {
      return Optional.empty();
    }
    Kernels ours = kernels();
    String runtime = ours.runtime;
    if (runtime == null) {
      return Optional.empty();
    }
    int version = NativeLibrary.CUDART.fileNames().indexOf(runtime);
    if (version < 0) {
      return Optional.of(
          ours.origin + " needs " + runtime + ", which is of no version of CUDA known here");
    }
    String wanted = library.fileNames().get(version);
    if (wanted.equals(name)) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%s needs %s%s",
            ours.origin,
            runtime,
            library == NativeLibrary.CUDART ? "" : ", which goes with " + wanted));
  }

  private Kernels kernels() {
    Kernels known = kernels;
    if (known == null) {
      known = find();
      kernels = known;
    }
    return known;
  }

  private Kernels find() {
    String name = NativeLibrary.CUDA.fileName();
    try {
      for (String entry : settings.libraryPathEntries()) {
        Path path = SearchSettings.path(SearchSettings.LIBRARY_PATH, entry);
        Path file = Files.isDirectory(path) ? path.resolve(name) : path;
        if (file.endsWith(name) && Files.exists(file)) {
          return read(file, file.toString());
        }
      }
      URL resource =
          resources.getResource("org/sgconv/native/" + settings.platform().folder() + "/" + name);
      return resource == null ? new Kernels("", null) : read(resource);
    } catch (IOException | LoadAttemptException e) {
      return new Kernels("", null); // loading it will say what is wrong
    }
  }

  private static Kernels read(URL resource) throws IOException {
    if (resource.getProtocol().equals("file")) {
      try {
        return read(Path.of(resource.toURI()), resource.toString());
      } catch (URISyntaxException e) {
        throw new IOException(resource + " names no file", e);
      }
    }
    Path copy = Files.createTempFile("sgconv", ".so");
    try {
      try (InputStream in = resource.openStream();
          OutputStream out = new FileOutputStream(copy.toFile())) {
        in.transferTo(out);
      }
      return read(copy, resource.toString());
    } finally {
      Files.delete(copy);
    }
  }

  private static Kernels read(Path file, String origin) throws IOException {
    String runtime = null;
    for (String needed : ElfImage.read(file).needed()) {
      if (needed.startsWith("libcudart.so")) {
        runtime = needed;
      }
    }
    return new Kernels(origin, runtime);
  }
}
