package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.Backends;
import org.sgconv.ClassLoadersProcess;
import org.sgconv.bindings.CudaRuntime;
import org.sgconv.contract.OnEmulatedDevice;

/** Applications that come and go in one JVM and share the device. */
@OnEmulatedDevice
@Timeout(180)
class CudaClassLoadersTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "one-by-one, close, fused",
    "at-once, close, fused",
    "one-by-one, forget, fused",
    "at-once, forget, cufft",
    "one-by-one, close, cufft"
  })
  void theTenthGetsTheDeviceLikeTheFirstAndAllGiveItBack(String order, String what, String path)
      throws Exception {
    List<String> said = run(order, what, path);
    assertThat(said)
        .filteredOn(line -> line.startsWith("cuda"))
        .hasSize(10)
        .containsOnly("cuda 0 2 4");
    assertThat(said)
        .contains(
            "loaders left 0",
            "allocation=0 bytes=0 pinned=0 stream=0 event=0 graph=0 executable=0 plan=0 handle=0 ");
  }

  private List<String> run(String order, String what, String path) throws Exception {
    List<URI> classPath = new ArrayList<>();
    for (Class<?> each : List.of(Backends.class, CudaRuntime.class, CudaClassLoadersTest.class)) {
      classPath.add(ClassLoadersProcess.location(each));
    }
    return ClassLoadersProcess.run(
        folder,
        List.of(
            // Caches of the JDK's keep a loader until memory runs short; here it always does.
            "-XX:SoftRefLRUPolicyMSPerMB=0",
            "-Dsgconv.library.path=" + System.getProperty("sgconv.library.path"),
            "-Dsgconv.cuda.path=" + path),
        List.of("10", order, what, EmulatedInventory.class.getName()),
        classPath);
  }
}
