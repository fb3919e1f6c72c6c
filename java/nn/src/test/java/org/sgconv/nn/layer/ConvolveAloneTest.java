package org.sgconv.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.sgconv.Backends;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.io.Checkpoint;
import org.sgconv.io.Safetensors;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.nn.Pass;
import org.sgconv.nn.PassStateException;
import org.sgconv.nn.state.SeededSource;
import org.sgconv.nn.state.StateDict;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** The convolution of a layer without what comes after it. */
class ConvolveAloneTest {

  private static final KernelSpec KERNEL =
      KernelSpec.builder().hidden(3).heads(2).kernelDim(4).scales(2).build();

  @Test
  void isThatOfItsKernelAndSkip() {
    try (SgConvLayer layer =
            SgConvLayer.create(
                SgConvSpec.of(KERNEL), SeededSource.of(Backends.reference(), DType.FLOAT64, 5));
        Safetensors file = Safetensors.of("layer", StateDict.toBytes(layer));
        Checkpoint checkpoint = Checkpoint.read(file, KERNEL, DType.FLOAT64, "");
        LongConvolution convolution =
            LongConvolution.create(Backends.reference(), KERNEL.mode(), 2, 3, 11, DType.FLOAT64);
        KernelSpectrum spectrum = convolution.prepare(checkpoint.parameters(), checkpoint.skip());
        Pass pass = Pass.evaluation(Backends.reference(), DType.FLOAT64);
        Tensor x = Tensor.zeros(DType.FLOAT64, 2, 3, 11)) {
      for (long i = 0; i < x.elementCount(); i++) {
        x.setFlat(i, Math.sin((double) i));
      }
      try (Tensor expected = convolution.forward(spectrum, x)) {
        Tensor y = layer.forward(x, pass);
        double[] before = y.toDoubleArray();
        Tensor v = layer.convolve(x, pass);
        assertThat(v.shape()).isEqualTo(expected.shape());
        assertThat(v.toDoubleArray()).containsExactly(expected.toDoubleArray(), within(1e-13));
        assertThat(y.toDoubleArray()).isEqualTo(before);
      }
    }
  }

  /** There the backward call needs what it would overwrite. */
  @Test
  void isRefusedWhileTraining() {
    try (SgConvLayer layer =
            SgConvLayer.create(
                SgConvSpec.of(KERNEL), SeededSource.of(Backends.reference(), DType.FLOAT64, 5));
        Pass pass = Pass.training(Backends.reference(), DType.FLOAT64, 0);
        Tensor x = Tensor.zeros(DType.FLOAT64, 1, 3, 4)) {
      assertThatThrownBy(() -> layer.convolve(x, pass))
          .isInstanceOf(PassStateException.class)
          .hasMessageContaining("use Pass.evaluation");
    }
  }
}
