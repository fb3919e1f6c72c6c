package org.sgconv.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.Initialization;
import org.sgconv.Interpolation;
import org.sgconv.InvalidArgumentException;
import org.sgconv.kernel.KernelSpec;

class PublishedConfigurationTest {

  @Test
  void takesEveryArgumentThatShapesTheKernel() {
    KernelSpec spec =
        PublishedConfiguration.spec(
            "{\"d_model\": 6, \"l_max\": 256, \"kernel_dim\": 16, \"channels\": 2,"
                + " \"bidirectional\": true, \"mode\": \"sum_cos_nearest_learnable_fixed\","
                + " \"init_scale\": 1, \"decay_min\": 0.5, \"decay_max\": 3, \"dropout\": 0.1,"
                + " \"linear\": true, \"postact\": null, \"hyper_act\": null}");
    assertThat(spec)
        .isEqualTo(
            KernelSpec.builder()
                .hidden(6)
                .maxLength(256)
                .kernelDim(16)
                .heads(2)
                .mode(ConvolutionMode.BIDIRECTIONAL)
                .composition(Composition.SUM)
                .interpolation(Interpolation.NEAREST)
                .decay(DecayLaw.POWER)
                .initialization(Initialization.COSINE)
                .initScale(1)
                .decayRange(0.5, 3)
                .build());
    assertThat(spec.scales()).isEqualTo(4);
  }

  @Test
  void hasThePublishedDefaults() {
    KernelSpec spec = PublishedConfiguration.spec("{\"d_model\": 3, \"l_max\": 128}");
    assertThat(spec).isEqualTo(KernelSpec.builder().hidden(3).maxLength(128).build());
    assertThat(PublishedConfiguration.spec("{\"d_model\": 3, \"n_scales\": 5}").scales())
        .isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"d_model\": 3, \"l_max\": 128 | expected",
        "[] | object",
        "{\"l_max\": 128} | hidden",
        "{\"d_model\": 3.5, \"l_max\": 128} | d_model is the number 3.5",
        "{\"d_model\": \"3\", \"l_max\": 128} | d_model is the string",
        "{\"d_model\": 99999999999, \"l_max\": 128} | d_model",
        "{\"d_model\": 3, \"l_max\": 128, \"mode\": \"randn\"} | mode",
        "{\"d_model\": 3, \"l_max\": 128, \"mode\": \"cat_uniform\"} | mode",
        "{\"d_model\": 3, \"l_max\": 128, \"mode\": 3} | mode",
        "{\"d_model\": 3, \"l_max\": 128, \"bidirectional\": 1} | bidirectional",
        "{\"d_model\": 3, \"l_max\": 128, \"decay_min\": \"2\"} | decay_min",
        "{\"d_model\": 3, \"l_max\": 128, \"hyper_act\": \"glu\"} | hyper_act",
        "{\"d_model\": 3, \"l_max\": 128, \"kernel_dims\": 4} | kernel_dims",
        "{\"d_model\": 3} | scales"
      })
  void refuses(String json, String message) {
    assertThatThrownBy(() -> PublishedConfiguration.spec(json))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining(message);
  }
}
