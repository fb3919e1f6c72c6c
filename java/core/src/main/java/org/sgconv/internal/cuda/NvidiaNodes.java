package org.sgconv.internal.cuda;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files by which Linux shows that there is an NVIDIA device for this process, whatever else of CUDA
 * is missing or does not work. What the driver says in /proc is of the whole machine: a container
 * sees it that was given no device.
 */
final class NvidiaNodes {

  private static final System.Logger LOG = System.getLogger(NvidiaNodes.class.getName());

  private NvidiaNodes() {}

  /**
   * One of them, if there is any.
   *
   * @param root {@code /}, or a stand-in for tests
   */
  static Optional<Path> first(Path root) {
    Optional<Path> device = firstOf(root.resolve("dev"), "nvidia[0-9]*");
    // Under WSL one node stands for the devices of every maker, and only NVIDIA's driver has this.
    Path wsl = root.resolve("dev/dxg");
    return device.isEmpty()
            && Files.exists(wsl)
            && Files.exists(root.resolve("usr/lib/wsl/lib/libcuda.so.1"))
        ? Optional.of(wsl)
        : device;
  }

  private static Optional<Path> firstOf(Path folder, String pattern) {
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
        for (Path entry : entries) {
          return Optional.of(entry);
        }
      } catch (IOException e) {
        LOG.log(System.Logger.Level.DEBUG, folder + " cannot be listed", e);
      }
    }
    return Optional.empty();
  }
}
