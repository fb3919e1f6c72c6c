package org.sgconv.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.Initialization;
import org.sgconv.Interpolation;
import org.sgconv.InvalidArgumentException;

class KernelSpecTest {

  private static KernelSpec.Builder builder() {
    return KernelSpec.builder().hidden(4).maxLength(1024);
  }

  @Test
  void hasThePublishedDefaults() {
    KernelSpec spec = builder().build();
    assertThat(spec.heads()).isEqualTo(1);
    assertThat(spec.mode()).isEqualTo(ConvolutionMode.CAUSAL);
    assertThat(spec.kernelDim()).isEqualTo(64);
    assertThat(spec.initScale()).isZero();
    assertThat(spec.scales()).isEqualTo(5);
    assertThat(spec.composition()).isEqualTo(Composition.CONCATENATE);
    assertThat(spec.interpolation()).isEqualTo(Interpolation.LINEAR);
    assertThat(spec.decay()).isEqualTo(DecayLaw.GEOMETRIC);
    assertThat(spec.decayMin()).isEqualTo(2);
    assertThat(spec.decayMax()).isEqualTo(2);
    assertThat(spec.initialization()).isEqualTo(Initialization.NORMAL);
    assertThat(spec.channels()).isEqualTo(1);
    assertThat(spec.fullLength()).isEqualTo(1024);
  }

  @Test
  void bidirectionalDoublesTheChannels() {
    KernelSpec spec = builder().heads(3).mode(ConvolutionMode.BIDIRECTIONAL).build();
    assertThat(spec.channels()).isEqualTo(6);
    assertThat(spec.geometry().channels()).isEqualTo(6);
  }

  @Test
  void noKernelOfParametersIsCentered() {
    assertThatThrownBy(() -> builder().mode(ConvolutionMode.CENTERED).build())
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("mode is CENTERED")
        .hasMessageContaining("give a centered convolution a kernel tensor");
  }

  @ParameterizedTest
  @CsvSource({
    // length, dim, init scale, scales: from the published formula
    "1024, 64, 0, 5", "1025, 64, 0, 6", "1023, 64, 0, 5", "1000, 6, 0, 9", "96, 6, 0, 5",
    "64, 64, 0, 1", "65, 64, 0, 2", "256, 16, 1, 4", "100, 5, 0, 6", "1, 1, 0, 1",
    "33, 64, 0, 1", "1099511627776, 1, 0, 41", "4000, 1, 0, 13", "16384, 64, 1, 8"
  })
  void scalesFollowFromTheLength(long length, int dim, int initScale, int scales) {
    KernelSpec spec = builder().maxLength(length).kernelDim(dim).initScale(initScale).build();
    assertThat(spec.scales()).isEqualTo(scales);
    assertThat(spec.fullLength()).isGreaterThanOrEqualTo(length);
    assertThat(spec.fullLength()).isEqualTo((long) dim << (scales - 1 + initScale));
  }

