package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.BackendFailureException;
import org.sgconv.bindings.load.LoadFailure;
import org.sgconv.bindings.load.NativeLibraryException;

/** CUDA that is not there is no failure, unless the system shows a device that waits for it. */
class CudaFailuresTest {

  private static final Optional<Path> DEVICE = Optional.of(Path.of("/dev/nvidia0"));

  @TempDir Path root;

  @Test
  void withoutADeviceNothingIsMissed() {
    NativeLibraryException absent = new NativeLibraryException(LoadFailure.ABSENT, "no library");
    assertThat(CudaFailures.unavailable(absent, Optional.empty())).isSameAs(absent);
  }

  @Test
  void besideADeviceALibraryIsMissed() {
    NativeLibraryException absent =
        new NativeLibraryException(LoadFailure.ABSENT, "cannot load libcudart.so.13");
    assertThat(CudaFailures.unavailable(absent, DEVICE))
        .isInstanceOf(BackendFailureException.class)
        .hasCause(absent)
        .hasMessage(
            "backend 'cuda' failed: /dev/nvidia0 is an NVIDIA device, and cannot load"
                + " libcudart.so.13. To do without it, set -Dsgconv.backend=cpu");
  }

  @Test
  void whatSomebodyLeftOutIsNotMissed() {
    NativeLibraryException leftOut =
        new NativeLibraryException(LoadFailure.LEFT_OUT, "SGCONV_CUDA is OFF");
    assertThat(CudaFailures.unavailable(leftOut, DEVICE)).isSameAs(leftOut);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNUSABLE", "FOLDER", "PASSING"})
  void whatIsThereAndFailsIsAFailureAnywhere(LoadFailure failure) {
    assertThat(
            CudaFailures.unavailable(
                new NativeLibraryException(failure, "no good"), Optional.empty()))
        .isInstanceOf(BackendFailureException.class)
        .hasMessage("backend 'cuda' failed: no good");
  }

  @Test
  void theSystemShowsADevice() throws Exception {
    assertThat(NvidiaNodes.first(root)).isEmpty();
    Path devices = Files.createDirectory(root.resolve("dev"));
    Files.createFile(devices.resolve("nvidiactl")); // of the driver, which has no device here
    Files.createFile(devices.resolve("nvidia-uvm"));
    assertThat(NvidiaNodes.first(root)).isEmpty();
    Path node = Files.createFile(devices.resolve("nvidia12"));
    assertThat(NvidiaNodes.first(root)).contains(node);
  }

  @Test
  void aContainerWithoutADeviceSeesTheDriverOfItsHost() throws Exception {
    Files.createDirectories(root.resolve("proc/driver/nvidia/gpus/0000:01:00.0"));
    assertThat(NvidiaNodes.first(root)).isEmpty();
  }

  @Test
  void underWslTheDriverTellsWhoseDeviceItIs() throws Exception {
    Files.createDirectory(root.resolve("dev"));
    Path node = Files.createFile(root.resolve("dev/dxg"));
    assertThat(NvidiaNodes.first(root)).isEmpty();
    Files.createDirectories(root.resolve("usr/lib/wsl/lib"));
    Files.createFile(root.resolve("usr/lib/wsl/lib/libcuda.so.1"));
    assertThat(NvidiaNodes.first(root)).contains(node);
  }
}
