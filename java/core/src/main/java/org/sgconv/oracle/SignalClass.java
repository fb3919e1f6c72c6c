package org.sgconv.oracle;

import java.util.Arrays;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;

/**
 * Kinds of signals that a convolution is tried on. A transform that is wrong somewhere is right on
 * many of them; a check that is wrong rejects right results on some.
 *
 * @since 0.1.0
 */
public enum SignalClass {
  /** Values from −1 to 1, the kernel normal. */
  UNIFORM,
  /** White noise in every operand. */
  NOISE,
  /** An impulse at the first sample. */
  IMPULSE_FIRST,
  /** An impulse at the last sample. */
  IMPULSE_LAST,
  /** An impulse in the middle. */
  IMPULSE_MIDDLE,
  /** An impulse just before or at a multiple of a power of two. */
  IMPULSE_BLOCK,
  /** Several impulses. */
  IMPULSES,
  /** Clicks a thousand times as loud as the noise around them. */
  CLICKS,
  /** Maximum-length sequences, whose correlation is an impulse. */
  MLS,
  /** Tones through a low-pass kernel, in its stop band. */
  TONE,
  /** Constants through a kernel of differences, which leaves nothing of them. */
  CONSTANT,
  /** A gradient that decays by six orders of magnitude, through a decaying kernel. */
  DECAY,
  /** The output as its own gradient, as of the loss ½‖y‖². */
  SELF,
  /** Rows of a batch that cancel in the gradient of the kernel. */
  CANCEL,
  /** Bursts of a voice between silences, through a kernel like a hall. */
  SPEECH;

  /** The name on a command line and in reports, as in {@code impulse-last}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The class of that {@link #id}.
   *
   * @throws InvalidArgumentException if there is none
   */
  public static SignalClass parse(String id) {
    for (SignalClass each : values()) {
      if (each.id().equals(id.strip())) {
        return each;
      }
    }
    throw new InvalidArgumentException(
        String.format(
            Locale.ROOT,
            "there are no signals '%s': expected one of %s",
            id,
            Arrays.stream(values()).map(SignalClass::id).collect(Collectors.joining(", "))));
  }

  /** Whether gates leave the signals what they are: a tone times a gate is in no stop band. */
  public boolean takesGates() {
    return this != TONE && this != CONSTANT && this != CANCEL;
  }

  /**
   * Draws operands; the same random numbers give the same operands.
   *
   * @param batch B
   * @param heads C
   * @param hidden H
   * @param length L
   */
  public TestSignals draw(
      RandomGenerator random, ConvolutionMode mode, int batch, int heads, int hidden, int length) {
    SignalRows rows = new SignalRows(random, length);
    int channels = mode == ConvolutionMode.BIDIRECTIONAL ? 2 * heads : heads;
    double[] kernel = rows.fill(channels * hidden, row -> kernelRow(rows, row / hidden >= heads));
    double[] input = rows.fill(batch * hidden, row -> inputRow(rows));
    double[] gradient = rows.fill(batch * heads * hidden, row -> gradientRow(rows));
    if (this == CANCEL) {
      cancel(input, hidden * length, 1);
      cancel(gradient, heads * hidden * length, -1);
    }
    TestSignals drawn = new TestSignals(input, kernel, gradient);
    return this == SELF ? withOwnOutput(drawn, mode, batch, heads, hidden, length) : drawn;
  }

  /**
   * A row of k, or of k′.
   *
   * @param backward whether its lags are −1, −2, …
   */
  private double[] kernelRow(SignalRows rows, boolean backward) {
    return switch (this) {
      case TONE -> rows.lowPass(backward);
      case CONSTANT -> rows.differences();
      case DECAY -> rows.decaying(6);
      case SPEECH -> rows.decaying(2);
      default -> rows.normal();
    };
  }

  private double[] inputRow(SignalRows rows) {
    return switch (this) {
      case UNIFORM -> rows.uniform();
      case NOISE, DECAY, SELF, CANCEL -> rows.normal();
      case IMPULSE_FIRST -> rows.impulses(0);
      case IMPULSE_LAST -> rows.impulses(rows.length() - 1);
      case IMPULSE_MIDDLE -> rows.impulses(rows.length() / 2);
      case IMPULSE_BLOCK -> rows.impulses(rows.besideBlock());
      case IMPULSES -> rows.impulses(rows.places(7));
      case CLICKS -> rows.clicks();
      case MLS -> rows.maximumLength();
      case TONE -> rows.tone();
      case CONSTANT -> rows.constant();
      case SPEECH -> rows.speech();
    };
  }

  private double[] gradientRow(SignalRows rows) {
    return switch (this) {
      case UNIFORM -> rows.uniform();
      case NOISE, SELF, CANCEL, IMPULSE_FIRST, IMPULSE_LAST, IMPULSE_MIDDLE, IMPULSE_BLOCK ->
          rows.normal();
      case DECAY -> rows.decaying(6);
      case IMPULSES, CLICKS, MLS, TONE, CONSTANT, SPEECH -> inputRow(rows);
    };
  }

  /** Makes every second batch row the one before it, times {@code sign}. */
  private static void cancel(double[] values, int row, int sign) {
    for (int i = row; i < values.length; i++) {
      if (i / row % 2 == 1) {
        values[i] = sign * values[i - row];
      }
    }
  }

  private static TestSignals withOwnOutput(
      TestSignals drawn, ConvolutionMode mode, int batch, int heads, int hidden, int length) {
    ExactConvolution exact =
        new ExactConvolution(
            mode,
            batch,
            heads,
            hidden,
            length,
            length,
            false,
            drawn.input(),
            drawn.kernel(),
            null,
            null,
            null,
            null);
    return new TestSignals(drawn.input(), drawn.kernel(), exact.output().toArray());
  }
}
