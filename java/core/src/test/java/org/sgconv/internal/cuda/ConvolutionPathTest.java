package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sgconv.InvalidArgumentException;

class ConvolutionPathTest {

  @Test
  void propertyNamesThePath() {
    assertThat(ConvolutionPath.named("cufft")).isEqualTo(ConvolutionPath.CUFFT);
    assertThat(ConvolutionPath.named(" Fused ")).isEqualTo(ConvolutionPath.FUSED);
  }

  @Test
  void anythingElseIsRefused() {
    assertThatThrownBy(() -> ConvolutionPath.named("fft"))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("-Dsgconv.cuda.path=fft")
        .hasMessageContaining("fused or cufft");
  }
}
