package org.sgconv.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.contract.Seed;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.TensorScope;

/**
 * Which signals notice which error. Each error is put into the real transform of the cpu library;
 * at every length three classes of signals or more must notice it, white noise among them, and none
 * may reject the transform that has no error.
 */
@Tag("mutation")
@DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
class MutationTest {

  /**
   * Plain, fused and factored transforms, steps of 3 and of 5, rows that are shorter than their
   * transform. Others with {@code -Dsgconv.mutation.lengths=}, separated by commas.
   */
  private static final String LENGTHS = "256,257,384,1000,1024,4096,5000,16384,32768,65536";

  private static final int FEWEST = 3;

  /** Fraction of the golden ratio: any number of multiples, modulo 1, are spread evenly. */
  private static final double SPREAD = 0.6180339887498949;

  private final List<String> mutations = Mutations.names();
  private final MutationTable table = new MutationTable();
  private final List<String> missed = new ArrayList<>();
  private final List<String> falseAlarms = new ArrayList<>();
  private int cases;

  @Test
  void everyErrorIsNoticedByThreeClassesAndNoiseAndNothingElseIs() {
    Integer[] lengths =
        Stream.of(System.getProperty("sgconv.mutation.lengths", LENGTHS).split(","))
            .map(Integer::valueOf)
            .toArray(Integer[]::new);
    for (ConvolutionMode mode : ConvolutionMode.values()) {
      for (int length : lengths) {
        tryAll(mode, length);
      }
    }
    System.out.printf(
        "In how many of %d cases each class of signals rejects a transform with one error, and"
            + " the%nfewest classes that do in any case: every mode, lengths %s,%n%s, seed"
            + " %d%n%n%s%n",
        cases,
        Arrays.toString(lengths),
        Mutations.with(Mutations.NONE).info().instructionSet(),
        Seed.VALUE,
        table.render());
    assertThat(falseAlarms).as("rejected without an error" + Seed.replay()).isEmpty();
    assertThat(missed).as("not noticed" + Seed.replay()).isEmpty();
    assertThat(mutations).hasSizeGreaterThan(20);
  }

  private void tryAll(ConvolutionMode mode, int length) {
    try (TensorScope scope = TensorScope.onHost()) {
      tryAll(scope, mode, length);
    }
  }

  private void tryAll(TensorScope scope, ConvolutionMode mode, int length) {
    String name = mode + " " + length;
    Random random = Seed.random(name);
    List<Trial> trials =
        Arrays.stream(SignalClass.values())
            .map(signals -> new Trial(scope, signals, random, mode, length))
            .toList();
    rejecting(trials, mode, length, Mutations.NONE)
        .forEach(signals -> falseAlarms.add(name + " " + signals.id()));
    String place = "@" + (cases * SPREAD % 1);
    for (String mutation : mutations) {
      boolean isOne = mutation.matches("(negate|conjugate|swap)-.*");
      Set<SignalClass> noticing =
          rejecting(trials, mode, length, isOne ? mutation + place : mutation);
      table.add(mutation, noticing);
      if (noticing.size() < FEWEST || !noticing.containsAll(needed(mutation))) {
        missed.add("%s, %s%s: only %s".formatted(name, mutation, isOne ? place : "", noticing));
      }
    }
    cases++;
  }

  private static Set<SignalClass> needed(String mutation) {
    return mutation.equals("last-sample")
        ? EnumSet.of(SignalClass.NOISE, SignalClass.IMPULSE_LAST)
        : EnumSet.of(SignalClass.NOISE);
  }

  private static Set<SignalClass> rejecting(
      List<Trial> trials, ConvolutionMode mode, int length, String mutation) {
    Backend backend = Mutations.with(mutation);
    Set<SignalClass> rejecting = EnumSet.noneOf(SignalClass.class);
    try (LongConvolution convolution = LongConvolution.create(backend, mode, 1, 1, length)) {
      for (Trial trial : trials) {
        if (!(trial.fractionOfBound(convolution) <= 1)) {
          rejecting.add(trial.signals());
        }
      }
    }
    return rejecting;
  }
}
