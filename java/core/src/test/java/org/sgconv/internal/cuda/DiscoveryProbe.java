package org.sgconv.internal.cuda;

import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LinearOperands;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Main class of a child process on an emulated machine of its own: what is found and used. */
public final class DiscoveryProbe {

  private DiscoveryProbe() {}

  /** Prints a line for each step. */
  public static void main(String[] arguments) {
    Backend cuda = Backends.cuda();
    System.out.println(
        cuda.unavailabilityCause().map(why -> "UNAVAILABLE " + why.getMessage()).orElse("FOUND"));
    System.out.println("BEST " + Backends.best().name());
    if (cuda.isAvailable()) {
      Device.all(cuda).forEach(each -> System.out.println("DEVICE " + each.ordinal()));
      cuda.info().leftOut().forEach(each -> System.out.println("LEFT OUT " + each));
      System.out.println("INFO " + cuda.info().devices().size());
      System.out.println("CONTEXTS BEFORE " + EmulatedMachine.live("context"));
      attempt("DEFAULT", () -> use(Stream.of(cuda)));
      System.out.println("CONTEXTS AFTER " + EmulatedMachine.live("context"));
      attempt("MAPPED", () -> map(Stream.of(cuda)));
      for (Device each : Device.all(cuda)) {
        attempt("USED " + each.ordinal(), () -> useOnOwnStream(each));
      }
    }
    System.out.println("CONTEXTS " + EmulatedMachine.live("context"));
  }

  private static String useOnOwnStream(Device device) {
    try (Stream stream = device.createStream()) {
      return use(stream);
    }
  }

  private static String use(Stream stream) {
    try (Tensor tensor = Tensor.zeros(stream, DType.FLOAT32, 4)) {
      return "device " + stream.device().ordinal() + ", " + tensor.toFloatArray().length;
    }
  }

  private static String map(Stream stream) {
    Backend backend = stream.backend();
    try (Tensor x = Tensor.of(backend, new float[] {2, 3}, 1, 2, 1);
        Tensor weight = Tensor.of(backend, new float[] {5, 7}, 1, 2);
        Tensor y = Tensor.zeros(stream, DType.FLOAT32, 1, 1, 1)) {
      Dropout none = Dropout.NONE;
      backend
          .provider()
          .layers()
          .linear(new LinearOperands(false, none, false, none, x, weight, null, null, null, y));
      return "to " + y.toFloatArray()[0];
    }
  }

  private interface Step {
    String run();
  }

  private static void attempt(String name, Step step) {
    try {
      System.out.println(name + " " + step.run());
    } catch (RuntimeException e) {
      System.out.println(name + " " + e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }
}
