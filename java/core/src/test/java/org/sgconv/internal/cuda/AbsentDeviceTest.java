package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.junit.jupiter.api.Test;
import org.sgconv.Backend;
import org.sgconv.BackendUnavailableException;
import org.sgconv.Backends;

/** A machine without a GPU is told what it lacks. */
class AbsentDeviceTest {

  @Test
  void theReasonIsPrecise() {
    Backend cuda = Backends.named("cuda");
    assumeFalse(cuda.isAvailable(), "SKIPPED: this machine has a CUDA device");
    assertThat(cuda.unavailabilityCause().orElseThrow().getMessage())
        .containsAnyOf(
            "no CUDA device: there is no NVIDIA driver (libcuda.so.1)",
            "no CUDA device: the NVIDIA driver",
            "cannot load libcudart.so.13",
            "cannot load libsgconv_cuda.so",
            "cannot load libcufft.so.12");
    assertThatThrownBy(cuda::info)
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("cuda");
    assertThat(Backends.best()).isNotEqualTo(cuda);
  }
}
