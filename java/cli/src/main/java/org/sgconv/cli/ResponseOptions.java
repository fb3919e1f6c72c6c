package org.sgconv.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.cli.run.ResponseKernel;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.cli.signal.SignalFormat;
import org.sgconv.cli.signal.SignalReader;
import org.sgconv.cli.signal.SignalSource;
import picocli.CommandLine.Option;

/** Which impulse response is applied to the signal, and how. */
final class ResponseOptions {

  private static final String DEFAULT_TENSOR = "kernel";

  @Option(
      names = "--kernel",
      paramLabel = "FILE",
      description =
          "Apply an impulse response of any length instead: .wav, .f32, .raw or .safetensors, of 1"
              + " (mono), 2 (stereo) or 4 channels (LL, LR, RL, RR); or 'room', a synthetic one.")
  private @Nullable Path kernel;

  @Option(
      names = "--kernel-tensor",
      paramLabel = "NAME",
      description = "Tensor of a response in a safetensors file. Default: " + DEFAULT_TENSOR + ".")
  private @Nullable String tensor;

  @Option(
      names = "--mix",
      paramLabel = "M",
      description =
          "How much of the response is heard, 0 to 1; the rest is the signal. Default: 1.")
  private @Nullable Double mix;

  @Option(
      names = "--tail",
      description = "Go on to the end of the response. Default: as long as the signal.")
  private boolean tail;

  @Option(
      names = "--normalize",
      description = "Scale the response to about the signal's loudness, as Web Audio does.")
  private boolean normalize;

  @Option(
      names = "--resample",
      description = "Bring the response to the signal's sample rate, where they differ.")
  private boolean resample;

  /** Whether there is a response. */
  boolean isGiven() {
    return kernel != null;
  }

  /** The file of the response, if it is one. */
  @Nullable Path file() {
    return isRoom() ? null : kernel;
  }

  /** Any file has an extension; whoever has one of that name writes ./room, to learn that. */
  private boolean isRoom() {
    return kernel != null && kernel.toString().equals(ResponseKernel.ROOM);
  }

  /** Whether the response comes from a file that states no sample rate. */
  boolean mayLackRate() {
    Path file = file();
    return file != null
        && SignalFormat.ofName(file).filter(format -> format != SignalFormat.WAV).isPresent();
  }

  /** How much of the response is heard. */
  double mix() {
    return Objects.requireNonNullElse(mix, 1.0);
  }

  /** Whether the response is heard to its end. */
  boolean tail() {
    return tail;
  }

  /**
   * Fails if what was given contradicts itself.
   *
   * @param hidden of the command
   * @param others that name a kernel
   */
  void requireSound(@Nullable Integer hidden, KernelOptions others) {
    if (kernel == null) {
      String only = "only with --kernel";
      KernelOptions.refuse(only, "--kernel-tensor", tensor);
      KernelOptions.refuse(only, "--mix", mix);
      KernelOptions.refuseFlag(only, "--tail", tail);
      KernelOptions.refuseFlag(only, "--normalize", normalize);
      KernelOptions.refuseFlag(only, "--resample", resample);
      return;
    }
    others.refuseAll("not with --kernel, which is the kernel itself");
    KernelOptions.refuse(
        "not with --kernel: a signal's channels say how often it is", "--hidden", hidden);
    if (mix != null && !(mix >= 0 && mix <= 1)) {
      throw new InvalidArgumentException("--mix is " + mix + ": must be from 0 to 1");
    }
    if (kernel.toString().isEmpty()) {
      throw new InvalidArgumentException("--kernel is empty: expected the name of a file, or room");
    }
    KernelOptions.refuseFlag(
        "not with --kernel room, which has every rate", "--resample", resample && isRoom());
    if (tensor != null && (isRoom() || SignalFormat.of(kernel) != SignalFormat.SAFETENSORS)) {
      throw new InvalidArgumentException(
          "--kernel-tensor " + tensor + ": only with a .safetensors file as --kernel");
    }
  }

  /**
   * The response for a signal.
   *
   * @param rawRate for a file that states no rate
   */
  ResponseKernel read(SignalForm signal, OptionalInt rawRate, Consumer<String> notes)
      throws IOException {
    ResponseKernel.Wishes wishes = new ResponseKernel.Wishes(resample, normalize);
    Path file = file();
    if (file == null) {
      return ResponseKernel.room(signal, wishes);
    }
    OptionalInt rate = mayLackRate() ? rawRate : OptionalInt.empty();
    String name = Objects.requireNonNullElse(tensor, DEFAULT_TENSOR);
    try (SignalSource source = SignalReader.open(file, name, rate, notes)) {
      return ResponseKernel.read(file, source, signal, wishes);
    }
  }
}
