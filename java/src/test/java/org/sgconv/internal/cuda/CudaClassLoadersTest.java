package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.Backends;
import org.sgconv.ClassLoaders;
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
            "allocation=0 bytes=0 pinned=0 stream=0 event=0 graph=0 executable=0 plan=0 ");
  }

  private List<String> run(String order, String what, String path) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                // Caches of the JDK's keep a loader until memory runs short; here it always does.
                "-XX:SoftRefLRUPolicyMSPerMB=0",
                "--enable-native-access=ALL-UNNAMED",
                "-Dsgconv.library.path=" + System.getProperty("sgconv.library.path"),
                "-Dsgconv.cuda.path=" + path,
                "-Dsgconv.cache.dir=" + folder.resolve("cache"),
                "-cp",
                Path.of(location(CudaClassLoadersTest.class)).toString(),
                ClassLoaders.class.getName(),
                "10",
                order,
                what,
                EmulatedInventory.class.getName()));
    for (Class<?> each : List.of(Backends.class, CudaRuntime.class, CudaClassLoadersTest.class)) {
      command.add(location(each).toString());
    }
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    process.destroyForcibly();
    String output = Files.readString(log);
    assertThat(ended).as(output).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output.lines().toList();
  }

  private static URI location(Class<?> type) throws Exception {
    return type.getProtectionDomain().getCodeSource().getLocation().toURI();
  }
}
