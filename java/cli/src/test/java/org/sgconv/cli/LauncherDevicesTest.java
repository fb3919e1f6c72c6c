package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** For which devices the launcher builds, and that others cost nothing. */
class LauncherDevicesTest extends LauncherCheckout {

  @Test
  void withoutADeviceCudaIsLeftOut() throws Exception {
    Outcome outcome = launch("run", "a b");
    assertThat(outcome.status()).as(outcome.err()).isZero();
    assertThat(outcome.out()).isEqualTo("first run a b\n");
    assertThat(outcome.err())
        .contains("without CUDA: no NVIDIA device was found; SGCONV_CUDA=ON ./sgconv ... builds it")
        .containsPattern("\\[ +\\d+ s\\] step \\d of 4: compiling native code")
        .contains("of 4: fetching libraries with Maven", "of 4: compiling Java", "4 of 4: packing");
    assertThat(calls())
        .contains("-DSGCONV_CPU_BUILT_TIERS=native -DSGCONV_CUDA=OFF")
        .contains("-DSGCONV_CUDA_ABSENCE=no NVIDIA device was found; SGCONV_CUDA=ON");

    assertThat(launch("info")).isEqualTo(new Outcome(0, "first info\n", ""));
    assertThat(calls()).isEmpty();

    environment.put("SGCONV_CUDA", "on");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=ON ", "-USGCONV_CUDA_ARCHITECTURES");
    environment.put("SGCONV_CUDA", "perhaps");
    Outcome refused = launch("run");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("SGCONV_CUDA is 'perhaps'; expected AUTO, ON or OFF");
  }

  @Test
  void withADeviceItsArchitectureIsBuiltAndNoOther() throws Exception {
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=OFF");
    nvidiaSmi("echo 9.0\n"); // the driver was installed, and made the file of the device
    Files.createDirectories(system.resolve("dev/nvidia0"));
    executable(tools.resolve("nvcc"), "#!/bin/sh\necho compute_90\n");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=AUTO").contains("ARCHITECTURES=90-real\n");
    environment.put("SGCONV_CUDA", "OFF");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=OFF");
  }

  @Test
  void devicesOfTwoKindsAreBuiltForOnceEach() throws Exception {
    nvidiaSmi("echo 9.0; echo 8.0; echo 9.0; echo 7.5\n");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA_ARCHITECTURES=80-real;90-real\n");
  }

  @Test
  void devicesThatAreOfNoUseLeaveCudaOut() throws Exception {
    nvidiaSmi("echo 7.5\n");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=OFF").contains("capability 7.5");
    Files.createDirectories(system.resolve("dev/dxg")); // WSL, with another maker's device
    nvidiaSmi("echo \"NVIDIA-SMI has failed: no driver\"; exit 9\n");
    assertThat(cudaOptions())
        .contains("-DSGCONV_CUDA=OFF")
        .contains("(nvidia-smi says: NVIDIA-SMI has failed: no driver)");
  }

  @Test
  void aContainerWithADeviceAndNoNvidiaSmiGetsEveryArchitecture() throws Exception {
    Files.createDirectories(system.resolve("dev/nvidia0"));
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=AUTO").contains("-USGCONV_CUDA_ARCHITECT");
  }

  @Test
  void aDeviceThatTheCompilerDoesNotKnowGetsCodeForLaterOnes() throws Exception {
    nvidiaSmi("echo 12.0\n");
    executable(tools.resolve("nvcc"), "#!/bin/sh\necho compute_80\necho compute_90\n");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=AUTO").contains("-USGCONV_CUDA_ARCHITECT");
  }

  @Test
  void aBuildThatLacksCudaIsMadeAgainWhenItsCompilerComes() throws Exception {
    Files.createDirectories(system.resolve("dev/nvidia0"));
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=AUTO");
    assertThat(cudaOptions()).isEmpty();
    executable(tools.resolve("nvcc"), "#!/bin/sh\n");
    Path tree = Files.createDirectories(checkout.resolve("native/target/cmake-launcher"));
    Path cache = tree.resolve("CMakeCache.txt");
    Files.writeString(cache, "//\nCMAKE_CUDA_COMPILER:FILEPATH=NOTFOUND\n\n");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=AUTO").contains("-UCMAKE_CUDA_COMPILER\n");
    Files.delete(tools.resolve("nvcc")); // off the PATH
    assertThat(cudaOptions()).isEmpty();
    Files.delete(system.resolve("dev/nvidia0")); // a container that was not given the device
    assertThat(cudaOptions()).isEmpty();
  }

  @Test
  void aPathOrSettingThatIsGoneCostsNoBuild() throws Exception {
    executable(tools.resolve("nvcc"), "#!/bin/sh\necho compute_90\n");
    nvidiaSmi("echo \"NVIDIA-SMI has failed\"; exit 9\n");
    environment.putAll(Map.of("SGCONV_CUDA", "ON", "SGCONV_CPU_TIER", "avx2", "CUDACXX", "nvcc"));
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=ON");
    Files.createDirectories(system.resolve("usr"));
    Files.createSymbolicLink(system.resolve("usr/bin"), tools);
    environment.clear();
    for (String name : List.of("PATH", "HOME", "LANG", "TMPDIR", "LC_ALL", "USER", "SHELL")) {
      environment.put(name, ABSENT);
    }
    assertThat(launch("run")).isEqualTo(new Outcome(0, "first run\n", ""));
    Files.delete(tools.resolve("nvcc"));
    Files.delete(tools.resolve("nvidia-smi"));
    assertThat(launch("run")).isEqualTo(new Outcome(0, "first run\n", ""));
    assertThat(calls()).isEmpty();
    environment.put("SGCONV_CUDA", "OFF");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=OFF");
  }
}