  @Test
  void ceilLog2IsExact() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      long length = 1 + (random.nextLong() >>> (2 + random.nextInt(62)));
      int dim = 1 + (random.nextInt() >>> (2 + random.nextInt(30)));
      int power = KernelSpec.ceilLog2(length, dim);
      assertThat(reaches(length, dim, power)).as("%d/%d", length, dim).isTrue();
      assertThat(reaches(length, dim, power - 1)).as("%d/%d", length, dim).isFalse();
    }
  }

  /** length ≤ dim·2^power, exactly. */
  private static boolean reaches(long length, int dim, int power) {
    BigInteger left = BigInteger.valueOf(length).shiftLeft(Math.max(0, -power));
    BigInteger right = BigInteger.valueOf(dim).shiftLeft(Math.max(0, power));
    return left.compareTo(right) <= 0;
  }

  @Test
  void ceilLog2AgreesWithTheRoundedLogarithm() {
    for (int dim : new int[] {1, 2, 3, 5, 7, 32, 64, 100}) {
      for (long length = 1; length < 3000; length++) {
        // This quotient is off by less than 1e-14; ratios that are no power of two are further
        // away.
        double rounded = Math.log(length / (double) dim) / Math.log(2);
        assertThat(KernelSpec.ceilLog2(length, dim)).isEqualTo((int) Math.ceil(rounded - 1e-9));
      }
    }
  }

  @Test
  void tooShortForTheDimensionIsAnErrorWithTheNumbers() {
    assertThatThrownBy(() -> builder().maxLength(8).build())
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage(
            "scales would be 1 + ceil(log2(maxLength/kernelDim)) − initScale = 1 +"
                + " ceil(log2(8/64)) − 0 = -2: must be ≥ 1; take a smaller kernelDim or initScale,"
                + " or give scales(...)");
    assertThatThrownBy(() -> builder().initScale(5).build())
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("ceil(log2(1024/64)) − 5 = 0");
    assertThatThrownBy(() -> builder().maxLength(1).initScale(Integer.MAX_VALUE).build())
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("= -2147483652: must be ≥ 1");
  }

  @Test
  void givenScalesWinAndImplyTheLength() {
    KernelSpec spec = KernelSpec.builder().hidden(2).kernelDim(5).scales(3).initScale(2).build();
    assertThat(spec.scales()).isEqualTo(3);
    assertThat(spec.fullLength()).isEqualTo(5 * 16);
    assertThat(spec.maxLength()).isEqualTo(5 * 16);
    assertThat(builder().scales(2).build().maxLength()).isEqualTo(1024);
    assertThatThrownBy(() -> KernelSpec.builder().hidden(2).build())
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("neither maxLength nor scales is given");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void namesTheValueBelowOne(int value) {
    assertNamed("hidden is " + value, builder().hidden(value));
    assertNamed("heads is " + value, builder().heads(value));
    assertNamed("kernelDim is " + value, builder().kernelDim(value));
    assertNamed("scales is " + value, builder().scales(value));
    assertNamed("maxLength is " + value, builder().maxLength(value));
    assertNamed("maxLength is " + value, builder().maxLength(value).scales(3));
  }

  @Test
  void namesOtherValuesOutOfRange() {
    assertNamed("hidden is 0", KernelSpec.builder().maxLength(8));
    assertNamed("initScale is -1", builder().initScale(-1));
    assertNamed(
        "heads is 1073741824", builder().heads(1 << 30).mode(ConvolutionMode.BIDIRECTIONAL));
    assertNamed("64·2^35", builder().scales(36));
    assertNamed("full kernel length", builder().maxLength((1L << 40) + 1));
    assertNamed("full kernel length", builder().maxLength(Long.MAX_VALUE));
    assertThat(builder().maxLength(1L << 40).build().fullLength()).isEqualTo(1L << 40);
  }

  @Test
  void checksTheDecayRange() {
    assertNamed("decayRange is 3.0 to 2.0", builder().decayRange(3, 2));
    assertNamed("decayRange is NaN to 2.0", builder().decayRange(Double.NaN, 2));
    assertNamed("decayRange", builder().decayRange(1, Double.POSITIVE_INFINITY));
    assertNamed("multipliers must be above 0", builder().decayRange(0, 2));
    assertThat(builder().decay(DecayLaw.POWER).decayRange(0, 0).build().decayMin()).isZero();
  }

  @Test
  void equalsByValue() {
    assertThat(builder().build()).isEqualTo(builder().build());
    assertThat(builder().build()).hasSameHashCodeAs(builder().build());
    assertThat(builder().build()).isNotEqualTo(builder().heads(2).build());
    assertThat(builder().build()).isNotEqualTo(builder().decayRange(2, 3).build());
    assertThat(builder().build()).isNotEqualTo(builder().mode(ConvolutionMode.CIRCULAR).build());
    assertThat(builder().build())
        .isNotEqualTo(builder().initialization(Initialization.COSINE).build());
    assertThat(builder().build().toString())
        .isEqualTo(
            "KernelSpec[CAUSAL, heads=1, hidden=4, maxLength=1024, kernelDim=64, scales=5,"
                + " initScale=0, CONCATENATE, LINEAR, GEOMETRIC 2.0..2.0, NORMAL]");
  }

  @Test
  void arenaPresetsReachTheirLengths() {
    int[] scales = {12, 12, 13, 6, 6, 8};
    long[] lengths = {2048, 4096, 4000, 1024, 1024, 16384};
    int index = 0;
    for (LongRangeArena task : LongRangeArena.values()) {
      KernelSpec spec = task.spec();
      assertThat(spec.scales()).as("%s", task).isEqualTo(scales[index]);
      assertThat(spec.maxLength()).as("%s", task).isEqualTo(lengths[index]);
      assertThat(spec.fullLength()).isBetween(spec.maxLength(), 2 * spec.maxLength() - 1);
      assertThat(spec.mode()).isEqualTo(ConvolutionMode.BIDIRECTIONAL);
      index++;
    }
    assertThat(LongRangeArena.PATH_X.spec().initialization()).isEqualTo(Initialization.COSINE);
    assertThat(LongRangeArena.IMAGE.spec().decay()).isEqualTo(DecayLaw.POWER);
  }

  private static void assertNamed(String text, KernelSpec.Builder builder) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining(text);
  }

  @Test
  void aBuilderOfASpecMakesTheSameSpec() {
    KernelSpec given =
        KernelSpec.builder()
            .hidden(3)
            .heads(2)
            .mode(org.sgconv.ConvolutionMode.BIDIRECTIONAL)
            .scales(4)
            .kernelDim(8)
            .initScale(1)
            .composition(org.sgconv.Composition.SUM)
            .interpolation(org.sgconv.Interpolation.NEAREST)
            .decay(org.sgconv.DecayLaw.POWER)
            .decayRange(0.25, 1.5)
            .initialization(org.sgconv.Initialization.COSINE)
            .build();
    assertThat(given.toBuilder().build()).isEqualTo(given);
    // Scales that were given stay; those that followed follow the new length.
    assertThat(given.toBuilder().maxLength(100_000).build().scales()).isEqualTo(4);
    KernelSpec following = KernelSpec.builder().hidden(1).maxLength(1000).kernelDim(8).build();
    assertThat(following.toBuilder().maxLength(2000).build())
        .isEqualTo(KernelSpec.builder().hidden(1).maxLength(2000).kernelDim(8).build());
  }

  @Test
  void aSpecCanBeSerialized() throws Exception {
    KernelSpec following = KernelSpec.builder().hidden(1).maxLength(1000).kernelDim(8).build();
    KernelSpec given = KernelSpec.builder().hidden(2).scales(3).kernelDim(4).build();
    for (KernelSpec spec : new KernelSpec[] {following, given}) {
      java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
      try (java.io.ObjectOutputStream out = new java.io.ObjectOutputStream(bytes)) {
        out.writeObject(spec);
      }
      try (java.io.ObjectInputStream in =
          new java.io.ObjectInputStream(new java.io.ByteArrayInputStream(bytes.toByteArray()))) {
        KernelSpec read = (KernelSpec) in.readObject();
        assertThat(read).isEqualTo(spec);
        assertThat(read.toBuilder().maxLength(5000).build())
            .isEqualTo(spec.toBuilder().maxLength(5000).build());
      }
    }
  }

  @Test
  void noConstantIsNull() {
    assertThatThrownBy(() -> builder().mode(null)).hasMessage("mode");
    assertThatThrownBy(() -> builder().composition(null)).hasMessage("composition");
    assertThatThrownBy(() -> builder().interpolation(null)).hasMessage("interpolation");
    assertThatThrownBy(() -> builder().decay(null)).hasMessage("decay");
    assertThatThrownBy(() -> builder().initialization(null)).hasMessage("initialization");
  }

  @Test
  void factorsStretchTheScales() {
    KernelSpec spec = builder().scales(4).initScale(1).build();
    assertThat(spec.factor(0)).isEqualTo(2);
    assertThat(spec.factor(1)).isEqualTo(2);
    assertThat(spec.factor(3)).isEqualTo(8);
    assertThat(spec.toBuilder().composition(Composition.SUM).build().factor(3)).isEqualTo(16);
    assertThatThrownBy(() -> spec.factor(4))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("scale is 4: must be from 0 to 3");
  }
}
